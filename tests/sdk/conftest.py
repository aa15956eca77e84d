"""A fake mesh, and the SDK connected to it."""

from collections.abc import AsyncIterator

import pytest

from sfa import Mesh
from tests.sdk.fakes import FakeMesh


@pytest.fixture
async def fake() -> AsyncIterator[FakeMesh]:
    mesh = FakeMesh()
    async with mesh.served():
        yield mesh


@pytest.fixture
async def mesh(fake: FakeMesh) -> AsyncIterator[Mesh]:
    async with fake.connect(timeout=10) as connected:
        yield connected
