"""`python -m tools.generate` writes gen/; with `--check` it only proves that the committed gen/ is current."""

import filecmp
import shutil
import sys
import tempfile
from pathlib import Path

from tools.generate.code import write_python, write_sdk, write_typescript
from tools.generate.descriptors import read_protos, write_descriptors
from tools.generate.gateway import write_gateway
from tools.generate.openapi import write_openapi
from tools.generate.page import write_page
from tools.generate.toolchain import ROOT, ToolMissing


def generate(out: Path) -> None:
    """Writes every generated file below `out`, which is laid out like the repository."""
    protos = read_protos()
    write_descriptors(protos, out / "gen" / "descriptors")
    write_python(protos, out / "gen" / "python")
    write_sdk(protos, out / "gen" / "sdk")
    write_typescript(protos, out / "gen" / "ts")
    write_openapi(protos, out / "gen" / "openapi")
    write_page(protos, out / "gen" / "openapi")
    write_gateway(protos, out / "envoy")


def differences(fresh: Path, committed: Path) -> list[str]:
    """Generated paths that are missing, left over or different in `committed`, sorted."""
    fresh_files, committed_files = _generated(fresh), _generated(committed)
    changed = {
        name for name in fresh_files & committed_files if not filecmp.cmp(fresh / name, committed / name, shallow=False)
    }
    return sorted((fresh_files ^ committed_files) | changed)


def _generated(root: Path) -> set[str]:
    found = [path for path in (root / "gen").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(root).as_posix() for path in (*found, *(root / "envoy").glob("*.yaml"))}


def main() -> int:
    """Returns the exit status: 1 if a tool is missing, or the check found differences."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        try:
            generate(fresh)
        except ToolMissing as missing:
            sys.stderr.write(f"{missing}\n")
            return 1
        stale = differences(fresh, ROOT)
        if "--check" in sys.argv[1:]:
            for name in stale:
                sys.stderr.write(f"not current: {name}\n")
            sys.stderr.write("Run `make gen` and commit the result.\n" if stale else "")
            return 1 if stale else 0
        for name in stale:
            target = ROOT / name
            target.unlink(missing_ok=True)
            if (fresh / name).exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(fresh / name, target)
        return 0


if __name__ == "__main__":
    sys.exit(main())
