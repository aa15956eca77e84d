"""`python -m services.download.adapters.ytdlp_child`: runs of yt-dlp. Imports nothing else of the product.

Reads a line of JSON from standard input for each run (`link`, `folder`, and the options below), and answers with lines of JSON,
the last of which has "done" or "error":

    {"stage": "searching"}
    {"stage": "downloading", "received": 1, "total": 2}
    {"stage": "converting"}
    {"done": {"path": ..., "title": ..., ...}}    or    {"error": "the text of yt-dlp"}
"""

import json
import sys
from pathlib import Path
from typing import Any

import yt_dlp
from yt_dlp.extractor import gen_extractor_classes

# Formats that yt-dlp's own code fetches: others would start programs that know nothing of the proxy.
_PROTOCOLS = "[protocol~='^(https?|m3u8_native|http_dash_segments)$']"

_ADULT = 18


def say(**message: object) -> None:
    """Writes one line."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class _Silent:
    """A logger: what matters comes as an exception."""

    def debug(self, message: str) -> None:
        """Drops it."""

    info = warning = error = debug


def options(request: dict[str, Any]) -> dict[str, Any]:
    """Returns the options of yt-dlp for a request."""
    limit = request["max_seconds"]

    def refuse(info: dict[str, Any], *, incomplete: bool) -> str | None:
        if info.get("is_live"):
            return "refused: it is live"
        if (info.get("duration") or 0) > limit:
            return "refused: it is too long"
        if (info.get("age_limit") or 0) >= _ADULT and not request["cookies"]:
            return "refused: age restricted"
        # With `incomplete` a field may still come; yt-dlp asks again then.
        del incomplete
        return None

    def stop_when_large(status: dict[str, Any]) -> None:
        if max(status.get("downloaded_bytes") or 0, status.get("total_bytes") or 0) > request["max_bytes"]:
            raise yt_dlp.utils.DownloadError("refused: it is too large")

    found: dict[str, Any] = {
        "format": f"bestaudio{_PROTOCOLS}/best{_PROTOCOLS}",
        "outtmpl": {"default": str(Path(request["folder"]) / "page.%(ext)s")},
        "noplaylist": True,
        "playlist_items": "1",
        "match_filter": refuse,
        "hls_prefer_native": True,
        "external_downloader": {"default": "native"},
        "enable_file_urls": False,
        "allow_unplayable_formats": False,
        "usenetrc": False,
        "cachedir": False,
        "continuedl": True,
        "overwrites": False,
        "retries": 3,
        "fragment_retries": 3,
        "socket_timeout": request["stall_seconds"],
        "ffmpeg_location": request["ffmpeg"],
        "proxy": request["proxy"],
        "cookiefile": request["cookies"] or None,
        "logger": _Silent(),
        "noprogress": True,
        "color": "never",
        # Not by `max_filesize`: that believes what a server says of the size, and lets pass what says nothing.
        "progress_hooks": [on_progress, stop_when_large],
        "postprocessor_hooks": [on_postprocessing],
    }
    if request["ipv4"]:
        found["source_address"] = "0.0.0.0"  # noqa: S104 (yt-dlp's way to say IPv4)
    return found


def on_progress(status: dict[str, Any]) -> None:
    """Passes progress on."""
    say(
        stage="downloading",
        received=status.get("downloaded_bytes") or 0,
        total=int(status.get("total_bytes") or status.get("total_bytes_estimate") or 0),
    )


def on_postprocessing(status: dict[str, Any]) -> None:
    """Tells when the file is rewritten; putting it into its place is no rewriting."""
    if status["status"] == "started" and status["postprocessor"] != "MoveFiles":
        say(stage="converting")


def main() -> None:
    """Answers requests until there are no more."""
    for line in sys.stdin:
        run(json.loads(line))


def run(request: dict[str, Any]) -> None:
    """Does what a request says."""
    say(stage="searching")
    try:
        with yt_dlp.YoutubeDL(options(request), auto_init=False) as downloader:
            # What it does by itself takes a tenth of a second for each song: it looks at its settings for every extractor.
            for extractor in gen_extractor_classes():
                downloader.add_info_extractor(extractor)
            info = downloader.extract_info(request["link"])
            if info and info.get("entries") is not None:
                info = next((entry for entry in info["entries"] if entry), None)
            if not info or not info.get("requested_downloads"):
                say(error=_why_nothing(request, info))
                return
            say(done=_described(info))
    except yt_dlp.utils.YoutubeDLError as error:
        say(error=str(error))


def _why_nothing(request: dict[str, Any], info: dict[str, Any] | None) -> str:
    if info and info.get("is_live"):
        return "refused: it is live"
    if info and (info.get("duration") or 0) > request["max_seconds"]:
        return "refused: it is too long"
    if info and (info.get("age_limit") or 0) >= _ADULT and not request["cookies"]:
        return "refused: age restricted"
    return "nothing was downloaded"


def _described(info: dict[str, Any]) -> dict[str, Any]:
    date = info.get("release_date") or info.get("upload_date") or ""
    title = info.get("title") or ""
    if info.get("extractor_key") in {"Generic", "HTML5MediaEmbed"}:
        # It counts what it finds on a page, and only the first was wanted.
        title = title.removesuffix(" (1)")
    return {
        "path": info["requested_downloads"][0]["filepath"],
        "title": info.get("track") or title,
        "artist": info.get("artist") or info.get("creator") or info.get("uploader") or "",
        "album": info.get("album") or "",
        "release_date": f"{date[:4]}-{date[4:6]}-{date[6:8]}" if len(date) == len("20261122") else "",
        "duration": info.get("duration"),
        "artwork": info.get("thumbnail") or "",
        "license": info.get("license") or "",
    }


if __name__ == "__main__":
    main()
