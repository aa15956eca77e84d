"""What is the same for all kinds of jobs: following one to its end, and saving what is streamed as one file."""

import asyncio
import os
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Final, Protocol, TypeVar

from alchemy_sdk.alchemy.type.v1 import JobState
from alchemy_sdk.google.api import HttpBody
from sfa import partial
from sfa.transport import Transport

TERMINAL: Final = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})
"""The states in which a job stays."""


class Job(Protocol):
    """A job of the contract."""

    state: JobState
    revision: int


class Piece(Protocol):
    """A piece of an export of the contract."""

    data: HttpBody | None
    filename: str


J = TypeVar("J", bound=Job)
R = TypeVar("R")


async def followed(
    transport: Transport, opened: Callable[[], AsyncIterator[R]], job_of: Callable[[R], J | None], *, patience: float
) -> AsyncGenerator[J]:
    """A job as it changes: its present state at once, its terminal state last; a stream that is cut is reopened.

    Args:
        transport: the connection.
        opened: opens the Watch stream.
        job_of: takes the job out of a response.
        patience: seconds for which to keep trying while nothing comes through.
    """
    last: J | None = None
    async with aclosing(transport.resuming(opened, patience=patience)) as responses:
        async for response in responses:
            job = job_of(response)
            assert job is not None
            if last is not None and (job.revision < last.revision or job == last):
                continue  # a keep-alive, or a replica that is behind the one we watched before
            last = job
            yield job
            if job.state in TERMINAL:
                return


async def saved(
    pieces: AsyncGenerator[Piece],
    destination: str | os.PathLike[str],
    on_progress: Callable[[int], None] | None = None,
) -> Path:
    """Saves an export, which appears under its name when it is complete.

    Args:
        pieces: the stream.
        destination: a folder, which gives the file the server's name for it, or the path of the new file.
        on_progress: called with the bytes that have arrived.
    """
    async with aclosing(pieces):
        piece: Piece | None = await anext(pieces)
        assert piece is not None
        final = await asyncio.to_thread(partial.destination, destination, piece.filename)
        draft = final.with_name(f"{final.name}.{uuid.uuid4().hex}.part")
        try:
            with await asyncio.to_thread(draft.open, "xb") as file:
                done = 0
                while piece is not None:
                    done += await asyncio.to_thread(file.write, piece.data.data if piece.data is not None else b"")
                    if on_progress is not None:
                        on_progress(done)
                    piece = await anext(pieces, None)
            await asyncio.to_thread(draft.replace, final)
        finally:
            await asyncio.to_thread(draft.unlink, missing_ok=True)
    return final
