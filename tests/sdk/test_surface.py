"""What users may rely on: the names, and where `connect` goes by itself."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sfa
from sfa import errors
from sfa.analysis import Analyses
from sfa.downloads import Downloads
from sfa.installations import Installations
from sfa.library import Library
from sfa.local import state
from sfa.local.state import MeshState
from sfa.processing import Processing
from sfa.realtime import Realtime
from sfa.spotify import Spotify
from sfa.target import Target, resolve

PUBLIC = [
    "AlreadyExists",
    "Analysis",
    "AnalysisFailed",
    "Artifact",
    "AudioEncoding",
    "DataLoss",
    "DeadlineExceeded",
    "Download",
    "DownloadFailed",
    "Event",
    "FailedPrecondition",
    "Installation",
    "Internal",
    "InvalidArgument",
    "JobState",
    "Mesh",
    "MeshError",
    "Mix",
    "MixOptions",
    "Model",
    "NotFound",
    "OutOfRange",
    "PermissionDenied",
    "Progress",
    "ResourceExhausted",
    "Results",
    "Separation",
    "SeparationCancelled",
    "SeparationFailed",
    "SeparationOptions",
    "Track",
    "Unauthenticated",
    "Unavailable",
    "Untrusted",
    "Violation",
    "connect",
    "kind_of",
]


def test_the_public_names_are_these() -> None:
    assert sorted(sfa.__all__) == PUBLIC
    assert all(getattr(sfa, name) is not None for name in PUBLIC)


def test_every_error_is_public_and_drawn_in_the_tree() -> None:
    tree = {name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.MeshError)}
    assert tree <= set(sfa.__all__)
    assert errors.__doc__ is not None
    assert all(name in errors.__doc__ for name in tree)


def test_every_public_method_says_what_it_does() -> None:
    for facade in (sfa.Mesh, Analyses, Downloads, Library, Processing, Installations, Realtime, Spotify):
        for name, method in inspect.getmembers(facade, inspect.isfunction):
            assert name.startswith("_") or method.__doc__, f"{facade.__name__}.{name} has no docstring"


def test_the_sdk_and_the_command_line_need_nothing_of_the_servers() -> None:
    code = """
import sys
for name in ("google.protobuf", "grpc", "services", "alchemy", "torch", "numpy", "redis", "jinja2", "aiohttp"):
    sys.modules[name] = None
import sfa.mesh, sfa.local.running
from sfa.cli import _COMMANDS, module_of
for name in _COMMANDS:
    __import__(module_of(name))
"""
    roots = os.pathsep.join(str(Path(sfa.__file__).parents[1] / folder) for folder in (".", "gen/sdk"))
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": roots}, check=True)


def test_importing_the_package_is_cheap() -> None:
    heavy = "{'grpclib', 'betterproto2', 'rich', 'click', 'torch', 'grpc', 'aiohttp'}"
    code = f"import sys, sfa; print(sorted({heavy} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://127.0.0.1:3000", Target(host="127.0.0.1", port=3000, tls=False)),
        ("localhost:3000", Target(host="localhost", port=3000, tls=False)),
        ("https://mesh.example.org", Target(host="mesh.example.org", port=443, tls=True)),
        ("https://mesh.example.org:8443/", Target(host="mesh.example.org", port=8443, tls=True)),
        ("http://[::1]:3000", Target(host="::1", port=3000, tls=False)),
    ],
)
def test_addresses_are_understood(text: str, expected: Target) -> None:
    assert Target.parse(text) == expected
    assert Target.parse(str(expected)) == expected


@pytest.mark.parametrize("text", ["", "localhost", "ftp://x:1", "http://", "http://x:99999", "http://x:1/path"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"port|address"):
        Target.parse(text)


def test_connect_finds_the_running_mesh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SFA_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("SFA_TARGET", raising=False)
    assert str(resolve()) == "http://127.0.0.1:3000"

    running = MeshState(supervisor_pid=os.getpid(), mark="m", target="http://127.0.0.1:4711", ready=True)
    state.write(tmp_path / "mesh.json", running)
    assert str(resolve()) == "http://127.0.0.1:4711"

    monkeypatch.setenv("SFA_TARGET", "http://from-environment:1")
    assert str(resolve()) == "http://from-environment:1"
    assert str(resolve("http://explicit:2")) == "http://explicit:2"


def test_the_state_of_a_dead_mesh_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SFA_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("SFA_TARGET", raising=False)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    state.write(
        tmp_path / "mesh.json", MeshState(supervisor_pid=gone.pid, mark="m", target="http://127.0.0.1:4711", ready=True)
    )
    assert str(resolve()) == "http://127.0.0.1:3000"
