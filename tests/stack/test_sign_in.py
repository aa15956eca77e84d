"""A mesh of several people: each sees, hears and watches only what is theirs."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

import sfa
from sfa import Mesh, connect
from sfa.local.checks import running
from sfa.local.checks.finding import Level
from sfa.local.datadir import DataDir
from sfa.local.plan import Options
from sfa.local.running import local_mesh
from tests.door.issuer import AUDIENCE, Issuer, publishing
from tests.stack.conftest import EXAMPLE

pytestmark = pytest.mark.stack


@dataclass
class Shared:
    """A running mesh with sign-in, and who issues its tokens."""

    url: str
    issuer: Issuer
    data_dir: DataDir

    def connect(self, user: str, role: str = "user") -> Mesh:
        return connect(self.url, token=self.issuer.token(user=user, role=role))


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shared]:
    issuer = Issuer()
    options = Options(data_dir=DataDir(tmp_path_factory.mktemp("shared")), redis_url="", log_format="json")
    with pytest.MonkeyPatch.context() as patch:
        async with publishing(issuer) as jwks:
            for name, value in (
                ("AUTH", "jwt"),
                ("AUTH_ISSUER", issuer.name),
                ("AUTH_AUDIENCE", AUDIENCE),
                ("AUTH_JWKS_URL", jwks),
            ):
                patch.setitem(os.environ, name, value)
            async with local_mesh(options, console=None, say=lambda _: None, hurry=asyncio.Event()) as supervisor:
                yield Shared(supervisor.target, issuer, options.data_dir)


async def test_what_is_anothers_is_not_found(shared: Shared, tmp_path: Path) -> None:
    async with shared.connect("alice") as alice, shared.connect("bob") as bob:
        track = await alice.library.upload(EXAMPLE)
        job = await alice.processing.separate(track.name, model="spleeter-2stems")
        job = await alice.processing.wait(job.name)
        for call in (
            bob.library.get_track(track.name),
            bob.library.get_artifact(track.original_artifact),
            bob.library.download(job.stems[0].artifact, tmp_path),
            bob.library.delete_track(track.name),
            bob.processing.get(job.name),
            bob.processing.separate(track.name),
        ):
            with pytest.raises(sfa.NotFound):
                await call
        assert [found.name async for found in alice.library.list_tracks()] == [track.name]
        assert [found async for found in bob.library.list_tracks()] == []
        assert [found async for found in bob.processing.list()] == []


async def test_a_signed_address_is_of_one_owner_and_file(shared: Shared) -> None:
    async with shared.connect("carol") as carol, aiohttp.ClientSession() as http:
        track = await carol.library.upload(EXAMPLE)
        artifact = await carol.library.get_artifact(track.original_artifact)
        async with http.get(artifact.media_uri) as reply:
            assert reply.status == 200
        for forged in (
            artifact.media_uri.replace("owner=carol", "owner=bob"),
            artifact.media_uri.replace("expires=1", "expires=2"),
            artifact.media_uri[:-2],
            artifact.media_uri.split("?")[0],
        ):
            async with http.get(forged) as reply:
                assert reply.status == 403, forged


async def test_only_administrators_change_the_server(shared: Shared) -> None:
    async with shared.connect("dave") as dave, shared.connect("root", role="admin") as root:
        with pytest.raises(sfa.PermissionDenied, match="admin"):
            await dave.installations.install("spleeter-2stems")
        await root.installations.install("spleeter-2stems")


async def test_without_a_token_nothing_answers(shared: Shared) -> None:
    async with connect(shared.url) as nobody:
        with pytest.raises(sfa.PermissionDenied):
            [track async for track in nobody.library.list_tracks()]


async def test_the_doctor_knows_that_a_gateway_may_ask_who_calls(shared: Shared) -> None:
    (gateway,) = [finding for finding in await running.examine(shared.data_dir) if finding.check == "gateway"]
    assert (gateway.level, gateway.detail) == (Level.OK, "asks who calls: AUTH=jwt")
