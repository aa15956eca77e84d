"""`python -m services.processing.models add|remove`: changes the models folder of this machine. `sfa models` runs it."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from services.processing.adapters.local_models import Description, add_checkpoint, add_folder
from services.processing.adapters.weight_sources import InstallError
from services.processing.adapters.weights import ModelStore
from services.processing.catalogue import MODELS


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line. Returns 0 when it is done, 1 when it failed, 2 when it was called wrongly."""
    options = _parser().parse_args(arguments)
    try:
        _add(options) if options.command == "add" else _remove(options)
    except InstallError as error:
        _say({"event": "error", "reason": error.reason, "message": str(error)})
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.processing.models", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="adds a model of one's own")
    add.add_argument("source", type=Path, help="a folder with model.yaml, or a Demucs checkpoint to convert")
    for name in ("id", "license", "license-uri", "display-name", "description"):
        add.add_argument(f"--{name}", default="", help="for a checkpoint; see docs/models.md")
    remove = commands.add_parser("remove", help="removes a model that no running mesh uses")
    remove.add_argument("model")
    for command in (add, remove):
        command.add_argument("--models-dir", type=Path, required=True, help="the folder of installed models")
    return parser


def _add(options: argparse.Namespace) -> None:
    def report(stage: str, done: int, total: int) -> None:
        fraction = done / total if total else 0.0
        _say({"event": "progress", "stage": stage, "fraction": fraction})

    if options.source.is_dir():
        model, manifest = add_folder(options.source, options.models_dir, report)
    else:
        if not options.id or not options.license:
            raise InstallError("A checkpoint says neither its name nor its licence: give --id and --license.")
        description = Description(
            id=options.id,
            license=options.license,
            license_uri=options.license_uri,
            display_name=options.display_name,
            description=options.description,
        )
        model, manifest = add_checkpoint(options.source, description, options.models_dir, report)
    size = sum(file.size for file in manifest.files.values())
    _say({"event": "installed", "model": model.id, "stems": model.stems, "license": model.license, "size_bytes": size})


def _remove(options: argparse.Namespace) -> None:
    store = ModelStore(options.models_dir)
    models = {**MODELS, **{model.id: model for model in store.local()}}
    try:
        store.withdraw(models[options.model]).discard()
    except (KeyError, FileNotFoundError):
        raise InstallError(f"Model {options.model} is not installed here.") from None
    except OSError as error:
        raise InstallError(f"{options.models_dir} cannot be changed: {error}.") from error
    _say({"event": "removed", "model": options.model})


def _say(event: dict[str, object]) -> None:
    print(json.dumps(event), flush=True)  # noqa: T201 - this is a command line


if __name__ == "__main__":
    sys.exit(main())
