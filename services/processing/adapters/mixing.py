"""The process that mixes: `python -m services.processing.adapters.mixing --ffmpeg PATH`. One mix, then its end.

service -> child   {"cmd": "mix", "id", "stems": [paths], "spec", "seconds", "out", "tags", "cover": {"path", "media_type"} | null}
child -> service   {"event": "progress", "fraction"}: the first one when the stems are open, then a few in a second
                   {"event": "done", "report"}: the mix is in the file `out`
                   {"event": "beyond", "seconds"}: the stems are shorter than where the mix should begin
                   {"event": "error", "id", "reason", "message", "metadata"}
"""

import argparse
import logging
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.mesh.child import Inbox, Outbox

_TELL_SECONDS = 0.2

_log = logging.getLogger("mixing")


class _Told:
    """Passes the progress on, the first of it at once, then no more than is looked at."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._next = 0.0

    def __call__(self, fraction: float) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _TELL_SECONDS
            self._outbox.send({"event": "progress", "fraction": fraction})


def main() -> None:
    """Mixes what the first request asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ffmpeg", required=True)
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="mixing: %(message)s")
    outbox, inbox = Outbox(), Inbox()
    message = inbox.next()
    try:
        outbox.send(_mixed(message, options.ffmpeg, _Told(outbox)))
    except Exception as error:  # noqa: BLE001 - whatever it is, the service must hear of it
        _log.exception("mix %s failed", message["id"])
        outbox.fail(message["id"], error)


def _mixed(message: dict[str, Any], ffmpeg: str, on_progress: _Told) -> dict[str, Any]:
    # Imported only now, so that the inbox's thread already watches over the half second that this takes.
    from services.processing.adapters.mixdown import BeyondTheEnd, render  # noqa: PLC0415
    from services.processing.adapters.samples import storage_error  # noqa: PLC0415
    from services.processing.mix import MixSpec  # noqa: PLC0415
    from services.processing.tagging import write_tags  # noqa: PLC0415
    from services.processing.tagging.tags import Tags, cover_at  # noqa: PLC0415

    out, cover = Path(message["out"]), message["cover"]
    try:
        report = render(
            [Path(stem) for stem in message["stems"]],
            MixSpec.from_wire(message["spec"]),
            out,
            seconds=message["seconds"],
            ffmpeg=ffmpeg,
            on_progress=on_progress,
        )
    except BeyondTheEnd as beyond:
        return {"event": "beyond", "seconds": beyond.seconds}
    try:
        image = cover_at(Path(cover["path"]), cover["media_type"]) if cover else None
        write_tags(out, out.suffix, Tags(message["tags"], image))
    except OSError as error:
        raise storage_error(error) from error
    return {"event": "done", "report": asdict(report)}


if __name__ == "__main__":
    main()
