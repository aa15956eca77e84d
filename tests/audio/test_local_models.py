"""Models of a server's own: from a folder, and from a pickled checkpoint."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from demucs.states import get_state

from services.mesh import sandbox
from services.processing.adapters.demucs import load_demucs
from services.processing.adapters.local_models import Description, add_checkpoint, add_folder
from services.processing.adapters.processor import Processor
from services.processing.adapters.weight_sources import SourceMissing, SourceRefused
from services.processing.adapters.weights import ModelStore
from tests.audio.demucs_models import save_bag, tiny_htdemucs

CPU = Processor(torch.device("cpu"))
MINE: dict[str, Any] = {"id": "my-demucs", "license": "CC-BY-4.0", "networks": ["net0.safetensors"]}


def quiet(stage: str, done: int, total: int) -> None:
    assert 0 <= done <= total, stage


def package_of(network: Any) -> dict[str, Any]:
    """What `demucs.states.serialize_model` makes."""
    args, kwargs = network._init_args_kwargs
    state = get_state(network, None, half=False)  # type: ignore[no-untyped-call]  # demucs has no types
    return {"klass": type(network), "args": args, "kwargs": kwargs, "state": state, "training_args": {"lr": 0.1}}


def folder_with(path: Path, count: int = 1, **fields: object) -> Path:
    save_bag(path, "net", [tiny_htdemucs(seed) for seed in range(count)])
    (path / "model.yaml").write_text(yaml.safe_dump({**MINE, **fields}))
    return path


def test_a_folder_becomes_a_model(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "mine", display_name="Mine", license_uri="https://example.org")
    info, manifest = add_folder(source, tmp_path / "models", quiet)
    store = ModelStore(tmp_path / "models")
    (listed,) = store.local()
    assert listed == info
    assert (listed.id, listed.display_name, listed.license) == ("my-demucs", "Mine", "CC-BY-4.0")
    assert listed.stems == ("drums", "bass", "other", "vocals")
    assert store.availability(listed).installed
    opened = store.open("my-demucs")
    assert opened.manifest == manifest
    assert load_demucs(opened, CPU).stems == listed.stems
    store.withdraw(listed).discard()
    assert store.local() == []
    assert list((tmp_path / "models").iterdir()) == []


def test_a_bag_keeps_its_weights(tmp_path: Path) -> None:
    weights = [[1.0, 0, 0, 0], [0, 1.0, 1.0, 1.0]]
    names = ["net0.safetensors", "net1.safetensors"]
    source = folder_with(tmp_path / "mine", 2, networks=names, weights=weights, segment_seconds=0.2)
    _, manifest = add_folder(source, tmp_path / "models", quiet)
    assert [list(row) for row in manifest.weights] == weights
    assert manifest.segment_seconds == 0.2
    assert list(manifest.files) == names


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"id": "htdemucs"}, "catalogue"),
        ({"id": "../evil"}, "kebab-case"),
        ({"id": "UPPER"}, "kebab-case"),
        ({"license": ""}, "lacks license"),
        ({"networks": ["../net0.safetensors"]}, "beside"),
        ({"networks": ["net0.th"]}, "beside"),
        ({"networks": "net0.safetensors"}, "list"),
        ({"weights": [[1, 1, 1, 1], [1, 1, 1, 1]]}, "one row"),
        ({"weights": [[1, 1]]}, "does not weigh"),
        ({"weights": 7}, "int"),
        ({"color": "red"}, "unknown fields: color"),
    ],
)
def test_manifests_that_make_no_sense_are_refused(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    source = folder_with(tmp_path / "mine", **fields)
    with pytest.raises(SourceRefused, match=said):
        add_folder(source, tmp_path / "models", quiet)
    assert ModelStore(tmp_path / "models").local() == []


def test_folders_without_manifest_or_networks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match=r"model\.yaml"):
        add_folder(tmp_path, tmp_path / "models", quiet)
    source = folder_with(tmp_path / "mine")
    (source / "net0.safetensors").unlink()
    with pytest.raises(SourceMissing, match="net0"):
        add_folder(source, tmp_path / "models", quiet)


def test_a_checkpoint_is_converted_exactly(tmp_path: Path) -> None:
    network = tiny_htdemucs(3)
    torch.save(package_of(network), tmp_path / "best.th")
    description = Description(id="mine", license="MIT")
    info, _ = add_checkpoint(tmp_path / "best.th", description, tmp_path / "models", quiet)
    assert info.stems == ("drums", "bass", "other", "vocals")
    opened = ModelStore(tmp_path / "models").open("mine")
    loaded = load_demucs(opened, CPU)._networks[0]
    state = network.state_dict()
    assert set(loaded.state_dict()) == set(state)
    assert all(torch.equal(tensor, state[name]) for name, tensor in loaded.state_dict().items())


class Malicious:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (os.system, (f"touch {self.mark}",))


@pytest.mark.parametrize("where", ["top", "args", "state"])
def test_a_checkpoint_cannot_run_code(tmp_path: Path, where: str) -> None:
    package: Any = package_of(tiny_htdemucs(3))
    evil = Malicious(tmp_path / "ran")
    if where == "top":
        package = evil
    else:
        package[where] = evil
    torch.save(package, tmp_path / "evil.th")
    with pytest.raises(SourceRefused, match="not a checkpoint"):
        add_checkpoint(tmp_path / "evil.th", Description(id="mine", license="MIT"), tmp_path / "models", quiet)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x04."])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "text.th").write_bytes(content)
    with pytest.raises(SourceRefused):
        add_checkpoint(tmp_path / "text.th", Description(id="mine", license="MIT"), tmp_path / "models", quiet)


def test_the_converting_process_gives_up_what_it_does_not_need() -> None:
    code = """
import json, resource, socket
from services.mesh import sandbox
left = sandbox.leave_network()
sandbox.limit()
try:
    socket.create_connection(("127.0.0.1", 1), timeout=1)
    why = "connected"
except OSError as error:
    why = error.strerror
limits = [resource.getrlimit(kind)[1] for kind in (resource.RLIMIT_CORE, resource.RLIMIT_CPU, resource.RLIMIT_AS)]
print(json.dumps([left, why, limits]))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    left, why, limits = json.loads(ran.stdout)
    assert limits[0] == 0
    assert 0 < limits[1] <= sandbox.CPU_SECONDS
    assert 0 < limits[2] <= sandbox.MEMORY_BYTES
    if left:
        assert why == "Network is unreachable"


def test_the_command_line_adds_and_removes(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "mine")
    models = tmp_path / "models"

    def command(*arguments: object) -> tuple[int, dict[str, Any]]:
        line = [sys.executable, "-m", "services.processing.models", *map(str, arguments), "--models-dir", str(models)]
        ran = subprocess.run(line, capture_output=True, text=True, check=False)
        event: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
        return ran.returncode, event

    status, event = command("add", source)
    assert (status, event["event"], event["model"]) == (0, "installed", "my-demucs")
    assert command("remove", "my-demucs") == (0, {"event": "removed", "model": "my-demucs"})
    status, event = command("remove", "my-demucs")
    assert (status, event["event"]) == (1, "error")
    (tmp_path / "best.th").write_bytes(b"")
    status, event = command("add", tmp_path / "best.th")
    assert (status, "--license" in event["message"]) == (1, True)
