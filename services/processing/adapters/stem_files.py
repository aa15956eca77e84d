"""Turns the samples of finished stems into files, at the rate and in the encoding that is wanted."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from services.mesh.audio.waveform import SUFFIX, Outline
from services.processing.adapters.encode import FORMATS, Format, encode, joint_gain, write_outline
from services.processing.adapters.resample import blocks_of, resample
from services.processing.adapters.samples import SampleFile
from services.processing.adapters.workspace import Workspace
from services.processing.domain import Encoding
from services.processing.ports import FloatArray, StemOutput


def write_stems(
    work: Workspace,
    stems: Sequence[str],
    encoding: Encoding,
    *,
    rate_from: int,
    rate_to: int,
    on_block: Callable[[float], None],
    ffmpeg: str,
) -> tuple[float, tuple[StemOutput, ...]]:
    """Writes the stems of a workspace beside their samples.

    Args:
        work: whose notes have the source's rate and length.
        stems: their names, in the order of the samples.
        encoding: how they are written.
        rate_from: their sample rate, in hertz.
        rate_to: that of the files.
        on_block: called now and then with the fraction that is done, in [0, 1]; may raise to stop.
        ffmpeg: the program, from `ffmpeg_path`.

    Returns:
        The factor that all samples were multiplied by, and the files.

    Raises:
        StorageFull: the disk is full.
    """
    output = FORMATS[encoding]
    files = _at_rate(work, stems, rate_from, rate_to, lambda: on_block(0.0))
    gain = joint_gain((file.peak for file in files), output)
    written = []
    for index, (stem, file) in enumerate(zip(stems, files, strict=True)):

        def on_part(done: float, index: int = index) -> None:
            on_block((index + done) / len(files))

        path = work.path / f"{stem}{output.suffix}"
        outline = Outline(rate_to, channel_count=2)
        blocks = _scaled(file, gain, outline, on_part)
        encode(path, encoding, sample_rate=rate_to, frames=file.length, blocks=blocks, ffmpeg=ffmpeg)
        write_outline(path.with_suffix(SUFFIX), outline.finish())
        written.append(_described(stem, path, output, file, gain=gain, sample_rate=rate_to))
    return gain, tuple(written)


def _at_rate(
    work: Workspace, stems: Sequence[str], rate_from: int, rate_to: int, on_block: Callable[[], None]
) -> list[SampleFile]:
    """Returns the stems at the rate that is wanted, each as long as the source is at that rate, to the sample."""
    if rate_from == rate_to:
        return work.stems
    source_rate, source_frames = work.notes["sample_rate_hz"], work.notes["frames"]
    frames = max(1, round(source_frames * rate_to / source_rate))

    def blocks(file: SampleFile) -> Iterator[FloatArray]:
        for block in blocks_of(file):
            on_block()
            yield block

    resampled = []
    for stem, file in zip(stems, work.stems, strict=True):
        into = work.scratch(f"{stem}-{rate_to}")
        resample(blocks(file), rate_from, rate_to, into, frames=frames)
        resampled.append(into)
    return resampled


def _described(stem: str, path: Path, output: Format, file: SampleFile, *, gain: float, sample_rate: int) -> StemOutput:
    return StemOutput(
        stem=stem,
        path=path,
        waveform=path.with_suffix(SUFFIX),
        filename_suffix=output.suffix,
        media_type=output.media_type,
        sample_count=file.length,
        sample_rate_hz=sample_rate,
        channel_count=2,
        bits_per_sample=output.bits,
        codec=output.codec,
        peak=file.peak * gain,
    )


def _scaled(file: SampleFile, gain: float, outline: Outline, on_block: Callable[[float], None]) -> Iterator[FloatArray]:
    """Yields a stem's samples, scaled, and draws their outline."""
    done = 0
    for block in blocks_of(file):
        scaled = block * np.float32(gain)
        outline.add(scaled.T.ravel())
        yield scaled
        done += block.shape[1]
        on_block(done / file.length)
