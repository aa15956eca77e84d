"""`sfa doctor`."""

import asyncio
import sys
from pathlib import Path
from typing import Final

import click

from sfa.cli.output import json_option, print_json, stdout_console
from sfa.cli.session import Exit, Session
from sfa.cli.texts import plain
from sfa.local.checks import Finding, Level, examine
from sfa.local.datadir import DataDir

_SIGNS: Final = {
    Level.OK: "[green]✓[/green]",
    Level.WARN: "[yellow]![/yellow]",
    Level.FAIL: "[red]✗[/red]",
}


@click.command()
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The data directory to examine.  [$SFA_DATA_DIR, else this user's data folder]",
)
@json_option
@click.pass_obj
def doctor(session: Session, data_dir: Path | None, as_json: bool) -> None:
    """Examines this machine and the mesh on it, and says how to mend what is wrong.

    Looks at Python and torch, the GPU and why it is or is not used, Envoy, ffmpeg, Redis or Valkey and how it is
    configured, ports, disk, the weights of each model, and the health of the running mesh's services.

    Exits with 1 if anything fails. Warnings do not count: a machine without a GPU works, only slower.

    With --json: one object per line with "check", "level" (ok, warn or fail), "detail" and "remedy".
    """
    del session
    sys.exit(asyncio.run(_doctor(DataDir.chosen(data_dir), as_json=as_json)))


async def _doctor(data_dir: DataDir, *, as_json: bool) -> int:
    failed = 0
    console = stdout_console()
    async for finding in examine(data_dir):
        failed += finding.level is Level.FAIL
        if as_json:
            print_json(_as_fields(finding))
            continue
        console.print(f"{_sign(finding)} [bold]{finding.check:<10}[/bold] {plain(finding.detail)}", soft_wrap=True)
        if finding.remedy:
            console.print(f"  {'':<10} → {plain(finding.remedy)}", soft_wrap=True)
    if not as_json:
        click.echo(f"\n{failed} to mend." if failed else "\nNothing stands in the way.", err=True)
    return Exit.FAILED if failed else 0


def _sign(finding: Finding) -> str:
    optional = finding.level is Level.OK and finding.remedy
    return "[dim]·[/dim]" if optional else _SIGNS[finding.level]


def _as_fields(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "level": finding.level.value,
        "detail": finding.detail,
        "remedy": finding.remedy,
    }
