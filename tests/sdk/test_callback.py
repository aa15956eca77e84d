"""Where a sign-in page sends its user back to."""

import asyncio

import aiohttp
import pytest

from sfa.callback import Refused, callback


async def test_the_code_of_the_right_attempt_arrives() -> None:
    async with callback() as back, aiohttp.ClientSession() as http:
        waiting = asyncio.ensure_future(back.code("mine"))
        for query in ("", "?state=other&code=stolen", "?code=no-state"):
            async with http.get(back.redirect_uri + query) as response:
                assert response.status == 200
        async with http.get(back.redirect_uri.replace("callback", "favicon.ico")) as response:
            assert response.status == 404
        assert not waiting.done()
        async with http.get(f"{back.redirect_uri}?state=mine&code=abc%2Fd") as response:
            assert "close this page" in await response.text()
        assert await waiting == "abc/d"


async def test_who_does_not_agree_is_told_so() -> None:
    async with callback() as back, aiohttp.ClientSession() as http:
        async with http.get(f"{back.redirect_uri}?state=mine&error=access_denied"):
            pass
        with pytest.raises(Refused, match="access_denied"):
            await back.code("mine")


async def test_what_is_no_request_is_dropped() -> None:
    async with callback() as back:
        port = int(back.redirect_uri.split(":")[2].partition("/")[0])
        for data in (b"nonsense\r\n\r\n", b"\xff\xfe \r\n\r\n", b"G" * 20000, b""):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(data)
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
