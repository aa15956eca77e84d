"""Native Instruments stem files: one MP4 with five stereo tracks, the mix and four stems, which Traktor and Mixxx play.

    track 1       the mix; the only enabled one, so that other players play just it
    tracks 2-5    the stems
    moov/udta/stem   JSON: names and colours of the stems, and settings of the mastering effects

The format has exactly four stems. With fewer, the rest are silent tracks named "Empty", so that what plays together is still the
mix; with more, the ones that the format has no place for are added to "other" (see `laid_out`).

Tracks are ALAC: lossless, and without the delay that every AAC encoder adds in front.
"""

import errno
import json
import os
import struct
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.mesh.errors import StemsUnsuitable, StorageFull
from services.processing.adapters.samples import storage_error

STEM_COUNT = 4
_SECONDS = 1800
_EMPTY = "Empty"
# The order that Traktor's own stems have, and colours that its decks can show.
_PLACES = ("drums", "bass", "other", "vocals")
_COLORS = ("#009E73", "#D55E00", "#CC79A7", "#56B4E9")
_ATOM = 8
# Switched off: what was separated from a mastered mix is mastered already.
_MASTERING = {
    "compressor": {
        "enabled": False,
        "ratio": 2,
        "output_gain": 0.5,
        "release": 0.3,
        "attack": 0.003,
        "input_gain": 0.5,
        "threshold": 0,
        "hp_cutoff": 300,
        "dry_wet": 50,
    },
    "limiter": {"enabled": False, "release": 0.05, "threshold": 0, "ceiling": -0.35},
}


@dataclass(frozen=True)
class Track:
    """One of the four stem tracks: its name, and the stems that are added up in it; none = silence."""

    name: str
    stems: tuple[str, ...]


def laid_out(separation: str, stems: Sequence[str]) -> list[Track]:
    """Decides which stems go into which of the four tracks.

    Raises:
        StemsUnsuitable: there are more than four, and no "other" to which the rest could be added.
    """
    if len(stems) > STEM_COUNT and not set(_PLACES) <= set(stems):
        raise StemsUnsuitable(separation, f"it has {len(stems)} stems, and a stem file has room for four")
    if len(stems) > STEM_COUNT:
        extra = tuple(stem for stem in stems if stem not in _PLACES)
        groups = [(stem, *extra) if stem == "other" else (stem,) for stem in _PLACES]
    else:
        groups = [(stem,) for stem in stems]
    tracks = [Track(", ".join(stem.capitalize() for stem in group), group) for group in groups]
    return tracks + [Track(_EMPTY, ())] * (STEM_COUNT - len(tracks))


def write(
    path: Path, tracks: Sequence[Track], stems: Mapping[str, Path], *, tags: Mapping[str, str], ffmpeg: str
) -> None:
    """Writes a stem file. Blocks.

    Args:
        path: the new file.
        tracks: from `laid_out`.
        stems: files of equal length and sample rate, together the mix.
        tags: what the file says about the track, by the names that ffmpeg uses; those of the stems are left out.
        ffmpeg: the program, from `ffmpeg_path`.

    Raises:
        StorageFull: the disk is full.
    """
    try:
        ran = subprocess.run(
            _command(path, tracks, stems, tags=tags, ffmpeg=ffmpeg),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        message = ran.stderr.decode(errors="replace")
        if ran.returncode != 0:
            if os.strerror(errno.ENOSPC) in message:
                raise StorageFull
            raise RuntimeError(f"ffmpeg failed to write a stem file: {message[-2000:]}")
        add_description(path, description(tracks))
    except OSError as error:
        raise storage_error(error) from error


def description(tracks: Sequence[Track]) -> bytes:
    """Returns what the stem atom holds."""
    stems = [{"color": color, "name": track.name} for track, color in zip(tracks, _COLORS, strict=True)]
    return json.dumps({"mastering_dsp": _MASTERING, "version": 1, "stems": stems}, separators=(",", ":")).encode()


def _command(
    path: Path, tracks: Sequence[Track], stems: Mapping[str, Path], *, tags: Mapping[str, str], ffmpeg: str
) -> list[str]:
    index = {stem: number for number, stem in enumerate(stems)}
    graph = []
    # Each stem goes into the mix and into one track; the first one also gives silence its length.
    silent = [number for number, track in enumerate(tracks) if not track.stems]
    for number in index.values():
        copies = [f"[mix{number}]", f"[stem{number}]"]
        copies += [f"[still{track}]" for track in silent] if number == 0 else []
        graph.append(
            f"[{number}:a]aformat=sample_fmts=fltp:channel_layouts=stereo,asplit={len(copies)}{''.join(copies)}"
        )
    graph.append(_sum("".join(f"[mix{number}]" for number in index.values()), len(index), "[out0]"))
    for number, track in enumerate(tracks, 1):
        if track.stems:
            inputs = "".join(f"[stem{index[stem]}]" for stem in track.stems)
            graph.append(_sum(inputs, len(track.stems), f"[out{number}]"))
        else:
            graph.append(f"[still{number - 1}]volume=0[out{number}]")
    command = [ffmpeg, "-hide_banner", "-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file,pipe"]
    for file in stems.values():
        command += ["-i", f"file:{file}"]
    command += ["-filter_complex", ";".join(graph)]
    for number in range(STEM_COUNT + 1):
        command += ["-map", f"[out{number}]", f"-disposition:a:{number}", "default" if number == 0 else "0"]
    command += ["-c:a", "alac", "-sample_fmt", "s16p", "-map_metadata", "-1", "-map_chapters", "-1"]
    for name, text in tags.items():
        command += ["-metadata", f"{name}={text}"]
    return [*command, "-bitexact", "-f", "ipod", f"file:{path}"]


def _sum(inputs: str, count: int, output: str) -> str:
    """Adds stereo streams up, sample for sample. Not by `amix`: that of ffmpeg 5 leaves an input out for its last block."""
    if count == 1:
        return f"{inputs}anull{output}"
    sides = ("+".join(f"c{channel}" for channel in range(side, 2 * count, 2)) for side in range(2))
    left, right = sides
    return f"{inputs}amerge=inputs={count},pan=stereo|c0={left}|c1={right}{output}"


def add_description(path: Path, content: bytes) -> None:
    """Puts the stem atom into moov/udta of an MP4 whose moov is its last atom, so that nothing else moves."""
    with path.open("r+b") as file:
        start, size = _last_atom(file.fileno(), path.stat().st_size)
        moov = os.pread(file.fileno(), size, start)
        file.seek(start)
        file.write(with_stem_atom(moov, content))
        file.truncate()


def _last_atom(file: int, end: int) -> tuple[int, int]:
    position = 0
    while position < end:
        size, kind = struct.unpack(">I4s", os.pread(file, _ATOM, position))
        if size == 1:  # a 64-bit size follows
            (size,) = struct.unpack(">Q", os.pread(file, 8, position + _ATOM))
        if kind == b"moov" and position + size == end:
            return position, size
        position += size
    raise RuntimeError("the MP4 does not end with its moov atom")


def with_stem_atom(moov: bytes, content: bytes) -> bytes:
    """Returns a moov atom with a stem atom in its udta, which is made if there is none."""
    atom = struct.pack(">I4s", _ATOM + len(content), b"stem") + content
    children = []
    found = False
    position = _ATOM
    while position < len(moov):
        size, kind = struct.unpack(">I4s", moov[position : position + _ATOM])
        child = moov[position : position + size]
        if kind == b"udta":
            found = True
            child = struct.pack(">I4s", size + len(atom), kind) + child[_ATOM:] + atom
        children.append(child)
        position += size
    if not found:
        children.append(struct.pack(">I4s", _ATOM + len(atom), b"udta") + atom)
    body = b"".join(children)
    return struct.pack(">I4s", _ATOM + len(body), b"moov") + body
