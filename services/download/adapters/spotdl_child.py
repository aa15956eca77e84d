"""Searches for songs with spotdl. Run by spotdl's own interpreter, so it imports spotdl and the standard library only.

Reads a line of JSON from standard input for each search:

    {"song": {"title": ..., "artists": [...], "album": ..., "isrc": ..., "seconds": ..., "uri": ...}, "sources": [...],
     "proxy": "http://127.0.0.1:1234", "cookies": "", "ffmpeg": "/usr/bin/ffmpeg"}

and answers with a line of JSON: {"done": {"uri": ..., "title": ..., "author": ..., "seconds": ..., "score": ...}}, or
{"error": "what spotdl said", "searched": true}, where `searched` tells that nothing went wrong: there is no such song.

spotdl is given the whole song, so it never asks Spotify: its client of Spotify, one for each process and by default of
Spotify's private API, is never made.
"""

import json
import os
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

from spotdl.download.downloader import AUDIO_PROVIDERS, Downloader
from spotdl.providers.audio.base import ISRC_REGEX, AudioProvider
from spotdl.types.result import Result
from spotdl.types.song import Song
from spotdl.utils.matching import order_results

_OWN = "own"
_ANSWER_SECONDS = 20
_MOST_BYTES = 2**22
_PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")


class OwnSource(AudioProvider):  # type: ignore[misc]  # spotdl is checked where it is installed
    """A search of the operator's own: `GET address?q=words` answers {"results": [...]}; see docs/downloads.md."""

    SUPPORTS_ISRC = True
    GET_RESULTS_OPTS: tuple[dict[str, Any], ...] = ({},)
    address = ""

    def get_results(self, search_term: str, **_: object) -> list[Result]:
        """Asks for what fits the words, or the recording code, best first."""
        query = urllib.parse.urlencode({"q": search_term})
        with urllib.request.urlopen(f"{self.address}?{query}", timeout=_ANSWER_SECONDS) as response:  # noqa: S310
            found = json.loads(response.read(_MOST_BYTES))["results"]
        return [
            Result(
                source=_OWN,
                url=one["url"],
                verified=bool(one.get("verified", True)),
                name=one["title"],
                duration=float(one["seconds"]),
                author=one.get("author") or ", ".join(one.get("artists", ())),
                result_id=one["url"],
                isrc_search=ISRC_REGEX.search(search_term) is not None,
                search_query=search_term,
                artists=tuple(one.get("artists", ())) or None,
                # Where nobody counts views, spotdl would ask yt-dlp for them, result by result.
                views=int(one.get("views", 1)),
                album=one.get("album"),
            )
            for one in found
        ]


class Searcher:
    """spotdl's downloader, of which only the search is used, set up anew when the options change."""

    def __init__(self) -> None:
        self._options: tuple[object, ...] = ()
        self._downloader: Any = None
        self._seen: dict[str, Result] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Does one search."""
        song = song_of(request["song"])
        self._seen.clear()
        try:
            url = self._prepared(request).search(song)
        except LookupError as error:
            return {"error": str(error), "searched": True}
        except Exception as error:  # noqa: BLE001 (the libraries that it searches with raise all kinds)
            cause = f" ({error.__cause__})" if error.__cause__ else ""
            return {"error": f"{error or type(error).__name__}{cause}", "searched": False}
        result = self._seen[url]
        return {
            "done": {
                "uri": url,
                "title": result.name,
                "author": result.author,
                "seconds": result.duration,
                # Of a hit by its recording code, which is taken unseen, there may be none.
                "score": round(order_results([result], song).get(result, 100.0) / 100, 3),
            }
        }

    def _prepared(self, request: dict[str, Any]) -> Any:  # noqa: ANN401 (spotdl's own)
        options = (tuple(request["sources"]), request["proxy"], request["cookies"], request["ffmpeg"])
        if options != self._options:
            # For every library that spotdl searches with.
            os.environ.update(dict.fromkeys(_PROXIES, request["proxy"]))
            self._downloader = Downloader(
                {
                    "audio_providers": [_registered(source) for source in request["sources"]],
                    "lyrics_providers": [],
                    "proxy": request["proxy"],
                    "cookie_file": request["cookies"] or None,
                    "ffmpeg": request["ffmpeg"],
                    "threads": 1,
                    "simple_tui": True,
                }
            )
            for provider in self._downloader.audio_providers:
                provider.get_results = self._remembering(provider.get_results)
            self._options = options
        return self._downloader

    def _remembering(self, search: Callable[..., list[Result]]) -> Callable[..., list[Result]]:
        """The search, whose results stay here: spotdl returns no more than the best one's address."""

        def searched(*args: object, **options: object) -> list[Result]:
            results = search(*args, **options)
            self._seen.update((result.url, result) for result in results)
            return results

        return searched


def _registered(source: str) -> str:
    if "://" not in source:
        return source
    OwnSource.address = source
    AUDIO_PROVIDERS[_OWN] = OwnSource
    return _OWN


def song_of(wanted: dict[str, Any]) -> Song:
    """Returns a song as spotdl has it, with nothing missing that it would ask Spotify for."""
    return Song(
        name=wanted["title"],
        artists=wanted["artists"],
        artist=wanted["artists"][0],
        genres=[],
        disc_number=1,
        disc_count=1,
        album_name=wanted["album"],
        album_artist=wanted["artists"][0],
        duration=int(wanted["seconds"]),
        year=0,
        date="",
        track_number=1,
        tracks_count=1,
        song_id=wanted["uri"].rpartition(":")[2],
        explicit=None,
        publisher="",
        url=wanted["uri"],
        isrc=wanted["isrc"] or None,
        cover_url=None,
        copyright_text=None,
        album_id="",
    )


def main() -> None:
    """Answers requests until there are no more."""
    # What libraries print must not end up between our lines.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    searcher = Searcher()
    for line in sys.stdin:
        out.write(json.dumps(searcher.answer(json.loads(line))) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
