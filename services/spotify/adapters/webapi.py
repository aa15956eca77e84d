"""Spotify's Web API, spoken by spotipy in a few threads of its own.

spotipy alone would sleep in its thread for as long as Spotify's Retry-After says, which may be a day, and would write bearer
tokens to its debug log. So its retries and its logger are off, and what to do about failures is decided here.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import requests
from spotipy import MemoryCacheHandler, Spotify, SpotifyClientCredentials, SpotifyException, SpotifyOauthError

from services.mesh.errors import (
    DependencyUnavailable,
    InvalidRequest,
    MeshError,
    SpotifyAuthorizationFailed,
    SpotifyCredentialsRejected,
    SpotifyForbidden,
    SpotifyNotFound,
    SpotifyRateLimited,
    Violation,
)
from services.mesh.logs import logger
from services.spotify.adapters.breaker import Breaker
from services.spotify.adapters.metrics import UPSTREAM
from services.spotify.adapters.pause import Pause
from services.spotify.domain import JsonObject
from services.spotify.ports import Question, Request

log = logger(__name__)

_THREADS: Final = 8
_CONNECT_SECONDS: Final = 3.0
# After these the same question is asked again: they pass, and a question changes nothing.
_PAUSES: Final = (0.25, 0.75)
_HEAD_FIELDS: Final = "id,name,description,owner(display_name),images,snapshot_id,tracks(total),items(total)"


class _Outage(Exception):
    """No usable answer came. `again` = asking once more may help at once."""

    def __init__(self, detail: str, *, again: bool) -> None:
        super().__init__(detail)
        self.again = again


class _Refused(Exception):
    """Spotify answered with an HTTP error."""

    def __init__(self, status: int, message: str, retry_after: str | None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after


class _Credentials(SpotifyClientCredentials):  # type: ignore[misc]  # spotipy ships no types
    """Client credentials whose token is fetched by one thread at a time, and can be forgotten."""

    def __init__(self, settings: "WebApiSettings") -> None:
        super().__init__(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            requests_timeout=(_CONNECT_SECONDS, settings.timeout_seconds),
            cache_handler=MemoryCacheHandler(),
        )
        self.OAUTH_TOKEN_URL = f"{settings.accounts_url.rstrip('/')}/api/token"
        self._lock = threading.Lock()

    def get_access_token(self, as_dict: bool = False, check_cache: bool = True) -> str:  # noqa: FBT001, FBT002 (spotipy's signature)
        with self._lock:
            return str(super().get_access_token(as_dict=as_dict, check_cache=check_cache))

    def forget(self) -> None:
        """Drops the token: Spotify no longer accepts it."""
        with self._lock:
            self.cache_handler.save_token_to_cache(None)


@dataclass(frozen=True, kw_only=True)
class WebApiSettings:
    """How to reach Spotify, and as whom. `timeout_seconds` is for one answer."""

    client_id: str
    client_secret: str
    api_url: str
    accounts_url: str
    timeout_seconds: float


class WebApi:
    """Spotify as a Catalogue."""

    def __init__(
        self, settings: WebApiSettings, pause: Pause, breaker: Breaker, token_of: Callable[[str], Awaitable[str]]
    ) -> None:
        """Args: token_of: returns the bearer token of a user's account."""
        logging.getLogger("spotipy").setLevel(logging.CRITICAL)
        self._credentials = _Credentials(settings)
        # A plain session never repeats anything. The one that spotipy builds reports every server error as 429, even when it is
        # told not to retry, and drops the Retry-After header.
        self._session = requests.Session()
        self._spotify = Spotify(
            auth_manager=self._credentials,
            requests_session=self._session,
            requests_timeout=(_CONNECT_SECONDS, settings.timeout_seconds),
            retries=0,
            status_retries=0,
        )
        self._spotify.prefix = f"{settings.api_url.rstrip('/')}/"
        self._settings = settings
        self._token_of = token_of
        self._pause = pause
        self._breaker = breaker
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="spotify")

    def close(self) -> None:
        """Lets the threads end; answers that are still awaited are dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    async def ask(self, request: Request) -> JsonObject:
        """Asks Spotify; see Catalogue."""
        outcome = "failed"
        try:
            answer = await self._with_patience(request)
            outcome = "answered"
        except MeshError as error:
            outcome = error.reason.lower()
            raise
        finally:
            UPSTREAM.labels(request.question.value, outcome).inc()
        return answer

    async def _with_patience(self, request: Request) -> JsonObject:
        fresh_token = False
        pauses = iter(_PAUSES)
        while True:
            await self._pause.check()
            self._breaker.check()
            token = await self._token_of(request.user) if request.user else None
            try:
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(self._threads, self._call, request, token)
            except _Refused as refused:
                self._breaker.succeeded()
                if refused.status == requests.codes.unauthorized and not (fresh_token or request.user):
                    fresh_token = True
                    self._credentials.forget()
                    continue
                raise await self._translated(refused, request) from refused
            except _Outage as outage:
                self._breaker.failed()
                log.warning("spotify does not answer", question=request.question.value, detail=str(outage))
                wait = next(pauses, None) if outage.again else None
                if wait is None:
                    raise DependencyUnavailable("Spotify") from outage
                await asyncio.sleep(wait)
            else:
                self._breaker.succeeded()
                return answer

    async def _translated(self, refused: _Refused, request: Request) -> MeshError:
        match refused.status:
            case requests.codes.too_many_requests:
                limited: SpotifyRateLimited = await self._pause.begin(refused.retry_after)
                log.warning("spotify asks for a pause", seconds=limited.retry_after)
                return limited
            case requests.codes.unauthorized if request.user:
                return SpotifyAuthorizationFailed("Spotify no longer accepts it")
            case requests.codes.unauthorized:
                return SpotifyCredentialsRejected()
            case requests.codes.forbidden:
                return SpotifyForbidden(request.name, refused.message)
            case requests.codes.bad_request if request.question is Question.SEARCH:
                return InvalidRequest([Violation("query", f"Spotify does not understand it: {refused.message}")])
            case _:
                # 404, 410, and 400 for an id that has the right form and is none.
                return SpotifyNotFound(request.name)

    def _call(self, request: Request, token: str | None) -> JsonObject:
        """Asks once, in a thread; with a user's token, or as the application."""
        try:
            answer = _method(self._speaker(token), request)()
        except SpotifyException as error:
            status, headers = int(error.http_status), error.headers or {}
            raise _judged(status, _words(str(error.msg)), headers.get("Retry-After")) from None
        except SpotifyOauthError as error:
            raise _token_failure(error) from None
        except requests.Timeout as error:
            raise _Outage(type(error).__name__, again=False) from None
        except (requests.RequestException, AttributeError, KeyError, TypeError) as error:
            # Spotipy takes every body for an object, and a token for complete.
            raise _Outage(type(error).__name__, again=True) from None
        if not isinstance(answer, dict):
            raise _Outage("an answer that is no JSON object", again=True)
        return answer

    def _speaker(self, token: str | None) -> Spotify:
        if token is None:
            return self._spotify
        speaker = Spotify(
            auth=token,
            requests_session=self._session,
            requests_timeout=(_CONNECT_SECONDS, self._settings.timeout_seconds),
        )
        speaker.prefix = self._spotify.prefix
        return speaker


def _method(spotify: Spotify, request: Request) -> Callable[[], Any]:
    subject, page = request.subject, {"limit": request.limit, "offset": request.offset}
    methods: dict[Question, Callable[[], Any]] = {
        Question.SEARCH: lambda: spotify.search(subject, type="track", **page),
        Question.TRACK: lambda: spotify.track(subject),
        Question.ALBUM: lambda: spotify.album(subject),
        Question.ALBUM_TRACKS: lambda: spotify.album_tracks(subject, **page),
        Question.ARTIST: lambda: spotify.artist(subject),
        Question.PLAYLIST: lambda: spotify.playlist(subject, fields=_HEAD_FIELDS),
        Question.PLAYLIST_ITEMS: lambda: spotify.playlist_items(subject, **page),
    }
    return methods[request.question]


def _judged(status: int, message: str, retry_after: str | None) -> Exception:
    if status >= requests.codes.internal_server_error:
        return _Outage(f"HTTP {status}", again=True)
    return _Refused(status, message, retry_after)


def _token_failure(error: SpotifyOauthError) -> Exception:
    """What a failed request for a token means. spotipy keeps its HTTP answer only as the error's context."""
    response = getattr(error.__context__, "response", None)
    if response is None:
        return _Outage("no answer to the request for a token", again=False)
    if response.status_code in {requests.codes.bad_request, requests.codes.unauthorized, requests.codes.forbidden}:
        return _Refused(requests.codes.unauthorized, str(error.error), None)
    return _judged(response.status_code, str(error.error), response.headers.get("Retry-After"))


def _words(message: str) -> str:
    """Spotify's own words: spotipy puts the address in front of them."""
    return message.rpartition(":\n ")[2][:200]
