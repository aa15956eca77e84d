"""spotdl in a virtual environment of its own: what it pins does not fit beside a mesh."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sfa.local.weights import InstallFailed

REQUIREMENT: Final = "spotdl>=4.5.2,<5"


def interpreter(folder: Path) -> Path:
    """The Python in a virtual environment, which is what SPOTDL_PYTHON names."""
    return folder / "bin" / "python"


async def install(folder: Path, say: Callable[[str], None]) -> str:
    """Installs spotdl into a folder, or upgrades what is there, its yt-dlp included.

    Args:
        folder: Where the virtual environment is, or goes.
        say: Told what goes on, a sentence at a time.

    Returns:
        The version that is installed then.

    Raises:
        InstallFailed: If it cannot be installed; a folder that was not there before is removed again.
    """
    fresh = not interpreter(folder).exists()
    try:
        if fresh:
            say(f"making a virtual environment in {folder}")
            await _run(sys.executable, "-m", "venv", str(folder))
        say(f"installing {REQUIREMENT} (about a minute)")
        pip = (str(interpreter(folder)), "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
        await _run(*pip, "--upgrade", REQUIREMENT, "yt-dlp")
        asked = "from importlib.metadata import version; import spotdl.download.downloader; print(version('spotdl'))"
        return await _run(str(interpreter(folder)), "-I", "-c", asked)
    except BaseException:
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        raise


async def _run(*argv: str) -> str:
    # Modules that this process was pointed to are not for the other environment.
    env = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}}
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=env,
        )
    except OSError as error:
        raise InstallFailed(f"spotdl was not installed. {argv[0]} does not run: {error}.") from error
    try:
        output, complaints = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        lines = (complaints or output).decode(errors="replace").strip().splitlines()
        raise InstallFailed(f"spotdl was not installed. {lines[-1] if lines else 'The installer gave no reason.'}")
    return output.decode().strip()
