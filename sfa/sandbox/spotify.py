"""A stand-in for Spotify's Web API and token server.

It answers as Spotify's reference says of 2026: `/items` with `item`, ten search results at most, error objects, bearer
tokens. What goes wrong in the real one can be asked for: see `SpotifySandbox.faults`.
"""

import asyncio
import base64
import binascii
import hashlib
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from yarl import URL

from sfa.sandbox import CLIENT_ID, CLIENT_SECRET, catalogue
from sfa.sandbox.catalogue import Json
from sfa.sandbox.media import MediaSandbox

_MOST_RESULTS: Final = 10
_MOST_ITEMS: Final = 50


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One answer that goes wrong."""

    status: int = 200
    """The HTTP status; 200 = the right answer, after `seconds`."""
    retry_after: int | None = None
    """The Retry-After header, in seconds."""
    seconds: float = 0.0
    """How long the answer takes."""
    body: str | None = None
    """What is sent instead of the documented error object."""


@dataclass
class SpotifySandbox:
    """The stand-in; its state is for tests to set and look at."""

    faults: deque[Fault] = field(default_factory=deque)
    """Consumed by calls of the Web API, first come first served."""
    token_faults: deque[Fault] = field(default_factory=deque)
    """The same for requests for a token."""
    requests: list[str] = field(default_factory=list)
    """Path and query of every call of the Web API."""
    token_requests: int = 0
    """How many tokens were asked for."""
    tokens: set[str] = field(default_factory=set)
    """Bearer tokens that are accepted; emptied = all have expired."""
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Authorization codes given out, each with its challenge and redirect address."""
    refresh_tokens: set[str] = field(default_factory=set)
    """Refresh tokens that are accepted, each once."""
    user_tokens: set[str] = field(default_factory=set)
    """The bearer tokens among `tokens` that speak for a person, who sees their private playlists."""
    token_seconds: int = 3600
    """How long bearer tokens last."""
    reduced: bool = False
    """Whether fields that Spotify withdraws from new applications are missing."""
    seconds: float = 0.0
    """How long every answer takes."""
    images: str = catalogue.IMAGES
    """Where its pictures are."""

    def app(self) -> web.Application:
        """The server, to be run by aiohttp."""
        app = web.Application(middlewares=[self._surround])
        app.add_routes(
            [
                web.get("/", _welcome),
                web.get("/authorize", self._authorize),
                web.post("/api/token", self._token),
                web.get("/v1/search", self._search),
                web.get("/v1/tracks/{id}", self._one(catalogue.TRACKS)),
                web.get("/v1/albums/{id}", self._one(catalogue.ALBUMS)),
                web.get("/v1/albums/{id}/tracks{slash:/?}", self._album_tracks),
                web.get("/v1/artists/{id}", self._one(catalogue.ARTISTS)),
                web.get("/v1/playlists/{id}", self._playlist),
                web.get("/v1/playlists/{id}/items", self._items),
            ]
        )
        return app

    @asynccontextmanager
    async def serving(self, port: int = 0, media: MediaSandbox | None = None) -> AsyncIterator[str]:
        """Serves on loopback while the block runs, with `media` beside it; yields the address."""
        app = self.app()
        if media is not None:
            media.add_to(app)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", port)
            await site.start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    @web.middleware
    async def _surround(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if not request.path.startswith("/v1/"):
            return await handler(request)
        self.requests.append(request.path_qs)
        fault = self.faults.popleft() if self.faults else Fault()
        await asyncio.sleep(self.seconds + fault.seconds)
        if fault.status != 200:  # noqa: PLR2004
            return _failed(fault)
        if _bearer(request) not in self.tokens:
            return _error(401, "The access token expired")
        response = await handler(request)
        if isinstance(response, web.Response) and response.text is not None:
            response.text = response.text.replace(catalogue.IMAGES, self.images)
        return response

    async def _token(self, request: web.Request) -> web.Response:
        self.token_requests += 1
        if self.token_faults:
            fault = self.token_faults.popleft()
            await asyncio.sleep(fault.seconds)
            if fault.status != 200:  # noqa: PLR2004
                return _failed(fault)
        form = {key: str(value) for key, value in (await request.post()).items()}
        if form.get("grant_type") in {"authorization_code", "refresh_token"}:
            return self._user_token(form)
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        if _basic(request.headers.get("Authorization", "")) != f"{CLIENT_ID}:{CLIENT_SECRET}":
            return web.json_response({"error": "invalid_client", "error_description": "Invalid client"}, status=400)
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return web.json_response({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    async def _authorize(self, request: web.Request) -> web.Response:
        """Agrees at once, as a person would with a click."""
        query = request.query
        if query.get("client_id") != CLIENT_ID or query.get("code_challenge_method") != "S256":
            return web.Response(status=400, text="INVALID_CLIENT")
        code = secrets.token_urlsafe(16)
        self.codes[code] = (query["code_challenge"], query["redirect_uri"])
        back = URL(query["redirect_uri"]).with_query(code=code, state=query["state"])
        return web.Response(status=302, headers={"Location": str(back)})

    def _user_token(self, form: dict[str, str]) -> web.Response:
        if form["grant_type"] == "authorization_code":
            proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            good = self.codes.pop(form.get("code", ""), None) == (proof.decode().rstrip("="), form.get("redirect_uri"))
        else:
            good = form.get("refresh_token") in self.refresh_tokens
            self.refresh_tokens.discard(form.get("refresh_token", ""))
        if not good or form.get("client_id") != CLIENT_ID:
            return web.json_response({"error": "invalid_grant"}, status=400)
        token, refresh_token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.tokens.add(token)
        self.user_tokens.add(token)
        self.refresh_tokens.add(refresh_token)
        return web.json_response(
            {
                "access_token": token,
                "token_type": "Bearer",
                "scope": "playlist-read-private",
                "expires_in": self.token_seconds,
                "refresh_token": refresh_token,
            }
        )

    async def _search(self, request: web.Request) -> web.Response:
        words = request.query.get("q", "").lower().split()
        if not words:
            return _error(400, "No search query")
        found = [track for track in catalogue.TRACKS if all(word in catalogue.searchable(track) for word in words)]
        page = _page(request, found, most=_MOST_RESULTS)
        return page if isinstance(page, web.Response) else web.json_response({"tracks": self._shown(page)})

    def _one(self, collection: list[Json]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            found = _by_id(collection, request)
            return web.json_response(self._shown(found)) if found else _error(404, "Resource not found")

        return answer

    async def _album_tracks(self, request: web.Request) -> web.Response:
        album = _by_id(catalogue.ALBUMS, request)
        if album is None:
            return _error(404, "Resource not found")
        # Tracks of an album come in the simplified form.
        hidden = {"album", "external_ids"}
        tracks = [
            {key: value for key, value in track.items() if key not in hidden}
            for track in catalogue.TRACKS
            if track["album"] is album
        ]
        page = _page(request, tracks, most=_MOST_ITEMS)
        return page if isinstance(page, web.Response) else web.json_response(self._shown(page))

    async def _playlist(self, request: web.Request) -> web.Response:
        playlist = _by_id(catalogue.PLAYLISTS, request)
        if playlist is None or not (playlist["public"] or _bearer(request) in self.user_tokens):
            return _error(404, "Resource not found")
        head = {key: value for key, value in playlist.items() if key != "entries"}
        return web.json_response(head | {"items": {"total": len(playlist["entries"])}})

    async def _items(self, request: web.Request) -> web.Response:
        playlist = _by_id(catalogue.PLAYLISTS, request)
        if playlist is None or not (playlist["public"] or _bearer(request) in self.user_tokens):
            return _error(404, "Resource not found")
        page = _page(request, playlist["entries"], most=_MOST_ITEMS)
        return page if isinstance(page, web.Response) else web.json_response(self._shown(page))

    def _shown(self, value: Any) -> Any:  # noqa: ANN401 -- any JSON
        """The value, without what Spotify has withdrawn from new applications."""
        if not self.reduced:
            return value
        if isinstance(value, dict):
            return {key: self._shown(one) for key, one in value.items() if key not in _WITHDRAWN}
        return [self._shown(one) for one in value] if isinstance(value, list) else value


_WITHDRAWN: Final = frozenset({"external_ids", "preview_url", "popularity", "available_markets", "label", "genres"})


async def _welcome(request: web.Request) -> web.Response:  # noqa: ARG001 -- a handler's signature
    """Links to try with `sfa resolve`."""
    links = [catalogue.link("playlist", name) for name in (catalogue.ROAD, catalogue.ODDITIES)]
    return web.json_response({"links": links})


def _page(request: web.Request, entries: list[Any], *, most: int) -> Json | web.Response:
    try:
        limit, offset = int(request.query.get("limit", "10")), int(request.query.get("offset", "0"))
    except ValueError:
        return _error(400, "Invalid limit")
    if not 1 <= limit <= most or offset < 0:
        return _error(400, "Invalid limit")
    following = offset + limit < len(entries)
    return {
        "href": str(request.url),
        "items": entries[offset : offset + limit],
        "limit": limit,
        "next": str(request.url.update_query(offset=offset + limit)) if following else None,
        "offset": offset,
        "previous": None,
        "total": len(entries),
    }


def _by_id(collection: list[Json], request: web.Request) -> Json | None:
    return next((one for one in collection if one["id"] == request.match_info["id"]), None)


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _basic(header: str) -> str:
    try:
        return base64.b64decode(header.removeprefix("Basic ")).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _failed(fault: Fault) -> web.Response:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.body is not None:
        return web.Response(status=fault.status, text=fault.body, headers=headers)
    return _error(fault.status, "Sandbox fault", headers)


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"status": status, "message": message}}, status=status, headers=headers)
