"""What each image imports is among the packages that it installs: docker/*.Dockerfile install one extra each, and no more."""

import ast
import importlib.metadata
import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tools.generate.toolchain import ROOT

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
BASE = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
# By extra: what is started of it.
STARTED = {
    "analysis": ("services.analysis.__main__", "services.analysis.worker", "services.analysis.adapters.measuring"),
    "beats": (
        "services.analysis.adapters.beat_network",
        "services.analysis.adapters.convert_network",
        "services.analysis.beats",
    ),
    "download": ("services.download.__main__", "services.download.worker"),
    "gateway": ("sfa.door",),
    "library": ("services.library.__main__",),
    "processing": ("services.processing.__main__",),
    "realtime": ("services.realtime.__main__",),
    "separation": (
        "services.processing.worker",
        "services.processing.adapters.child",
        "services.processing.install",
        "services.processing.models",
    ),
    "spotify": ("services.spotify.__main__",),
    "studio": ("services.studio.__main__",),
}
OURS = ("services", "sfa", "alchemy")
# Installed beside the extra, in the image or by who wants it: the code looks whether it is there.
OPTIONAL = {"imageio_ffmpeg", "opentelemetry", "asyncpg"}
# Likewise: modules of ours that are loaded only where another extra is.
OF_ANOTHER = {"services.analysis.adapters.beat_network": "beats"}


@pytest.mark.parametrize("extra", STARTED)
def test_what_is_imported_is_installed(extra: str) -> None:
    declared = {_normal(name) for name in _required(extra)}
    missing = {
        f"{module} of {distribution}, in {where}"
        for where, module in _foreign(extra)
        for distribution in [_distribution(module)]
        if distribution not in declared
    }
    assert missing == set()


def _required(extra: str) -> Iterator[str]:
    """The names of the packages of an extra, and of those that it contains."""
    for requirement in (*BASE, *EXTRAS[extra]):
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        assert name is not None
        inner = re.search(r"\[([a-z,]+)\]", requirement)
        if name[0] == "sound-forge-alchemy" and inner:
            for one in inner[1].split(","):
                yield from _required(one)
        else:
            yield name[0]


def _foreign(extra: str) -> Iterator[tuple[str, str]]:
    """(file, module) of every import of somebody else's package that can be reached from what is started."""
    seen: set[str] = set()
    pending = list(STARTED[extra])
    while pending:
        module = pending.pop()
        if module in seen or OF_ANOTHER.get(module, extra) != extra:
            continue
        seen.add(module)
        path = _file(module)
        if path is None:
            continue
        pending.append(module.rpartition(".")[0] or module)
        for imported in _imports(path, module):
            top = imported.split(".")[0]
            if top in OURS:
                pending.append(imported)
            elif top not in sys.stdlib_module_names | OPTIONAL:
                yield str(path.relative_to(ROOT)), imported


@cache
def _file(module: str) -> Path | None:
    """The file of a module of ours; None of what is a name in one, not a module."""
    try:
        spec = importlib.util.find_spec(module)
    except (ModuleNotFoundError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


@cache
def _imports(path: Path, module: str) -> tuple[str, ...]:
    """Whatever a file imports, at its head or later, but for types alone."""
    found = []
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += node.orelse
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            found += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        pending += ast.iter_child_nodes(node)
    return tuple(found)


@cache
def _distribution(module: str) -> str:
    """The package that a module is of; namespaces such as google are shared by several."""
    parts = module.split(".")
    if parts[0] == "google":
        return "googleapis-common-protos" if parts[1] in {"api", "rpc", "type", "longrunning"} else "protobuf"
    return _normal(_TOP_LEVEL.get(parts[0], [parts[0]])[0])


_TOP_LEVEL = importlib.metadata.packages_distributions()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
