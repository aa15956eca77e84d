"""`sfa devices`."""

from typing import Final

import click
from rich.table import Table

from alchemy_sdk.alchemy.processing.v1 import Device, DeviceState
from sfa.cli import texts
from sfa.cli.output import as_dict, json_option, print_json, run, stdout_console
from sfa.cli.session import Session

_STATES: Final = {
    DeviceState.STARTING: "starting",
    DeviceState.IDLE: "free",
    DeviceState.BUSY: "busy",
    DeviceState.UNAVAILABLE: "not there",
}


@click.command()
@json_option
@click.pass_obj
def devices(session: Session, as_json: bool) -> None:
    """Shows the devices that separate songs at this moment, and how many separations wait for one.

    \b
    Examples:
      sfa devices
      sfa devices --json | jq -r '.devices[].hardware'

    A busy device names the separation if it is yours. A worker that died is still shown for up to ten seconds.

    With --json: one object with "devices" and "waitingCount", as REST returns it.
    """
    run(_show(session, as_json=as_json), as_json=as_json)


async def _show(session: Session, *, as_json: bool) -> None:
    async with session.connect() as mesh:
        answer = await mesh.processing.list_devices()
    if as_json:
        print_json(as_dict(answer))
        return
    if answer.devices:
        table = Table("device", "hardware", "precision", "state", box=None, pad_edge=False)
        for device in answer.devices:
            table.add_row(*map(texts.plain, (device.device, device.hardware, device.precision, _state(device))))
        stdout_console().print(table)
    else:
        click.echo("No worker runs: separations wait until one starts.", err=True)
    click.echo(f"\n{_waiting(answer.waiting_count)}", err=True)


def _state(device: Device) -> str:
    words = _STATES.get(device.state, "")
    return f"{words} with {texts.short(device.separation)}" if device.separation else words


def _waiting(count: int) -> str:
    match count:
        case 0:
            return "Nothing waits."
        case 1:
            return "1 separation waits."
        case _:
            return f"{count} separations wait."
