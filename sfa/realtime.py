"""Everything that happens, on one stream."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import betterproto2

from alchemy_sdk.alchemy.realtime import v1
from sfa import errors
from sfa.transport import PATIENCE_SECONDS, Transport


class Realtime:
    """The events of a mesh; `mesh.realtime`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._stub = v1.RealtimeServiceStub(transport.channel)

    async def subscribe(
        self, cursor: str = "", *, heartbeats: bool = False, patience: float = PATIENCE_SECONDS
    ) -> AsyncGenerator[v1.Event]:
        """Every change of the user's tracks and separations, without end.

        A stream that is cut is resumed where it was: nothing is missed. If the server has lost its history meanwhile,
        the next event is `reset`: list tracks and separations again, and go on. `kind_of(event)` names what happened.

        Args:
            cursor: The cursor of an event seen before, to continue after it; empty = from now on.
            heartbeats: Whether to pass on the events that say only that the stream is alive. The first one comes at
                once, and means that nothing from then on is missed.
            patience: Seconds for which to keep trying while nothing comes through.

        Raises:
            OutOfRange: If the given cursor is not one of this server.
            Unavailable: If the mesh could not be reached for `patience` seconds.
        """
        given = cursor

        def reopen() -> AsyncIterator[v1.SubscribeResponse]:
            return self._stub.subscribe(v1.SubscribeRequest(cursor=cursor))

        while True:
            try:
                async with aclosing(self._transport.resuming(reopen, patience=patience)) as responses:
                    async for response in responses:
                        event = response.event
                        assert event is not None
                        cursor = event.cursor or cursor
                        if heartbeats or event.heartbeat is None:
                            yield event
            except errors.OutOfRange:
                if cursor == given:
                    raise
                # The server forgot a cursor that it issued itself: it lost its store. The subscriber must hear of it.
                cursor = given = ""
                yield v1.Event(reset=v1.EventReset())


def kind_of(event: v1.Event) -> str:
    """What an event says: "track_changed", "separation_changed", ...; "" for a kind newer than this SDK."""
    return betterproto2.which_one_of(event, "kind")[0]
