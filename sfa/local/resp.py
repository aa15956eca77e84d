"""The few words of the Redis protocol that a supervisor needs: is it up, and how is it configured?"""

import asyncio
from typing import Final
from urllib.parse import unquote, urlsplit

_DEFAULT_PORT: Final = 6379

Reply = str | int | list["Reply"] | None


class RedisError(Exception):
    """The server answered with an error, such as -LOADING or -NOAUTH."""


async def command(url: str, *words: str) -> Reply:
    """Sends one command to the server at a `redis://`, `rediss://` or `unix://` address and returns its reply.

    Raises:
        RedisError: If the server refuses the command, or the credentials in the address.
        OSError: If it cannot be reached.
    """
    address = urlsplit(url)
    if address.scheme == "unix":
        reader, writer = await asyncio.open_unix_connection(address.path)
    else:
        reader, writer = await asyncio.open_connection(
            address.hostname or "127.0.0.1", address.port or _DEFAULT_PORT, ssl=address.scheme == "rediss" or None
        )
    try:
        if address.password is not None:
            user = [unquote(address.username)] if address.username else []
            await _exchange(reader, writer, ["AUTH", *user, unquote(address.password)])
        return await _exchange(reader, writer, list(words))
    finally:
        writer.close()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: list[str]) -> Reply:
    parts = [word.encode() for word in words]
    writer.write(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
    await writer.drain()
    return await _read(reader)


async def _read(reader: asyncio.StreamReader) -> Reply:
    line = (await reader.readuntil(b"\r\n"))[:-2].decode()
    kind, rest = line[:1], line[1:]
    match kind:
        case "+":
            return rest
        case "-":
            raise RedisError(rest)
        case ":":
            return int(rest)
        case "$":
            if rest == "-1":
                return None
            return (await reader.readexactly(int(rest) + 2))[:-2].decode()
        case "*":
            return [await _read(reader) for _ in range(int(rest))]
        case _:
            raise RedisError(f"not a Redis server: {line!r}")
