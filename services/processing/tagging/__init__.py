"""Writes tags and cover images into finished audio files, and touches nothing else of them.

Each module knows one container. Their audio is copied byte for byte, because remuxing would lose what encoders note about the
samples to leave out at both ends; and the same file with the same tags is the same to the byte, whatever tags it had before.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from services.processing.tagging import flac, mp3, mp4, ogg, wave
from services.processing.tagging.tags import Tags

_WRITERS: Mapping[str, Callable[[Path, Tags], None]] = {
    ".wav": wave.write,
    ".flac": flac.write,
    ".mp3": mp3.write,
    ".m4a": mp4.write,
    ".ogg": ogg.write,
    ".opus": ogg.write,
}


def write_tags(path: Path, suffix: str, tags: Tags) -> None:
    """Replaces the tags of a file that the engine wrote. Blocks.

    Args:
        path: the file.
        suffix: what it is: ".wav", ".flac", ".mp3", ".m4a", ".ogg" or ".opus".
        tags: what it is to say.

    Raises:
        OSError: the disk is full, for example; the file may then be damaged.
    """
    _WRITERS[suffix](path, tags)
