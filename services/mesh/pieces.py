"""Files that are made, or read, while their pieces are taken."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

_PIECE_BYTES = 1 << 17


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
