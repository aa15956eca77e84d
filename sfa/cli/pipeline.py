"""One file on its way through the mesh: up, through a separation, and down again."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alchemy_sdk.alchemy.analysis.v1 import Results
from alchemy_sdk.alchemy.library.v1 import Artifact
from alchemy_sdk.alchemy.processing.v1 import Separation
from alchemy_sdk.alchemy.type.v1 import JobState
from sfa.answers import failure
from sfa.cli.output import as_dict
from sfa.cli.steps import step_at
from sfa.cli.views import Step, View
from sfa.errors import FailedPrecondition, InvalidArgument, SeparationCancelled
from sfa.mesh import Mesh
from sfa.options import SeparationOptions


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What to make of each file."""

    model: str = ""
    stems: tuple[str, ...] = ()
    complement: bool = False
    encoding: str = "wav16"
    options: SeparationOptions = field(default_factory=SeparationOptions)
    exports: tuple[str, ...] = ()
    """Formats in which everything is saved once more, as one file: "zip", "stem.mp4"."""
    analyze: bool = False
    """Whether to analyse it too, with the stems."""


@dataclass(kw_only=True)
class Item:
    """One file, or track of the library, and what has become of it."""

    source: str
    """A path, or `tracks/{id}`."""
    label: str
    """How views and messages call it."""
    track: str = ""
    """Name of its track, once there is one."""
    job: str = ""
    """Name of its separation, once there is one."""
    separation: Separation | None = None
    """The separation's last snapshot."""
    artifacts: list[Artifact] = field(default_factory=list)
    """The stems, once there are some."""
    results: Results | None = None
    """What was measured, once that is known."""
    plot: Path | None = None
    """The picture of it, once it is saved."""


async def check(mesh: Mesh, wish: Wish) -> None:
    """Asks the mesh whether it can do what is wished, before songs are sent to it.

    Raises:
        MeshError: If there is no such model, it is not installed, or it does not make one of the stems.
    """
    if not wish.model:
        return
    model = await mesh.processing.get_model(wish.model)
    if not model.installed:
        raise FailedPrecondition(
            f"{wish.model}: {model.unavailable_reason} Run on the server: {model.install_command}",
            reason="MODEL_NOT_INSTALLED",
            metadata={"model": wish.model, "command": model.install_command},
        )
    for stem in wish.stems:
        if stem not in model.stems:
            known = ", ".join(model.stems)
            raise InvalidArgument(
                f"{wish.model} has no stem {stem!r}. It makes {known}.",
                reason="STEM_UNKNOWN",
                metadata={"stem": stem, "model": wish.model, "known": known},
            )


async def upload(mesh: Mesh, item: Item, view: View) -> None:
    """Uploads the item if it is a file. `item` follows what happens.

    Raises:
        OSError: If the file cannot be read.
        MeshError: Whatever goes wrong with the mesh.
    """
    if item.track:
        return

    def sent(done: int, total: int) -> None:
        stage = "uploading" if done < total else "checking"
        view.show(Step(file=item.label, stage=stage, fraction=done / total if done < total else None))

    view.show(Step(file=item.label, stage="uploading", fraction=0.0))
    track = await mesh.library.upload(item.source, on_progress=sent)
    item.track = track.name
    view.event("uploaded", {"file": item.label, "track": as_dict(track)})


async def separate(mesh: Mesh, item: Item, wish: Wish, view: View) -> None:
    """Uploads the item if it is a file, separates it, and finds its stems. `item` follows what happens.

    Raises:
        OSError: If the file cannot be read.
        MeshError: Whatever goes wrong with the mesh, or the separation.
    """
    await upload(mesh, item, view)
    item.job = await _created(mesh, item.track, wish)
    async with aclosing(mesh.processing.watch(item.job)) as snapshots:
        async for snapshot in snapshots:
            item.separation = snapshot
            view.show(step_of(item.label, snapshot))
            view.event("progress", {"file": item.label, "separation": as_dict(snapshot)})
    last = item.separation
    assert last is not None
    if last.state == JobState.CANCELLED:
        raise SeparationCancelled(f"{item.label}: cancelled.", separation=last, reason="CANCELLED")
    if last.state == JobState.FAILED:
        raise failure(last)
    item.artifacts = [await mesh.library.get_artifact(stem.artifact) for stem in last.stems]


async def _created(mesh: Mesh, track: str, wish: Wish) -> str:
    creation = asyncio.ensure_future(
        mesh.processing.separate(
            track,
            model=wish.model,
            stems=wish.stems,
            complement=wish.complement,
            encoding=wish.encoding,
            options=wish.options,
        )
    )
    try:
        return (await asyncio.shield(creation)).name
    except asyncio.CancelledError:
        # The server may have accepted it already: nobody would know the job by name, and it would run for nobody.
        await mesh.processing.cancel((await creation).name)
        raise


async def download(mesh: Mesh, item: Item, folder: Path, view: View) -> list[Path]:
    """Saves the stems of a finished item into a folder.

    Raises:
        OSError: If the folder cannot be written.
        MeshError: If the stems cannot be fetched.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    total = sum(artifact.size_bytes for artifact in item.artifacts) or 1
    before = 0
    saved = []
    for artifact in item.artifacts:

        def received(done: int, _: int, before: int = before) -> None:
            view.show(Step(file=item.label, stage="downloading", fraction=(before + done) / total))

        saved.append(await mesh.library.download(artifact, folder, on_progress=received))
        before += artifact.size_bytes
    return saved


async def export(mesh: Mesh, item: Item, wish: Wish, folder: Path, view: View) -> list[Path]:
    """Saves a finished item in the formats that are wished besides.

    Raises:
        OSError: If the folder cannot be written.
        MeshError: If the stems do not fit the format, or cannot be fetched.
    """
    saved = []
    for form in wish.exports:
        view.show(Step(file=item.label, stage=f"making {form}"))
        saved.append(await mesh.processing.export(item.job, form, folder))
    return saved


def step_of(label: str, snapshot: Separation) -> Step:
    """A snapshot of a separation as a step to show."""
    progress = snapshot.progress
    if snapshot.state == JobState.SUCCEEDED:
        return Step(file=label, stage="separated before" if snapshot.reused else "separated", fraction=1.0)
    if progress is None:
        return Step(file=label, stage=snapshot.state.name.lower() if snapshot.state.name else "unknown")
    if snapshot.cancel_requested:
        return Step(file=label, stage="cancelling", fraction=progress.fraction)
    return step_at(label, snapshot.state, progress)


def outcome(item: Item, paths: list[Path], exports: list[Path]) -> dict[str, Any]:
    """What scripts get to know about a finished item: its stems with their paths, and the paths of its exports."""
    stems = []
    for index, artifact in enumerate(item.artifacts):
        stem: dict[str, Any] = as_dict(artifact)
        if index < len(paths):
            stem["path"] = str(paths[index])
        stems.append(stem)
    return {
        "file": item.label,
        "track": item.track,
        "separation": as_dict(item.separation) if item.separation is not None else None,
        "stems": stems,
        "exports": [str(path) for path in exports],
        **({"results": as_dict(item.results)} if item.results is not None else {}),
    }
