"""The command line without a mesh: help, usage errors, and how values read."""

import subprocess
import sys
from datetime import timedelta

import click
import pytest
from click.testing import CliRunner

from sfa.cli import _COMMANDS, main, texts
from sfa.cli.views import Bars, Step


def every_command() -> list[list[str]]:
    found: list[list[str]] = []
    context = click.Context(main)
    for name in _COMMANDS:
        command = main.get_command(context, name)
        found.append([name])
        if isinstance(command, click.Group):
            found.extend([name, sub] for sub in command.commands)
    return found


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_explains_itself(words: list[str]) -> None:
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output
    assert len(words) > 1 or words == ["doctor"] or "Examples:" in result.output


def test_the_help_page_lists_every_command_and_loads_none() -> None:
    code = "import sys; from sfa.cli import main; main(['--help'], standalone_mode=False); print(sorted(sys.modules))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    page, _, modules = output.rpartition("\n[")
    assert all(name in page for name in _COMMANDS)
    assert not any(name in modules for name in ("'grpclib'", "'rich'", "'sfa.cli.up'", "'sfa.mesh'"))


def test_there_is_a_version() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert result.exit_code == 0
    assert result.output.startswith("sfa, version ")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["separate"], id="no file"),
        pytest.param(["separate", "/does/not/exist.mp3"], id="missing file"),
        pytest.param(["separate", "tracks/1", "--format", "wma"], id="unknown format"),
        pytest.param(["separate", "tracks/1", "--preview", "45-30"], id="a range that ends before it begins"),
        pytest.param(["separate", "tracks/1", "--preview", "thirty"], id="no range"),
        pytest.param(["separate", "tracks/1", "--overlap", "0.9"], id="too much overlap"),
        pytest.param(["--target", "ftp://x", "tracks"], id="bad target"),
        pytest.param(["tracks", "delete", "1"], id="nobody to confirm"),
        pytest.param(["nonsense"], id="unknown command"),
    ],
)
def test_wrong_usage_is_exit_status_2_on_stderr(words: list[str]) -> None:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Usage:" in result.stderr


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (10.9, "0:11"), (243, "4:03"), (3723, "1:02:03"), (59.6, "1:00")]
)
def test_durations_read_like_a_player_shows_them(seconds: float, text: str) -> None:
    assert texts.duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1_900_000, "1.9 MB"), (84_000_000, "84.0 MB"), (336e6, "336 MB")]
)
def test_sizes_are_short(count: float, text: str) -> None:
    assert texts.size(int(count)) == text


def test_a_step_says_what_a_waiting_person_wants_to_know() -> None:
    queued = Step(file="a", stage="queued", queue_position=2)
    running = Step(file="a", stage="separating", fraction=0.5, remaining=timedelta(seconds=75), attempt=2)
    assert queued.note == "queued, 2 before it"
    assert running.note == "separating, attempt 2, 1:15 left"


def test_bars_of_a_long_list_make_room_for_those_that_move() -> None:
    bars = Bars()
    for number in range(230):
        bars.show(Step(file=f"{number}", stage="downloading", fraction=0.5))
        bars.show(Step(file=f"{number}", stage="failed" if number % 7 == 0 else "done", fraction=None))
    shown = [task.description for task in bars._progress.tasks]
    assert len(shown) <= 12
    assert shown[-1] == "229"
    for number in range(20):  # none of which ends
        bars.show(Step(file=f"moving {number}", stage="downloading", fraction=0.5))
    assert len([task for task in bars._progress.tasks if task.description.startswith("moving")]) == 20
