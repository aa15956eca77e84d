"""The engine's process: `python -m services.processing.adapters.child --models-dir DIR --device auto`.

Torch lives here and nowhere else: a process that computes cannot answer calls in time, and the only sure way to stop a
computation, or to give back a GPU's memory, is to end its process. It reads requests and writes events (see `wire`), and keeps
its model warm between requests.
"""

import argparse
import logging
import sys
from pathlib import Path

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.child import Inbox, Outbox, usable_cores
from services.mesh.errors import MeshError
from services.processing.adapters.wire import output_to_wire, request_from_wire
from services.processing.domain import Precision
from services.processing.ports import SeparationCancelled

_log = logging.getLogger("engine")


def main() -> None:
    """Runs the process until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models-dir", type=Path, required=True)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 = all that this process may use")
    parser.add_argument("--ffmpeg", default="", help="the ffmpeg to run; empty = the one in its wheel or on PATH")
    parser.add_argument(
        "--cpu-fallback", action="store_true", help="compute on the CPU what the device has no memory for"
    )
    parser.add_argument("--precision", type=Precision, default=Precision.FLOAT32, help="what networks compute with")
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="engine: %(message)s")
    outbox, inbox = Outbox(), Inbox()
    _serve(inbox, outbox, options)


def _serve(inbox: Inbox, outbox: Outbox, options: argparse.Namespace) -> None:
    # Imported only now, so that the inbox's thread already watches over the seconds that torch takes.
    import torch  # noqa: PLC0415

    from services.processing.adapters.runner import Runner  # noqa: PLC0415

    torch.set_num_threads(options.threads or usable_cores())
    runner = Runner(
        options.models_dir,
        options.device,
        ffmpeg_path(options.ffmpeg),
        cpu_fallback=options.cpu_fallback,
        precision=options.precision,
    )
    outbox.send({"event": "ready", "device": runner.device, "hardware": runner.hardware})
    while True:
        message = inbox.next()
        request = request_from_wire(message)

        def report(stage: str, fraction: float, job: str = request.id) -> None:
            outbox.send({"event": "progress", "id": job, "stage": stage, "fraction": fraction})

        def check(job: str = request.id) -> None:
            if inbox.cancelled == job:
                raise SeparationCancelled

        try:
            output = runner.run(request, report, check)
            outbox.send({"event": "done", "id": request.id, "output": output_to_wire(output)})
        except SeparationCancelled:
            outbox.send({"event": "cancelled", "id": request.id})
        except MeshError as error:
            outbox.fail(request.id, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the worker must hear of it, and the next track may succeed
            _log.exception("separation %s failed", request.id)
            outbox.fail(request.id, error)


if __name__ == "__main__":
    main()
