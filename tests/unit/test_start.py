"""A process that cannot start says what to mend, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def start(module: str, **env: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(ROOT / part) for part in (".", "gen/python"))
    base = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LD_LIBRARY_PATH"}}
    command = [sys.executable, "-m", module]
    return subprocess.run(
        command, env={**base, "PYTHONPATH": path, **env}, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("module", ["services.library", "services.processing", "services.realtime", "services.spotify"])
def test_wrong_settings_are_all_named(module: str) -> None:
    done = start(module, LOG_LEVEL="loud", PORT="99999")
    assert done.returncode == 2
    for fault in ("DATA_DIR is not set", "LOG_LEVEL='loud'", "PORT='99999'"):
        assert fault in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("module", ["services.library", "services.processing.worker"])
def test_a_missing_ffmpeg_is_named(module: str, tmp_path: Path) -> None:
    done = start(module, DATA_DIR=str(tmp_path), FFMPEG="/nowhere/ffmpeg", PORT="0", HTTP_PORT="0")
    assert done.returncode == 2
    assert "FFMPEG=/nowhere/ffmpeg" in done.stderr
    assert "Traceback" not in done.stderr
