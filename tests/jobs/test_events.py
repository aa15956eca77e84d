"""The event stream on the real Valkey: order, fan-out, conflation, history, groups."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from alchemy.library.v1.track_pb2 import Track
from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.mesh.drain import stop
from services.mesh.errors import CursorInvalid, DependencyUnavailable
from services.mesh.events import STREAM, EventLog, EventTail, Published, Subscription, position
from services.mesh.redis import Client


def changed(name: str, revision: int) -> Event:
    return Event(track_changed=Track(name=name, revision=revision))


@asynccontextmanager
async def following(client: Client) -> AsyncIterator[EventTail]:
    tail = EventTail(client)
    task = asyncio.ensure_future(tail.run())
    await tail.position()
    try:
        yield tail
    finally:
        await stop(task)


async def test_an_owner_sees_their_events_in_order_and_nobody_elses(redis_client: Client) -> None:
    log = EventLog(redis_client)
    async with following(redis_client) as tail:
        with tail.subscribed("ann") as subscription:
            for number in range(5):
                await log.publish("bob", f"b{number}", changed(f"b{number}", 1))
                await log.publish("ann", f"a{number}", changed(f"a{number}", 1))
            taken = [(await subscription.take()).event for _ in range(5)]
    assert [event.track_changed.name for event in taken] == [f"a{n}" for n in range(5)]
    assert [position(event.cursor) for event in taken] == sorted(position(event.cursor) for event in taken)
    assert all(event.time.seconds > 0 for event in taken)


async def test_a_slow_reader_gets_the_newest_of_each_resource_and_holds_nobody_up(redis_client: Client) -> None:
    log = EventLog(redis_client)
    async with following(redis_client) as tail:
        with tail.subscribed("ann") as slow, tail.subscribed("ann", "x") as quick:
            for revision in range(1, 101):
                await log.publish("ann", "x", changed("x", revision))
                if revision % 10 == 5:
                    await quick.take()
            await log.publish("ann", "y", changed("y", 1))
            async with asyncio.timeout(5):
                while (newest := await quick.take()).event.track_changed.revision < 100:
                    pass
            await asyncio.sleep(0.2)
            kept = [(await slow.take()).event.track_changed for _ in range(2)]
            assert newest.event.track_changed.revision == 100
            assert [(track.name, track.revision) for track in kept] == [("x", 100), ("y", 1)]
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await slow.take()


async def test_one_read_per_update_whatever_the_number_of_subscribers(redis_client: Client) -> None:
    async def reads() -> int:
        stats = await redis_client.info("commandstats")
        return int(stats.get("cmdstat_xread", {}).get("calls", 0))

    log = EventLog(redis_client)
    async with following(redis_client) as tail:
        subscriptions = [tail.subscribed("ann", "x") for _ in range(200)]
        entered: list[Subscription] = [subscription.__enter__() for subscription in subscriptions]
        before = await reads()
        for revision in range(10):
            await log.publish("ann", "x", changed("x", revision))
        for subscription in entered:
            async with asyncio.timeout(5):
                while (await subscription.take()).event.track_changed.revision < 9:
                    pass
        # A read that blocks first counts twice.
        assert await reads() - before <= 2 * 11
        for manager in subscriptions:
            manager.__exit__(None, None, None)


async def test_history_continues_where_the_cursor_stands(redis_client: Client) -> None:
    log = EventLog(redis_client)
    for revision in range(1, 1201):
        await redis_client.xadd(STREAM, {"owner": "a", "key": "x", "event": changed("x", revision).SerializeToString()})
    everything = [published async for published in log.history("0-0", await log.last())]
    assert [p.event.track_changed.revision for p in everything] == list(range(1, 1201))
    middle = everything[599].event.cursor
    rest = [p.event.track_changed.revision async for p in log.history(middle, await log.last())]
    assert rest == list(range(601, 1201))
    assert await log.covers(middle)
    await redis_client.xtrim(STREAM, maxlen=10, approximate=False)
    assert not await log.covers(middle)
    assert not await log.covers("99999999999999-0")


@pytest.mark.parametrize("cursor", ["", "x", "1", "1-", "-1", "1-2-3", "\uff11-\uff12", "$", "0-0; DROP"])
def test_what_is_no_cursor(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        position(cursor)


async def test_a_group_sees_each_event_at_least_once_also_after_a_failure(redis_client: Client) -> None:
    log = EventLog(redis_client)
    seen: list[int] = []

    async def handle(published: Published) -> None:
        revision = published.event.track_changed.revision
        seen.append(revision)
        if revision == 2 and seen.count(2) == 1:
            raise DependencyUnavailable("library")

    await log.publish("ann", "x", changed("x", 1))  # before the group existed
    consumer = asyncio.ensure_future(log.consume("group", handle))
    await log.publish("ann", "x", changed("x", 2))
    await log.publish("ann", "x", changed("x", 3))
    async with asyncio.timeout(10):
        while 3 not in seen or seen.count(2) < 2:
            await asyncio.sleep(0.05)
    await stop(consumer)
    assert sorted(set(seen)) == [1, 2, 3]


async def test_the_tail_survives_a_server_that_goes_away(redis_client: Client) -> None:
    async with following(redis_client) as tail:
        with tail.subscribed("ann") as subscription:
            await redis_client.client_kill_filter(_type="normal", skipme=True)
            await EventLog(redis_client).publish("ann", "x", changed("x", 1))
            async with asyncio.timeout(10):
                assert (await subscription.take()).event.track_changed.revision == 1
