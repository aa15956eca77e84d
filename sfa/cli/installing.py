"""How `sfa models install` and `add` go: as a job of a mesh, or on this machine without one."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from alchemy_sdk.alchemy.processing.v1 import Installation
from alchemy_sdk.alchemy.type.v1 import JobState
from sfa.answers import reason_of
from sfa.cli import signals, texts, views
from sfa.cli.output import as_dict, complain
from sfa.cli.session import Exit, Session
from sfa.cli.views import Step, View
from sfa.errors import MeshError
from sfa.local import weights
from sfa.local.datadir import DataDir
from sfa.mesh import Mesh


async def by_mesh(session: Session, model: str, *, as_json: bool) -> int:
    """Has a mesh install a model and follows it. Ctrl-C asks the mesh to cancel; a second one leaves at once.

    Returns:
        The exit status.
    """
    async with session.connect() as mesh:
        job = await mesh.installations.install(model)
        with views.chosen(as_json=as_json) as view:
            _license(view, model, job.license, job.license_uri, as_json=as_json)
            watching = asyncio.ensure_future(_followed(mesh, job, model, view))
            cancel = _Cancel(mesh, job.name, watching, view)
            with signals.handled(first=cancel.ask, again=cancel.insist):
                try:
                    last = await watching
                except asyncio.CancelledError:
                    return Exit.INTERRUPTED
                finally:
                    await cancel.answered()
            return _ended(last, model, view, as_json=as_json)


async def _followed(mesh: Mesh, job: Installation, model: str, view: View) -> Installation:
    last = job
    async with aclosing(mesh.installations.watch(job.name)) as snapshots:
        async for last in snapshots:
            view.event("progress", {"installation": as_dict(last)})
            view.show(_step(model, last))
    return last


def _step(model: str, job: Installation) -> Step:
    progress = job.progress
    stage = "cancelling" if job.cancel_requested else progress.stage if progress is not None else ""
    if job.received_bytes and stage == "downloading":
        stage = f"downloading {texts.size(job.received_bytes)} of {texts.size(job.total_bytes)}"
    return Step(
        file=model,
        stage=stage,
        fraction=progress.fraction if progress is not None else None,
        remaining=progress.remaining if progress is not None else None,
        queue_position=progress.queue_position if progress is not None and job.state == JobState.QUEUED else None,
    )


def _ended(job: Installation, model: str, view: View, *, as_json: bool) -> int:
    if job.state == JobState.SUCCEEDED:
        view.event("installed", {"model": model, "installation": as_dict(job)})
        if not as_json:
            size = sum(file.size_bytes for file in job.files)
            view.say(f"{model} is installed ({texts.size(size)} from {job.source}).")
        return 0
    if job.state == JobState.CANCELLED:
        view.say(f"The installation of {model} was cancelled. What had been downloaded is kept.")
        return Exit.INTERRUPTED
    reason, message = reason_of(job)
    complain(MeshError(message, reason=reason), as_json=as_json)
    return Exit.FAILED


class _Cancel:
    """What Ctrl-C does to an installation."""

    def __init__(self, mesh: Mesh, name: str, watching: "asyncio.Future[Installation]", view: View) -> None:
        self._mesh = mesh
        self._name = name
        self._watching = watching
        self._view = view
        self._request: asyncio.Task[None] | None = None

    def ask(self) -> None:
        """Asks the server for the end; the watch sees it."""
        self._view.say("Asking the server to cancel. Ctrl-C again leaves at once.")
        self._request = asyncio.create_task(self._ask())

    def insist(self) -> None:
        """Leaves at once; the server does what it was asked."""
        self._watching.cancel()

    async def answered(self) -> None:
        """Waits for the server's answer, if it was asked."""
        if self._request is not None:
            await asyncio.gather(self._request, return_exceptions=True)

    async def _ask(self) -> None:
        try:
            await self._mesh.installations.cancel(self._name)
        except MeshError as error:
            self._view.say(f"{self._name} could not be cancelled: {error.message}")
            self._watching.cancel()


async def here(model: str, source: Path | None, home: DataDir, *, as_json: bool) -> None:
    """Installs a model into a data directory. Raises InstallFailed."""
    home.create()
    await _shown(weights.install(model, home, source=source), model, as_json=as_json)


async def added(source: Path, home: DataDir, description: Mapping[str, str], *, as_json: bool) -> None:
    """Adds a model of one's own to a data directory. Raises InstallFailed."""
    home.create()
    await _shown(weights.add(source, home, description), source.name, as_json=as_json)


async def _shown(events: AsyncGenerator[dict[str, Any]], label: str, *, as_json: bool) -> None:
    with views.chosen(as_json=as_json) as view:
        async with aclosing(events):
            async for event in events:
                kind = event.pop("event", "")
                view.event(kind, event)
                match kind:
                    case "license":
                        _license(view, label, event["license"], event["license_uri"], as_json=as_json, told=True)
                    case "progress":
                        view.show(Step(file=label, stage=str(event["stage"]), fraction=float(event["fraction"])))
                    case "installed" if not as_json:
                        view.say(f"{event['model']} is installed ({texts.size(int(event['size_bytes']))}).")


def _license(view: View, model: str, name: str, uri: str, *, as_json: bool, told: bool = False) -> None:
    if not told:
        view.event("license", {"model": model, "license": name, "license_uri": uri})
    if not as_json:
        view.say(f"{model}: licence {name}, {uri}")
