"""What the README shows works as it stands there."""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.stack.conftest import EXAMPLE, Stack

pytestmark = pytest.mark.stack

README = Path(__file__).parents[2] / "README.md"


async def test_the_python_example(stack: Stack, tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    shutil.copy(EXAMPLE, tmp_path / "song.mp3")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", example),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SFA_TARGET": stack.url},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    lines = output.decode().splitlines()
    assert lines[-3] == "SUCCEEDED 100%"
    assert all((tmp_path / line).stat().st_size > 100_000 for line in lines[-2:])
