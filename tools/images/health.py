"""Whether an image by itself starts and answers the health protocol."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from services.mesh.probe import is_serving
from sfa.local.ports import PortMode, choose
from sfa.local.programs import valkey_server
from tools.generate.toolchain import ROOT
from tools.images.catalogue import Image
from tools.images.engines import Engine

_HEALTHY_SECONDS = 60.0


def healthy(builder: Engine, name: str, image: Image) -> bool:
    """Starts an image beside a Valkey of its own, and asks it for its health until it answers."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        data.chmod(0o777)
        ports = choose({"health": 0, "valkey": 0, "media": 0}, PortMode.ANY)
        port, redis_port = ports["health"], ports["valkey"]
        stack.enter_context(
            _running([str(valkey_server()), "--port", str(redis_port), "--bind", "127.0.0.1", "--dir", str(data)])
        )
        environment = {
            "HOST": "127.0.0.1",
            "DATA_DIR": str(data),
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            image.answers: str(port),
        }
        if name == "library":
            environment["HTTP_PORT"] = str(ports["media"])
        said = stack.enter_context(_running(builder.run(name, environment, data)))
        deadline = time.monotonic() + _HEALTHY_SECONDS
        while time.monotonic() < deadline:
            if asyncio.run(is_serving(port)):
                return True
            time.sleep(1)
        said.seek(0)
        sys.stderr.write(said.read().decode(errors="replace"))
    return False


@contextmanager
def _running(command: list[str]) -> Iterator[IO[bytes]]:
    """Runs a program and all that it starts while the block runs; what it says is in the file."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)
        try:
            yield said
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
