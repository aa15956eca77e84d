"""The engine's process: `python -m services.processing.adapters.child --models-dir DIR --device auto`.

Torch lives here and nowhere else: a process that computes cannot answer calls in time, and the only sure way to stop a
computation, or to give back a GPU's memory, is to end its process. It reads requests from stdin and writes events to
stdout (see `wire`), keeps its model warm between requests, and ends when stdin does, so it never outlives its worker.
"""

import argparse
import json
import logging
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.errors import Internal, MeshError
from services.processing.adapters.wire import Message, error_to_wire, output_to_wire, request_from_wire
from services.processing.domain import Precision
from services.processing.ports import SeparationCancelled

_log = logging.getLogger("engine")


def main() -> None:
    """Runs the process until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models-dir", type=Path, required=True)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 = all that this process may use")
    parser.add_argument("--ffmpeg", default="", help="the ffmpeg to run; empty = the one on PATH or in its wheel")
    parser.add_argument(
        "--cpu-fallback", action="store_true", help="compute on the CPU what the device has no memory for"
    )
    parser.add_argument("--precision", type=Precision, default=Precision.FLOAT32, help="what networks compute with")
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="engine: %(message)s")
    outbox = _Outbox(_private_stdout())
    inbox = _Inbox(sys.stdin.buffer)
    threading.Thread(target=inbox.listen, name="stdin", daemon=True).start()
    _serve(inbox, outbox, options)


def _serve(inbox: "_Inbox", outbox: "_Outbox", options: argparse.Namespace) -> None:
    # Imported only now, so that the thread above already watches over the seconds that torch takes.
    import torch  # noqa: PLC0415

    from services.processing.adapters.runner import Runner  # noqa: PLC0415

    torch.set_num_threads(options.threads or _usable_cores())
    runner = Runner(
        options.models_dir,
        options.device,
        ffmpeg_path(options.ffmpeg),
        cpu_fallback=options.cpu_fallback,
        precision=options.precision,
    )
    outbox.send({"event": "ready", "device": runner.device})
    while True:
        message = inbox.requests.get()
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
            outbox.send({"event": "error", "id": request.id, **error_to_wire(error)})
        except Exception:  # noqa: BLE001 - whatever it is, the worker must hear of it, and the next track may succeed
            _log.exception("separation %s failed", request.id)
            outbox.send({"event": "error", "id": request.id, **error_to_wire(Internal(request.id))})


def _private_stdout() -> BinaryIO:
    """Keeps the real stdout for events and points everybody else's, also that of C libraries, to stderr."""
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return private


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Outbox:
    """Writes events."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def send(self, message: Message) -> None:
        """Writes one event at once."""
        self._pipe.write(json.dumps(message).encode() + b"\n")
        self._pipe.flush()


class _Inbox:
    """Reads requests on a thread of its own, so that a cancel is seen while the main thread computes."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self.requests: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.cancelled = ""

    def listen(self) -> None:
        """Sorts messages until stdin ends, and then ends the process whatever it is doing."""
        try:
            for line in self._pipe:
                message = json.loads(line)
                if message["cmd"] == "cancel":
                    self.cancelled = message["id"]
                else:
                    self.cancelled = ""  # a job that was cancelled once may be retried under the same id
                    self.requests.put(message)
        finally:
            if os.getpgrp() == os.getpid():
                os.killpg(0, signal.SIGKILL)  # and its ffmpeg
            os._exit(0)


if __name__ == "__main__":
    main()
