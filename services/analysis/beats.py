"""`python -m services.analysis.beats CHECKPOINT OUT`: makes the file that BEAT_MODEL names of a checkpoint of Beat This!

`sfa beats convert` runs it. It prints one line of JSON: {"event": "converted", "path", "sha256", "size_bytes"}.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from services.mesh.sandbox import NotConverted, converted


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line. Returns 0, or 1 after a line on standard error that says why nothing was written."""
    parser = argparse.ArgumentParser(prog="python -m services.analysis.beats", description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="what the authors publish: small0.ckpt, final0.ckpt...")
    parser.add_argument("out", type=Path, help="the safetensors file to write")
    options = parser.parse_args(arguments)
    try:
        if not options.checkpoint.is_file():
            raise NotConverted(f"{options.checkpoint} is not a file.")
        with tempfile.TemporaryDirectory(prefix="sfa-convert-") as folder:
            made = converted("services.analysis.adapters.convert", options.checkpoint, Path(folder))
            with made.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = made.stat().st_size
            _put(made, options.out)
    except NotConverted as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{options.out} cannot be written: {error.strerror}.\n")
        return 1
    print(json.dumps({"event": "converted", "path": str(options.out), "sha256": sha256, "size_bytes": size}))  # noqa: T201 - a command line
    return 0


def _put(made: Path, out: Path) -> None:
    """Moves a finished file into place at once: whoever reads `out` sees the old one or the new one."""
    near = out.with_name(f".{out.name}.part")
    try:
        shutil.copyfile(made, near)
        near.replace(out)
    finally:
        near.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
