"""The process that measures: `python -m services.analysis.adapters.measuring --ffmpeg PATH`.

worker -> child   {"cmd": "measure", "id", "files", "duration", "channel_count", "features", "out"}
child -> worker   {"event": "ready"}
                  {"event": "progress", "feature", "fraction"}
                  {"event": "done"}: the results are in the file `out`
                  {"event": "error", "id", "reason", "message", "metadata"}
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from services.analysis.adapters.beat_model import BeatModel, BeatModelInvalid
from services.analysis.codec import file_parts
from services.analysis.domain import Findings
from services.analysis.results import Feature
from services.mesh.audio.decode import StereoStream, open_stereo
from services.mesh.child import Inbox, Message, Outbox

if TYPE_CHECKING:
    from services.analysis.measure import BeatNetwork

_log = logging.getLogger("measuring")


def main() -> None:
    """Runs the process until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ffmpeg", required=True)
    parser.add_argument("--beat-model", type=Path, help="a network that finds beats; absent = none, we find them")
    parser.add_argument("--beat-model-sha256", help="what its file must have")
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="measuring: %(message)s")
    outbox, inbox = Outbox(), Inbox()
    # Imported only now, so that the inbox's thread already watches over the seconds that this takes.
    from services.analysis.measure import Sources, measure  # noqa: PLC0415

    network = _network(options) if options.beat_model else None
    outbox.send({"event": "ready"})
    while True:
        message = inbox.next()
        out = Path(message["out"])
        # What is kept of each moment goes into the folder of the job: the usual one for such may be in memory.
        tempfile.tempdir = str(out.parent)

        def report(feature: Feature, fraction: float) -> None:
            outbox.send({"event": "progress", "feature": feature, "fraction": fraction})

        try:
            sources = Sources(
                openers=_openers(message["files"], options.ffmpeg),
                duration=message["duration"],
                channel_count=message["channel_count"],
            )
            measurements = measure(sources, [Feature(name) for name in message["features"]], report, network)
            findings = Findings(
                measurements=measurements,
                analyses=dict.fromkeys(measurements.versions, ""),
                measured_at=datetime.now(UTC),
            )
            with out.open("wb") as file:
                file.writelines(file_parts("", findings))
            outbox.send({"event": "done"})
        except Exception as error:  # noqa: BLE001 - whatever it is, the worker must hear of it, and the next track may succeed
            _log.exception("analysis %s failed", message["id"])
            outbox.fail(message["id"], error)


def _network(options: argparse.Namespace) -> "BeatNetwork":
    """Loads torch and the network, or ends the process with a line that says why not."""
    from services.analysis.adapters.beat_network import LoadedBeatNetwork  # noqa: PLC0415 - needs the extra "beats"

    try:
        return LoadedBeatNetwork(BeatModel(path=options.beat_model, sha256=options.beat_model_sha256))
    except (BeatModelInvalid, OSError) as error:
        sys.exit(f"measuring: BEAT_MODEL={options.beat_model}: {error}")


def _openers(files: Message, ffmpeg: str) -> dict[str, Callable[[], AbstractContextManager[StereoStream]]]:
    def opener(path: str) -> Callable[[], AbstractContextManager[StereoStream]]:
        return lambda: open_stereo(Path(path), ffmpeg=ffmpeg)

    return {name: opener(path) for name, path in files.items()}


if __name__ == "__main__":
    main()
