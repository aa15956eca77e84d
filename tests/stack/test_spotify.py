"""Spotify in a mesh without credentials for it: it says so, through the gateway, and nothing else is touched."""

import aiohttp
import pytest

from sfa import Mesh, errors

pytestmark = pytest.mark.stack


async def test_without_credentials_it_says_where_to_get_them(mesh: Mesh, http: aiohttp.ClientSession) -> None:
    with pytest.raises(errors.FailedPrecondition) as caught:
        await mesh.spotify.search("amber river")
    assert caught.value.reason == "SPOTIFY_NOT_CONFIGURED"
    assert caught.value.metadata["help"].startswith("https://developer.spotify.com/")
    async with http.get("/v1/spotify:resolve", params={"link": "spotify:track:4uLU6hMCjMI75M1A2tKUQC"}) as response:
        assert response.status == 400
        (info,) = [one for one in (await response.json())["details"] if "reason" in one]
        assert info["reason"] == "SPOTIFY_NOT_CONFIGURED"
    assert [model async for model in mesh.processing.list_models()]
