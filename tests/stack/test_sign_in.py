"""A mesh of several people: each sees, hears and watches only what is theirs."""

from pathlib import Path

import aiohttp
import pytest

import sfa
from sfa import connect
from sfa.local.checks import running
from sfa.local.checks.finding import Level
from tests.stack.conftest import EXAMPLE, Shared

pytestmark = pytest.mark.stack


async def test_what_is_anothers_is_not_found(shared: Shared, tmp_path: Path) -> None:
    async with shared.connect("erin") as erin, shared.connect("frank") as frank:
        track = await erin.library.upload(EXAMPLE)
        job = await erin.processing.separate(track.name, model="spleeter-2stems")
        job = await erin.processing.wait(job.name)
        for call in (
            frank.library.get_track(track.name),
            frank.library.get_artifact(track.original_artifact),
            frank.library.download(job.stems[0].artifact, tmp_path),
            frank.library.delete_track(track.name),
            frank.processing.get(job.name),
            frank.processing.separate(track.name),
        ):
            with pytest.raises(sfa.NotFound):
                await call
        assert [found.name async for found in erin.library.list_tracks()] == [track.name]
        assert [found async for found in frank.library.list_tracks()] == []
        assert [found async for found in frank.processing.list()] == []


async def test_a_signed_address_is_of_one_owner_and_file(shared: Shared) -> None:
    async with shared.connect("carol") as carol, aiohttp.ClientSession() as http:
        track = await carol.library.upload(EXAMPLE)
        artifact = await carol.library.get_artifact(track.original_artifact)
        async with http.get(artifact.media_uri) as reply:
            assert reply.status == 200
        for forged in (
            artifact.media_uri.replace("owner=carol", "owner=frank"),
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
