"""The process that draws: `python -m services.analysis.adapters.plotting --ffmpeg PATH`. One picture, then its end.

service -> child   {"cmd": "draw", "id", "results", "audio", "title", "out"}
child -> service   {"event": "done"}: the picture is in the file `out`
                   {"event": "error", "id", "reason", "message", "metadata"}
"""

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path

from services.mesh.child import Inbox, Outbox

_log = logging.getLogger("plotting")


def main() -> None:
    """Draws what the first request asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ffmpeg", required=True)
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="plotting: %(message)s")
    outbox, inbox = Outbox(), Inbox()
    message = inbox.next()
    try:
        # A home may be missing, or belong to somebody else; matplotlib wants a folder for what it knows of fonts.
        os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / "sound-forge-alchemy-matplotlib"))
        # Imported only now, so that the inbox's thread already watches over the seconds that this takes.
        from services.analysis.adapters.files import read_findings  # noqa: PLC0415
        from services.analysis.adapters.picture import draw  # noqa: PLC0415
        from services.analysis.adapters.spectrogram import heard  # noqa: PLC0415

        found = read_findings(Path(message["results"])).measurements
        audio = heard(Path(message["audio"]), options.ffmpeg, found.duration)
        draw(found, audio, title=message["title"], out=Path(message["out"]))
        outbox.send({"event": "done"})
    except Exception as error:  # noqa: BLE001 - whatever it is, the service must hear of it
        _log.exception("picture %s failed", message["id"])
        outbox.fail(message["id"], error)


if __name__ == "__main__":
    main()
