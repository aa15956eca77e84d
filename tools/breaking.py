"""`python -m tools.breaking` compares the contract with that of the main branch: no change may break a client.

A clone without a main branch (a shallow clone of another branch, an unpacked archive) has nothing to compare with; the
check says so and passes.
"""

import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tools.generate.toolchain import GOOGLEAPIS, ROOT, copy_googleapis

BASELINES = ("origin/main", "main")


def main() -> int:
    """Returns buf's exit status, 0 if there is nothing to compare with."""
    baseline = next((ref for ref in BASELINES if _git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")), None)
    archive = _git("archive", baseline, "protos", "buf.yaml") if baseline else None
    if archive is None:
        sys.stdout.write("buf breaking: skipped, this clone has no main branch to compare with\n")
        return 0
    copy_googleapis()
    with tempfile.TemporaryDirectory() as scratch:
        before = Path(scratch)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(before, filter="data")
        # Not committed, so not in the archive; buf.yaml names it as a module.
        shutil.copytree(GOOGLEAPIS, before / GOOGLEAPIS.relative_to(ROOT))
        buf = Path(sys.executable).with_name("buf")
        return subprocess.run([str(buf), "breaking", "--against", str(before)], cwd=ROOT, check=False).returncode


def _git(*arguments: str) -> bytes | None:
    """What a git command prints; None if it fails, or there is no git."""
    git = shutil.which("git")
    if git is None:
        return None
    result = subprocess.run([git, *arguments], cwd=ROOT, capture_output=True, check=False)
    return result.stdout if result.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
