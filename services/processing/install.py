"""`python -m services.processing.install MODEL`: installs a model's weights. `sfa models install` runs it."""

import argparse
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from services.processing.adapters.install import install, source_of
from services.processing.adapters.weight_sources import InstallError
from services.processing.catalogue import MODELS


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line. Returns 0 when the model is installed, 1 when that failed, 2 when it was called wrongly."""
    parser = argparse.ArgumentParser(prog="python -m services.processing.install", description=__doc__)
    parser.add_argument("model", choices=sorted(MODELS), metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--models-dir", type=Path, required=True, help="the folder of installed models")
    parser.add_argument("--from", dest="folder", type=Path, help="a folder with the weights, instead of the network")
    parser.add_argument("--json", action="store_true", help="print progress as JSON lines")
    options = parser.parse_args(arguments)
    model = MODELS[options.model]

    # Ends as by Ctrl-C: what is half written is removed, what is downloaded stays.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    def say(event: dict[str, object], text: str) -> None:
        print(json.dumps(event) if options.json else text, flush=True)  # noqa: T201 - this is a command line

    def report(stage: str, done: int, total: int) -> None:
        fraction = done / total if total else 0.0
        event = {"event": "progress", "stage": stage, "fraction": fraction, "done_bytes": done, "total_bytes": total}
        say(event, f"{fraction:4.0%}  {stage}")

    say(
        {"event": "license", "model": model.id, "license": model.license, "license_uri": model.license_uri},
        f"{model.display_name}: licence {model.license}, {model.license_uri}",
    )
    try:
        manifest = install(model, options.models_dir, source_of(model, options.models_dir, options.folder), report)
    except InstallError as error:
        say({"event": "error", "reason": error.reason, "message": str(error)}, f"{model.id} was not installed. {error}")
        return 1
    files = [{"filename": name, **asdict(record)} for name, record in manifest.files.items()]
    size = sum(record.size for record in manifest.files.values())
    say(
        {"event": "installed", "model": model.id, "size_bytes": size, "source": manifest.source, "files": files},
        f"{model.id} is installed ({size / 1e6:.0f} MB from {manifest.source}).",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
