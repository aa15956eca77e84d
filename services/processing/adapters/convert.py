"""`python -m services.processing.adapters.convert CHECKPOINT OUT`: makes safetensors of a Demucs checkpoint, which is a pickle.

It runs in a process of its own that gives up nearly everything first; see `services.mesh.sandbox`.
"""

import sys

from services.mesh.sandbox import Convert, sandboxed


def _load() -> Convert:
    from services.processing.adapters.convert_network import convert  # noqa: PLC0415 - loads torch

    return convert


if __name__ == "__main__":
    sys.exit(sandboxed(__doc__, _load))
