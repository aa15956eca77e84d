"""Progress of several files at once: as bars for people, as lines for logs, as NDJSON for scripts."""

import time
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Protocol, Self

import click
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from sfa.cli import texts
from sfa.cli.output import on_terminal, print_json, stderr_console

_LINE_EVERY_SECONDS: Final = 10.0
_MOST_BARS: Final = 12
_ENDS: Final = ("done", "in the library already", "failed", "cancelled")


@dataclass(frozen=True, kw_only=True)
class Step:
    """Where one file is."""

    file: str
    """As the user named it."""
    stage: str
    """"uploading", the job's own stages, "downloading", "done", "in the library already", "failed" or "cancelled"."""
    fraction: float | None = None
    """Share of this stage, or of the job while it runs, in [0, 1]; None = unknown."""
    remaining: timedelta | None = None
    """Estimated time to the end of the job; None = unknown."""
    queue_position: int | None = None
    """How many jobs start before this one, while it is queued."""
    attempt: int = 1
    """Which start of the job this is."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.stage.startswith(_ENDS)

    @property
    def note(self) -> str:
        """The step in a few words, without its fraction."""
        words = [self.stage]
        if self.queue_position is not None:
            words.append("next in line" if self.queue_position == 0 else f"{self.queue_position} before it")
        if self.attempt > 1:
            words.append(f"attempt {self.attempt}")
        if self.remaining is not None:
            words.append(f"{texts.duration(self.remaining)} left")
        return ", ".join(words)


class View(Protocol):
    """Shows steps; use it as a context manager."""

    def __enter__(self) -> Self:
        """Begins to show."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaves the screen as it should stay."""
        ...

    def show(self, step: Step) -> None:
        """Shows where one file is."""
        ...

    def event(self, kind: str, fields: dict[str, Any]) -> None:
        """A milestone, with what scripts want to know about it."""
        ...

    def say(self, text: str) -> None:
        """One sentence above the bars."""
        ...


def chosen(*, as_json: bool) -> View:
    """The view for who is looking."""
    if as_json:
        return Ndjson()
    return Bars() if on_terminal() else Lines()


class Bars:
    """One moving bar per file, on a terminal."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=32),
            TextColumn("{task.fields[percent]:>4}"),
            TextColumn("[dim]{task.fields[note]}"),
            console=stderr_console(),
        )
        self._tasks: dict[str, Any] = {}
        self._ended: deque[str] = deque()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, step: Step) -> None:
        """Moves the file's bar."""
        if step.file not in self._tasks:
            self._make_room()
            label = step.file if len(step.file) <= 36 else f"…{step.file[-35:]}"  # noqa: PLR2004 -- leaves room for the bar
            self._tasks[step.file] = self._progress.add_task(label.replace("[", r"\["), total=1.0, percent="", note="")
        known = step.fraction is not None
        self._progress.update(
            self._tasks[step.file],
            total=1.0 if known else None,
            completed=step.fraction or 0.0,
            percent=f"{step.fraction:.0%}" if step.fraction is not None else "",
            note=step.note.replace("[", r"\["),
        )
        if step.ended:
            self._ended.append(step.file)

    def _make_room(self) -> None:
        """Takes away the bars of what ended first: those below the edge of a screen, where work goes on, are not seen."""
        while len(self._tasks) >= _MOST_BARS and self._ended:
            task = self._tasks.pop(self._ended.popleft(), None)
            if task is not None:
                self._progress.remove_task(task)

    def event(self, kind: str, fields: dict[str, Any]) -> None:
        """Bars show steps; milestones are for scripts."""

    def say(self, text: str) -> None:
        """Prints above the bars."""
        self._progress.console.print(text, markup=False)


class Lines:
    """A line when the stage of a file changes, and now and then within a long one."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, float]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to clear."""

    def show(self, step: Step) -> None:
        """Prints the step if it is news."""
        stage, printed = self._last.get(step.file, ("", 0.0))
        if step.stage == stage and time.monotonic() - printed < _LINE_EVERY_SECONDS:
            return
        self._last[step.file] = (step.stage, time.monotonic())
        percent = f" {step.fraction:.0%}" if step.fraction else ""
        click.echo(f"{step.file}:{percent} {step.note}", err=True)

    def event(self, kind: str, fields: dict[str, Any]) -> None:
        """Lines show steps; milestones are for scripts."""

    def say(self, text: str) -> None:
        """Prints the sentence."""
        click.echo(text, err=True)


class Ndjson:
    """One JSON object per milestone and per snapshot, on stdout."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to clear."""

    def show(self, step: Step) -> None:
        """Scripts get the whole snapshots, as events."""

    def event(self, kind: str, fields: dict[str, Any]) -> None:
        """Prints the event."""
        print_json({"event": kind, **fields})

    def say(self, text: str) -> None:
        """Sentences go to stderr."""
        click.echo(text, err=True)
