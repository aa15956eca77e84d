"""How commands run and what they print: results on stdout, everything else on stderr."""

import asyncio
import json
import os
import sys
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import betterproto2
import click
from rich.console import Console

from sfa import errors
from sfa.cli.session import Exit
from sfa.errors import MeshError

T = TypeVar("T")

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for scripts, and nothing else, on stdout."
)


def run(work: Coroutine[Any, Any, T], *, as_json: bool = False) -> T:
    """Runs a command's coroutine. Errors of the mesh end the process with a message that says what to do next."""
    try:
        return asyncio.run(work)
    except MeshError as error:
        complain(error, as_json=as_json)
        sys.exit(exit_status(error))
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


def complain(error: MeshError, *, as_json: bool, about: str = "") -> None:
    """Says on stderr what went wrong and what to do next; as one JSON object where a script is listening."""
    if as_json:
        details: dict[str, Any] = {"reason": error.reason, "message": error.message, "metadata": dict(error.metadata)}
        if error.violations:
            details["violations"] = [{"field": v.field, "description": v.description} for v in error.violations]
        click.echo(json.dumps({"error": details} | ({"file": about} if about else {})), err=True)
        return
    click.echo(f"sfa: {about + ': ' if about else ''}{error.message}", err=True)
    for violation in error.violations:
        click.echo(f"     {violation.field}: {violation.description}", err=True)
    if step := next_step(error):
        click.echo(f"     {step}", err=True)


def exit_status(error: MeshError) -> Exit:
    """The exit status for an error of the mesh."""
    match error:
        case errors.Unavailable() | errors.Untrusted() | errors.DeadlineExceeded():
            return Exit.UNREACHABLE
        case errors.SeparationFailed() | errors.AnalysisFailed() | errors.DataLoss() | errors.Internal():
            return Exit.FAILED
        case _:
            return Exit.REFUSED


_NEXT_STEPS: Final = {
    "UNREACHABLE": "Start a mesh with `sfa up`, or say where one runs with --target or SFA_TARGET.",
    "UNTRUSTED": "If it is your own, name its authority: SSL_CERT_FILE=FILE.pem",
    "STREAM_CUT": "Start a mesh with `sfa up`, or say where one runs with --target or SFA_TARGET.",
    "WEIGHTS_CORRUPT": "Install it again on the server: sfa models install {model}",
    "TRACK_NOT_FOUND": "`sfa tracks` lists the tracks.",
    "SEPARATION_NOT_FOUND": "`sfa jobs` lists the separations.",
    "WORKER_LOST": "Free memory or choose a smaller model (`sfa models`), then run `sfa jobs retry ID`.",
    "OUT_OF_MEMORY": "Free memory or choose a smaller model (`sfa models`), then run `sfa jobs retry ID`.",
    "UNAUTHENTICATED": "Sign in with `sfa login`, or give a token with --token or SFA_TOKEN.",
    "INTERNAL": "This is a defect of the server. Its log has more under request id {request_id}.",
}


def next_step(error: MeshError) -> str:
    """What the user can do about an error; empty where the message already says it."""
    if step := _NEXT_STEPS.get(error.reason):
        return step.format_map(defaultdict(lambda: "?", error.metadata))
    return f"Try again in {error.retry_after:.0f} s." if error.retry_after is not None else ""


def as_dict(message: betterproto2.Message) -> dict[str, Any]:
    """A message as REST returns it: proto JSON, with the zeros that scripts want to compute with."""
    full: dict[str, Any] = message.to_dict(include_default_values=True)
    return _without_absent(full)


def _without_absent(fields: dict[str, Any]) -> dict[str, Any]:
    def kept(value: object) -> object:
        if isinstance(value, dict):
            return _without_absent(value)
        return [kept(item) for item in value] if isinstance(value, list) else value

    return {key: kept(value) for key, value in fields.items() if value is not None}


def print_json(value: object) -> None:
    """One JSON value on one line of stdout."""
    click.echo(json.dumps(value, ensure_ascii=False))


def stdout_console() -> Console:
    """For results: tables. Not cut to 80 columns when they go to a file or a pipe."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 240)


def stderr_console() -> Console:
    """For everything that is not a result."""
    return Console(stderr=True, highlight=False)


def on_terminal() -> bool:
    """Whether a person watches stderr, so that bars may move there."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
