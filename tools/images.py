"""`make images`: builds the container images, starts each service's, asks it for its health, and prints what each weighs.

    python -m tools.images                      all that can be built here
    python -m tools.images realtime library     these

With docker or podman, where an engine runs. Else with buildah, as root, which needs no engine: then the Python base is made of Debian
packages by debootstrap, since base images come from registries that may be out of reach. What pip must know of this machine (its
certificates, its settings, a folder of wheels) is lent to the stage that builds, and is in no image. The profiles `cuda` and `rocm` of
the worker differ from `cpu` by arguments, and are not built here.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.mesh.probe import is_serving
from sfa.local.ports import PortMode, choose
from sfa.local.programs import valkey_server
from tools.generate.toolchain import ROOT

_HEALTHY_SECONDS = 60.0
_PYTHON_BASE, _BUILD_BASE = "localhost/sound-forge-alchemy/python", "localhost/sound-forge-alchemy/python-build"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Image:
    """One image.

    Attributes:
        dockerfile: its file in docker/.
        arguments: its build arguments.
        answers: the variable that tells it where to answer the health protocol; empty if it cannot be started alone.
    """

    dockerfile: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    answers: str = ""


IMAGES = {
    **{
        service: Image("service.Dockerfile", {"SERVICE": service}, answers="PORT")
        for service in ("analysis", "download", "library", "processing", "realtime", "spotify")
    },
    "processing-worker": Image("processing.Dockerfile", {"PROFILE": "cpu"}, answers="HEALTH_PORT"),
    "gateway": Image("gateway.Dockerfile"),
    "studio": Image("studio.Dockerfile"),
}


class Impossible(Exception):
    """The images cannot be built on this machine; the message says what is missing."""


class Engine:
    """Docker or podman."""

    def __init__(
        self, *command: str, build: Sequence[str] = ("build",), bases: Mapping[str, str] | None = None
    ) -> None:
        """Runs nothing yet.

        Args:
            command: the program, with what every call of it needs.
            build: the words that build an image.
            bases: build arguments of every image.
        """
        self.command = command
        self._build = build
        self._bases = bases or {}

    def build(self, name: str, image: Image) -> None:
        """Builds and tags an image."""
        arguments = _pairs("--build-arg", {**image.arguments, **self._bases})
        self._run(*self._build, "-q", *arguments, "-f", f"docker/{image.dockerfile}", "-t", tag(name), ".")

    def size(self, name: str) -> int:
        """Bytes of an image, its base included."""
        return int(self._output("image", "inspect", "--format", "{{.Size}}", tag(name)))

    def started(self, name: str, environment: Mapping[str, str], data: Path) -> list[str]:
        """The command that runs an image, with a read-only root, on the host's network."""
        hardened = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL")  # noqa: S108 - in the container
        inside = ("run", "--rm", "--network", "host", *hardened, "-v", f"{data}:/data", *_pairs("--env", environment))
        return [*self.command, *inside, tag(name)]

    def _run(self, *arguments: str) -> None:
        subprocess.run([*self.command, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def _output(self, *arguments: str) -> str:
        done = subprocess.run([*self.command, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()


class Buildah(Engine):
    """Buildah without an engine: every step in a chroot, every layer a copy."""

    def __init__(self, folder: Path) -> None:
        stored = ("--root", str(folder / "storage"), "--runroot", str(folder / "run"), "--storage-driver", "vfs")
        super().__init__(
            *("buildah", *stored),
            build=("bud", "--isolation", "chroot", "--format", "docker"),
            bases={"PYTHON_BASE": _PYTHON_BASE, "BUILD_BASE": _BUILD_BASE},
        )
        self._folder = folder

    def make_bases(self) -> None:
        """Makes the Python base of Debian packages, and the one to build on, which knows what this machine knows."""
        root = self._folder / "root"
        packages = "--include=python3,python3-venv,ca-certificates"
        self._helper("debootstrap", "--variant=minbase", packages, "bookworm", str(root), *_debian_mirror())
        for cached in (root / "var/lib/apt/lists", root / "var/cache/apt"):
            shutil.rmtree(cached)
        (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
        container = self._output("from", "scratch")
        self._run("copy", "-q", container, str(root), "/")
        self._run("config", "--env", f"PATH={_PATH}", "--env", "LANG=C.UTF-8", container)
        self._run("commit", "-q", container, _PYTHON_BASE)
        shutil.rmtree(root)
        for path in _pip_files():
            self._run("copy", "-q", container, str(path), str(path))
        for name, value in os.environ.items():
            if name.startswith("PIP_") or name in {"SSL_CERT_FILE", "SSL_CERT_DIR"}:
                self._run("config", "--env", f"{name}={value}", container)
        self._run("commit", "-q", "--rm", container, _BUILD_BASE)

    def size(self, name: str) -> int:
        """Bytes of the files of an image, its base included."""
        container = self._output("from", tag(name))
        mounted = self._output("mount", container)
        size = self._helper("du", "-sb", mounted)
        self._run("rm", container)
        return int(size.split()[0])

    @staticmethod
    def _helper(program: str, *arguments: str) -> str:
        found = shutil.which(program)
        assert found is not None, program
        return subprocess.run([found, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout

    def started(self, name: str, environment: Mapping[str, str], data: Path) -> list[str]:
        """The command that runs an image; a chroot has the host's network, and no read-only root."""
        container = self._output("from", tag(name))
        words = json.loads(self._output("inspect", container))["Docker"]["config"]["Cmd"]
        inside = [
            "run",
            "--isolation",
            "chroot",
            "-v",
            f"{data}:/data",
            *_pairs("--env", environment),
            container,
            "--",
            *words,
        ]
        return [*self.command, *inside]


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="IMAGE", help=", ".join(IMAGES))
    names = parser.parse_args().names or list(IMAGES)
    if unknown := set(names) - set(IMAGES):
        parser.error(f"there is no image {', '.join(sorted(unknown))}; there are {', '.join(IMAGES)}")
    try:
        with engine() as builder:
            return build_all(builder, names)
    except Impossible as reason:
        print(f"The images cannot be built here: {reason}", file=sys.stderr)  # noqa: T201 - a command line
        return 2


def build_all(builder: Engine, names: Sequence[str]) -> int:
    """Builds images one after another, and starts those that can be started alone. Returns 1 if one does not answer."""
    silent = []
    for name in names:
        image = IMAGES[name]
        if name == "studio" and isinstance(builder, Buildah):
            say(f"{name:18} not built here: its page is built on an image of Node, which needs an engine")
            continue
        builder.build(name, image)
        health = ""
        if image.answers:
            health = "answers" if healthy(builder, name, image) else "DOES NOT ANSWER"
        silent += [name] if health.isupper() else []
        say(f"{name:18} {builder.size(name) / 1e6:6.0f} MB  {health}")
    return 1 if silent else 0


def healthy(builder: Engine, name: str, image: Image) -> bool:
    """Starts an image beside a Valkey of its own, and asks it for its health until it answers."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        data.chmod(0o777)
        ports = choose({"health": 0, "valkey": 0, "media": 0}, PortMode.ANY)
        port, redis_port = ports["health"], ports["valkey"]
        stack.enter_context(
            running([str(valkey_server()), "--port", str(redis_port), "--bind", "127.0.0.1", "--dir", str(data)])
        )
        environment = {
            "HOST": "127.0.0.1",
            "DATA_DIR": "/data",
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            image.answers: str(port),
        }
        if name == "library":
            environment["HTTP_PORT"] = str(ports["media"])
        stack.enter_context(running(builder.started(name, environment, data)))
        deadline = time.monotonic() + _HEALTHY_SECONDS
        while time.monotonic() < deadline:
            if asyncio.run(is_serving(port)):
                return True
            time.sleep(1)
    return False


@contextmanager
def running(command: list[str]) -> Iterator[None]:
    """Runs a program and all that it starts while the block runs."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def engine() -> Iterator[Engine]:
    """Lends what builds images here. Raises Impossible."""
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
        say("The Python base is made of Debian packages ...")
        buildah.make_bases()
        yield buildah


def _pairs(option: str, values: Mapping[str, str]) -> list[str]:
    """An option for each value: --env A=1 --env B=2."""
    return [part for key, value in values.items() for part in (option, f"{key}={value}")]


def _debian_mirror() -> list[str]:
    """The mirror that this machine's apt uses; empty = debootstrap's own."""
    for source in sorted(Path("/etc/apt/sources.list.d").glob("debian*.sources")):
        for line in source.read_text(encoding="utf-8").splitlines():
            if line.startswith("URIs:"):
                return [line.split()[1]]
    return []


def _pip_files() -> list[Path]:
    """What pip reads on this machine: its settings, its certificates, local folders of wheels."""
    named = [os.environ.get("PIP_CERT", ""), *os.environ.get("PIP_FIND_LINKS", "").split()]
    candidates = [Path("/etc/xdg/pip"), Path("/etc/pip.conf"), *(Path(name) for name in named if name.startswith("/"))]
    return [path for path in candidates if path.exists()]


def tag(name: str) -> str:
    """An image's full name."""
    return f"localhost/sound-forge-alchemy/{name}:dev"


def say(text: str) -> None:
    """Tells people."""
    print(text, flush=True)  # noqa: T201 - a command line


if __name__ == "__main__":
    sys.exit(main())
