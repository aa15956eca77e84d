"""Which models have their weights here."""

import json
import sys
from typing import Final

from sfa.local.checks.finding import Finding, Level, output_of
from sfa.local.datadir import DataDir
from sfa.local.weights import DEFAULT_MODEL

# The catalogue belongs to the processing service, which the command line does not import.
_ASK_CATALOGUE: Final = "import json; from services.processing.catalogue import MODELS; print(json.dumps(list(MODELS)))"


async def examine(data_dir: DataDir) -> list[Finding]:
    """One finding per model of the catalogue."""
    try:
        status, output = await output_of(sys.executable, "-c", _ASK_CATALOGUE)
    except OSError as error:
        status, output = 1, str(error)
    if status != 0:
        reason = output.splitlines()[-1] if output else "no answer"
        return [Finding("models", Level.FAIL, reason, "Run `pip install 'sound-forge-alchemy[local]'`.")]
    return [_model(data_dir, model) for model in json.loads(output.splitlines()[-1])]


def _model(data_dir: DataDir, model: str) -> Finding:
    if any((data_dir.models / model).glob("*.safetensors")):
        return Finding("model", Level.OK, f"{model} is installed")
    if model == DEFAULT_MODEL:
        return Finding("model", Level.OK, f"{model} will be installed by the first `sfa up`, from its wheel")
    return Finding("model", Level.OK, f"{model} is not installed (optional)", f"sfa models install {model}")
