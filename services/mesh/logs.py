"""Structured logs: one JSON object (or one coloured line) per event, with the request id and the job it belongs to."""

import logging
import sys

import structlog
from structlog.stdlib import BoundLogger
from structlog.typing import Processor


def configure_logs(*, level: str, form: str, service: str) -> None:
    """Sets up logging for the whole process; standard library loggers go the same way.

    Args:
        level: least severe level to write: debug, info, warning or error.
        form: "json" for machines, "console" for people.
        service: the name that every event carries.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[Processor]
    if form == "json":
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        last = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # aiosqlite and the HTTP access log repeat, at their own pace, what our own events say.
    for noisy in ("aiosqlite", "aiohttp.access", "dramatiq.worker"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def logger(name: str) -> BoundLogger:
    """Returns the logger for a module, to be called with its `__name__`."""
    bound: BoundLogger = structlog.stdlib.get_logger(name)
    return bound
