"""Ctrl-C, twice: the first asks, the second insists."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def handled(*, first: Callable[[], None], again: Callable[[], None]) -> Iterator[None]:
    """While the block runs, the first interrupting signal calls `first`, and each later one `again`."""
    loop = asyncio.get_running_loop()
    calls = iter([first])

    def on_signal() -> None:
        next(calls, again)()

    for number in _SIGNALS:
        loop.add_signal_handler(number, on_signal)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
