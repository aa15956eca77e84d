"""Files that are made, or read, while their pieces are taken."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

_PIECE_BYTES = 1 << 17


@dataclass(frozen=True)
class Export:
    """A file that is made while its pieces are taken.

    Attributes:
        filename: a name to save it under.
        media_type: the IANA media type.
        pieces: its bytes; an empty piece now and then while there is nothing to send.
    """

    filename: str
    media_type: str
    pieces: AsyncIterator[bytes]


def read(path: Path) -> Generator[bytes, None, None]:
    """Yields the bytes of a file. Blocks."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


async def threaded(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Takes from a blocking iterator in threads; leaves out what is empty."""
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        if piece:
            yield piece
