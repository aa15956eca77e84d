"""Beats by a network: what its package computes, we compute, and what is no such network is refused."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from services.analysis.adapters import beat_model
from services.analysis.adapters.beat_model import METADATA, BeatModel, BeatModelInvalid, chosen
from services.analysis.adapters.beat_network import LoadedBeatNetwork
from services.analysis.beats import main
from services.analysis.measure.beat_logits import BANDS, BeatNetwork, LogitListener, MelFrames
from services.analysis.measure.beat_peaks import downbeats, peaks
from services.analysis.measure.frontend import BLOCK_SAMPLES, SAMPLE_RATE_HZ, FloatArray, listen
from services.mesh.settings import CannotStart
from tests.analysis.beat_models import TINY, checkpoint, converted, package
from tests.analysis.songs import song
from tests.analysis.sounds import sources_of

HOP = 441


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoint(tmp_path_factory.mktemp("beats") / "tiny.ckpt")


@pytest.fixture(scope="module")
def model(saved: Path) -> BeatModel:
    return converted(saved)


@pytest.fixture(scope="module")
def network(model: BeatModel) -> BeatNetwork:
    return LoadedBeatNetwork(model)


def noise(count: int) -> FloatArray:
    return np.random.default_rng(count).normal(0, 0.2, count).astype(np.float32)


def frames_of(samples: FloatArray, block: int) -> FloatArray:
    mel = MelFrames()
    pieces = [mel.push(samples[start : start + block]) for start in range(0, len(samples), block)]
    return np.concatenate([*pieces, mel.last()])


def logits_of(network: BeatNetwork, samples: NDArray[np.floating], rate: int = SAMPLE_RATE_HZ) -> FloatArray:
    listener = LogitListener(network)
    listen(sources_of({"mix": samples}, rate), [listener], lambda _: None)
    return listener.logits()


@pytest.mark.parametrize("block", [337, BLOCK_SAMPLES])
@pytest.mark.parametrize("count", [513, 1000, 22050, 100_003])
def test_frames_are_those_of_the_package(count: int, block: int) -> None:
    samples = noise(count)
    known = package("preprocessing").LogMelSpect()(torch.from_numpy(samples)).numpy()

    frames = frames_of(samples, block)

    assert frames.shape == known.shape
    assert known.max() > 5
    assert np.abs(frames - known).max() < 1e-4


def test_frames_are_what_the_paper_says() -> None:
    """A sine at the peak of a mel band: half its amplitude in one bin, a sixth more in each neighbour, over the root of 1024."""
    hz, amplitude = 40 * SAMPLE_RATE_HZ / 1024, 0.5
    samples = (amplitude * np.sin(2 * np.pi * hz * np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ)).astype(np.float32)

    frame = np.expm1(frames_of(samples, BLOCK_SAMPLES)[25]) / 1000

    # A Hann window spreads a sine over three bins as 1/2, 1, 1/2, of n/4 each; triangles of neighbouring bands sum to 1.
    assert frame.sum() == pytest.approx(amplitude * 1024 / 4 * 2 / 32, rel=0.01)


@pytest.mark.parametrize("count", [2, 7, 1487, 1488, 1489, 1493, 1494, 1495, 1500, 1501, 2976, 2977, 2982, 2983, 4000])
def test_answers_are_those_of_the_package(saved: Path, network: BeatNetwork, count: int) -> None:
    samples = noise((count - 1) * HOP + 100)
    frames = torch.from_numpy(frames_of(samples, BLOCK_SAMPLES))
    known = torch.stack(package("inference").Spect2Frames(str(saved))(frames), dim=1).numpy()

    logits = logits_of(network, samples)

    assert logits.shape == known.shape == (count, 2)
    assert known.std() > 0.1 or count < 10
    assert np.abs(logits - known).max() < 1e-4


def test_beats_are_those_of_the_package(tmp_path: Path) -> None:
    saved = checkpoint(tmp_path / "whole.ckpt", {**TINY, "partial_transformers": True})
    network = LoadedBeatNetwork(converted(saved))
    stereo = song(40, 100)
    known, known_downbeats = package("inference").Audio2Beats(str(saved))(stereo, 44100)

    logits = logits_of(network, stereo.T, 44100)

    beats = peaks(logits[:, 0]).times
    assert len(beats) > 20
    assert beats == pytest.approx(known)
    assert beats[downbeats(beats, peaks(logits[:, 1]).times)] == pytest.approx(known_downbeats)


@pytest.mark.parametrize("seed", range(5))
def test_peaks_are_those_of_the_package(seed: int) -> None:
    # Rounded, so that there are equals side by side.
    logits = np.random.default_rng(seed).normal(0.2, 1, (500, 2)).round(seed % 2).astype(np.float32)
    logits[100:120] = 3
    postprocessed = package("model.postprocessor").Postprocessor("minimal")
    known, known_downbeats = postprocessed(*torch.from_numpy(logits.T.copy()))

    found = peaks(logits[:, 0])

    assert len(found.times) > 50
    assert found.times == pytest.approx(known)
    assert np.all((found.surety > 0) & (found.surety < 1))
    firsts = downbeats(found.times, peaks(logits[:, 1]).times)
    assert found.times[firsts] == pytest.approx(known_downbeats)


def test_where_there_is_nothing_there_are_no_answers(network: BeatNetwork) -> None:
    for count in (0, 1, 512):
        assert logits_of(network, noise(count)).shape == (0, 2)
    nothing = peaks(np.zeros(0, np.float32)).times
    assert len(nothing) == 0
    assert len(downbeats(np.array([1.0]), nothing)) == 0


def test_only_two_windows_are_held(network: BeatNetwork) -> None:
    asked: list[int] = []

    class Counting:
        version = network.version

        def __call__(self, frames: FloatArray) -> FloatArray:
            asked.append(len(frames))
            return network(frames)

    listener = LogitListener(Counting())
    held: list[int] = []
    samples = noise(90 * SAMPLE_RATE_HZ)
    listen(sources_of({"mix": samples}, SAMPLE_RATE_HZ), [listener], lambda _: held.append(len(listener._held)))

    # While it is heard, and not only at the end.
    assert asked == [1500, 1500, 1500]
    assert max(held) < 2 * 1500


def test_a_checkpoint_is_converted_exactly(saved: Path, model: BeatModel) -> None:
    state = torch.load(saved, weights_only=True)["state_dict"]
    weights = load_file(model.path)
    assert {f"model.{name}" for name in weights} == set(state)
    assert all(torch.equal(tensor, state[f"model.{name}"]) for name, tensor in weights.items())
    assert beat_model.hyperparameters(model.path) == TINY
    assert model.version == f"beat-this 1.1.0, {model.sha256[:12]}"
    # The same network is the same file.
    first = model.sha256
    assert converted(saved).sha256 == first


class Malicious:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (os.system, (f"touch {self.mark}",))


def test_a_checkpoint_cannot_run_code(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = checkpoint(tmp_path / "evil.ckpt", epoch=Malicious(tmp_path / "ran"))
    assert main([str(source), str(tmp_path / "out")]) == 1
    assert "evil.ckpt was not converted: not a checkpoint of Beat This!" in capfd.readouterr().err
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"state_dict": {}}, "do not make a network"),
        ({"state_dict": 7}, "no 'state_dict'"),
        ({"hyper_parameters": {**TINY, "transformer_dim": 64}}, "do not make a network"),
        ({"hyper_parameters": {**TINY, "head_dim": 7}}, "do not make a network"),
    ],
)
def test_other_checkpoints_are_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], changed: dict[str, Any], said: str
) -> None:
    source = checkpoint(tmp_path / "other.ckpt", **changed)
    assert main([str(source), str(tmp_path / "out")]) == 1
    assert said in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_is_no_file_or_has_no_place_is_said(
    tmp_path: Path, saved: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.ckpt"), str(tmp_path / "out")]) == 1
    assert "none.ckpt is not a file" in capfd.readouterr().err
    assert main([str(saved), str(tmp_path / "none" / "out")]) == 1
    assert "cannot be written: No such file" in capfd.readouterr().err


def test_a_model_that_cannot_be_used_is_refused_at_the_start(
    tmp_path: Path, model: BeatModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chosen(None) is None
    with pytest.raises(CannotStart, match=r"No such file or directory.*sfa beats convert"):
        chosen(tmp_path / "none")
    with pytest.raises(CannotStart, match="Is a directory"):
        chosen(tmp_path)
    for content in (b"", b"hello, this is some text", b"\xff" * 100):
        (tmp_path / "text").write_bytes(content)
        with pytest.raises(CannotStart, match="does not hold a network of Beat This!"):
            chosen(tmp_path / "text")
    save_file({"x": torch.zeros(1)}, tmp_path / "other", {"klass": "demucs.htdemucs.HTDemucs"})
    with pytest.raises(CannotStart, match="does not hold a network"):
        chosen(tmp_path / "other")
    monkeypatch.setattr(beat_model, "_PACKAGES", ("no_such_package",))
    with pytest.raises(CannotStart, match=r"no_such_package.*sound-forge-alchemy\[beats\]"):
        chosen(model.path)


def test_weights_that_are_damaged_or_do_not_fit_are_refused(tmp_path: Path, model: BeatModel) -> None:
    content = bytearray(model.path.read_bytes())
    content[-1] ^= 1
    (tmp_path / "flipped").write_bytes(content)
    with pytest.raises(BeatModelInvalid, match="has changed"):
        LoadedBeatNetwork(BeatModel(path=tmp_path / "flipped", sha256=model.sha256))
    with pytest.raises(BeatModelInvalid, match="do not make a network"):
        LoadedBeatNetwork(misfit(tmp_path / "misfit"))


def misfit(path: Path) -> BeatModel:
    save_file({"x": torch.zeros(1)}, path, {METADATA: "{}"})
    told = chosen(path)
    assert told is not None
    return told


@pytest.mark.parametrize("module", ["services.analysis", "services.analysis.worker"])
def test_a_process_does_not_start_with_what_is_not_there(tmp_path: Path, module: str) -> None:
    status, said = started(tmp_path, module, tmp_path / "none.safetensors")
    assert status == 2
    assert "none.safetensors cannot be read (No such file or directory): name a file that `sfa beats convert`" in said


def test_a_worker_does_not_start_with_weights_that_do_not_fit(tmp_path: Path) -> None:
    status, said = started(tmp_path, "services.analysis.worker", misfit(tmp_path / "misfit").path)
    assert status == 2
    assert "misfit: its weights do not make a network" in said
    assert "misfit cannot be loaded; the line above says why" in said


def started(tmp_path: Path, module: str, beat_model: Path) -> tuple[int, str]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DATA_DIR": str(tmp_path),
        "BEAT_MODEL": str(beat_model),
    }
    ran = subprocess.run(
        [sys.executable, "-m", module], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    return ran.returncode, ran.stderr


def test_without_a_network_nothing_loads_torch() -> None:
    code = "import sys; from services.analysis.adapters import measuring, measurer; from services.analysis.measure import measure"
    code += "; from services.analysis import worker; print([m for m in ('torch', 'beat_this') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_frames_have_the_bands_of_the_network() -> None:
    assert frames_of(noise(2000), 2000).shape == (5, BANDS)
