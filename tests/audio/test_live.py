"""How soon, and how exactly, a stem can be read while the engine makes it."""

from pathlib import Path

import numpy as np

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.processing.adapters.runner import Runner
from services.processing.domain import Encoding
from services.processing.live import FRAME_BYTES, LiveStem
from services.processing.ports import SeparationRequest
from tests.audio.conftest import RATE, noise, read_audio, write_wav

_BLOCK = 512 * 1024  # samples of one of Spleeter's segments
_NETWORKS = 2


def test_the_first_samples_can_be_read_within_two_segments(models_dir: Path, tmp_path: Path) -> None:
    song = noise(6 * _BLOCK)
    source = write_wav(tmp_path / "song.wav", song)
    out = tmp_path / "job"
    request = SeparationRequest(
        id="job",
        model="spleeter-2stems",
        source=source,
        sha256="00",
        out_dir=out,
        wanted_stems=("vocals",),
        complement=True,
        encoding=Encoding.WAV_FLOAT32,
    )
    stems = {stem: LiveStem(out, stem) for stem in ("vocals", "no-vocals")}
    heard = dict.fromkeys(stems, b"")
    separating: list[float] = []
    first_heard: dict[str, int] = {}

    def report(stage: str, fraction: float) -> None:
        if stage == "separating":
            separating.append(fraction)

    def check() -> None:
        if not separating:
            return
        for stem, live in stems.items():
            done = len(heard[stem]) // FRAME_BYTES
            heard[stem] += live.read(done, RATE * 60)
            if heard[stem] and stem not in first_heard:
                first_heard[stem] = len(first_checks)
        first_checks.append(None)

    first_checks: list[None] = []
    output = Runner(models_dir, "cpu", ffmpeg_path()).run(request, report, check)
    for stem, live in stems.items():
        # Counted in runs of a network, after each of which the engine looks whether it should stop.
        assert first_heard[stem] <= 2 * _NETWORKS
        done = len(heard[stem]) // FRAME_BYTES
        heard[stem] += live.read(done, RATE * 600)
        assert live.format is not None
        assert live.format.sample_rate_hz == RATE
        assert live.length == song.shape[1]
        live.close()
        finished = next(found for found in output.stems if found.stem == stem)
        samples = np.frombuffer(heard[stem], "<f4").reshape(-1, 2).T
        assert np.array_equal(samples, read_audio(finished.path))
