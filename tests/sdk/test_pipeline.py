"""The command line's way of a file through the mesh, where timing matters."""

import asyncio

import pytest

from sfa import Mesh
from sfa.cli.pipeline import Item, Wish, separate
from sfa.cli.views import Ndjson
from tests.sdk.fakes import JOB, FakeMesh


async def test_a_job_that_was_interrupted_while_it_was_created_is_cancelled(fake: FakeMesh, mesh: Mesh) -> None:
    fake.processing.accepting_seconds = 0.5
    work = asyncio.create_task(separate(mesh, Item(source="", label="a", track="tracks/t"), Wish(), Ndjson()))
    async with asyncio.timeout(5):
        while not fake.processing.created:
            await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert fake.processing.cancelled == [JOB]
