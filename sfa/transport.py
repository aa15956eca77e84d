"""One connection to a gateway, and the habits that every call on it shares: deadlines, retries, resumed streams."""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, Protocol, TypeVar, cast

import betterproto2
from grpclib.client import Channel
from grpclib.events import SendRequest, listen

from sfa import errors
from sfa.account.tokens import Tokens
from sfa.answers import StatusCodec, translated
from sfa.backoff import Backoff
from sfa.target import Target

Request_contra = TypeVar("Request_contra", bound=betterproto2.Message, contravariant=True)
Response_co = TypeVar("Response_co", covariant=True)
Request = TypeVar("Request", bound=betterproto2.Message)
T = TypeVar("T")

SILENCE_SECONDS: Final = 45.0
"""Three missed keep-alives of 15 s: a stream that is quiet for longer has lost its other end without noticing."""
PATIENCE_SECONDS: Final = 120.0
"""How long a cut stream is reopened without a single message coming through, before the caller is told."""
_FIRST_CONTACT_SECONDS: Final = 10.0
"""The same for a stream that has never worked. A mesh that restarts is back sooner; one that is not there stays away."""
_UNREACHABLE_SECONDS: Final = 3.0
"""How long a unary call looks for somebody to talk to."""
_UPLOAD_TRIES: Final = 6


class UnaryCall(Protocol[Request_contra, Response_co]):
    """A unary method of a generated stub."""

    def __call__(self, message: Request_contra, /, *, timeout: float | None = None) -> Awaitable[Response_co]:
        """Sends the message and returns the answer, or raises after `timeout` seconds."""
        ...


class StreamUnaryCall(Protocol[Request_contra, Response_co]):
    """A client-streaming method of a generated stub."""

    def __call__(
        self, messages: AsyncIterable[Request_contra], /, *, timeout: float | None = None
    ) -> Awaitable[Response_co]:
        """Sends the messages and returns the answer, or raises after `timeout` seconds."""
        ...


class OpenStream(Protocol[Response_co]):
    """Starts a server stream; called again to resume it."""

    def __call__(self) -> AsyncIterator[Response_co]:
        """A new stream from where the last one got to."""
        ...


class Transport:
    """A lazily opened HTTP/2 connection, reopened when it breaks."""

    def __init__(self, target: Target, *, tokens: Tokens, ssl_context: ssl.SSLContext | None, timeout: float) -> None:
        self.target = target
        self._tokens = tokens
        self._timeout = timeout
        self._closed = False
        self.channel = Channel(
            target.host,
            target.port,
            ssl=_for_http2(ssl_context) if target.tls else None,
            status_details_codec=StatusCodec(),
        )
        listen(self.channel, SendRequest, self._sign)

    async def _sign(self, event: SendRequest) -> None:
        # Per call, not per connection: a stream that is opened again after an hour carries a fresh token.
        if token := await self._tokens.current():
            event.metadata["authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Closes the connection for good; calls under way fail."""
        self._closed = True
        self.channel.close()

    def _check_open(self) -> None:
        # The channel would open itself again, for a stream that resumes after its mesh was left, and then leak.
        if self._closed:
            raise RuntimeError("This connection was closed: use the mesh inside its `async with`.")

    async def unary(self, call: UnaryCall[Request, T], request: Request, *, idempotent: bool = True) -> T:
        """One call under the connection's deadline, which covers all its attempts.

        Args:
            call: The stub's method.
            request: Its message.
            idempotent: Whether the call may be repeated when it is unknown whether the first attempt took effect.
        """
        started = time.monotonic()
        deadline = started + self._timeout
        backoff = Backoff(patience=self._timeout, longest=2.0)
        renewal = Renewal(self._tokens)
        while True:
            self._check_open()
            try:
                await renewal.begin()
                with translated(self.target):
                    # A deadline in the past is refused by grpclib with an assertion-like error; keep it positive.
                    return await call(request, timeout=max(deadline - time.monotonic(), 0.001))
            except errors.Unavailable as error:
                gone = error.reason == "UNREACHABLE" and time.monotonic() > started + _UNREACHABLE_SECONDS
                if gone or not idempotent:
                    raise
                await backoff.pause(error)
            except errors.Unauthenticated:
                if not await renewal.helped():
                    raise

    async def stream(self, opened: AsyncIterator[T], *, silence: float = SILENCE_SECONDS) -> AsyncGenerator[T]:
        """The messages of one server stream, with errors translated at every step.

        Raises:
            DeadlineExceeded: If nothing comes for `silence` seconds.
        """
        async with aclosing(cast("AsyncGenerator[T]", opened)) as messages:
            while True:
                with translated(self.target):
                    try:
                        async with asyncio.timeout(silence):
                            message = await anext(messages)
                    except StopAsyncIteration:
                        return
                yield message

    async def resuming(self, reopen: OpenStream[T], *, patience: float = PATIENCE_SECONDS) -> AsyncGenerator[T]:
        """Messages of a stream that is opened again each time it is cut or ends; the consumer decides when to leave.

        Raises:
            MeshError: An answer of the server that trying again cannot change, or the last cut when nothing has come
                through for `patience` seconds.
        """
        backoff = Backoff(patience=min(patience, _FIRST_CONTACT_SECONDS))
        renewal = Renewal(self._tokens)
        while True:
            self._check_open()
            try:
                await renewal.begin()
                async with aclosing(self.stream(reopen())) as messages:
                    async for message in messages:
                        backoff = Backoff(patience=patience)
                        renewal = Renewal(self._tokens)
                        yield message
                cut: errors.MeshError = errors.Unavailable("The stream ended early.", reason="STREAM_CUT")
            except errors.Unauthenticated:
                if not await renewal.helped():
                    raise
                continue
            except errors.MeshError as error:
                if not _is_cut(error):
                    raise
                cut = error
            await backoff.pause(cut)

    async def upload(
        self, call: StreamUnaryCall[Request, T], open_requests: Callable[[], AsyncGenerator[Request]], *, seconds: float
    ) -> T:
        """One client stream; sent again from its start when it is cut, so it must carry a request id."""
        backoff = Backoff(patience=_UPLOAD_TRIES * seconds, first=0.5)
        renewal = Renewal(self._tokens)
        for attempt in range(1, _UPLOAD_TRIES + 1):
            self._check_open()
            try:
                await renewal.begin()
                async with aclosing(open_requests()) as requests:
                    with translated(self.target):
                        return await call(requests, timeout=seconds)
            except errors.Unavailable as error:
                if attempt == _UPLOAD_TRIES:
                    raise
                await backoff.pause(error)
            except errors.Unauthenticated:
                if not await renewal.helped():
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")


class Renewal:
    """One more attempt with another token, for a call whose first one was refused: a clock was wrong, or keys rotated."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._used: str | None = None
        self._spent = False

    async def begin(self) -> None:
        """Notes which token the coming attempt carries."""
        self._used = await self._tokens.current()

    async def helped(self) -> bool:
        """Whether trying again makes sense: there is another token, and this is the first refusal."""
        if self._spent:
            return False
        self._spent = True
        return await self._tokens.renewed(self._used)


def _for_http2(context: ssl.SSLContext | None) -> ssl.SSLContext:
    context = context or ssl.create_default_context()
    context.set_alpn_protocols(["h2"])  # without it a gateway that serves both answers with HTTP/1.1
    return context


def _is_cut(error: errors.MeshError) -> bool:
    # An answer of the mesh carries a reason. What has none comes from something between: a proxy whose upstream went
    # away says CANCELLED, UNKNOWN or INTERNAL as it pleases.
    return isinstance(error, errors.Unavailable | errors.DeadlineExceeded) or (
        isinstance(error, errors.Internal) and not error.reason
    )
