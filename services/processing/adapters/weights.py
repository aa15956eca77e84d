"""Installed weights: one folder per model with its safetensors files and a manifest.json that pins their SHA-256.

    MODELS_DIR/htdemucs-ft/
        manifest.json
        f7e0c4bc.safetensors ...

A model that is not of the catalogue (see `local`) describes itself in its manifest.

Nothing here imports torch, so that services which only list models can use it.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from services.mesh.errors import ModelNotFound, ModelNotInstalled, WeightsCorrupt
from services.processing.catalogue import MODELS, Availability, Family, ModelInfo

MANIFEST = "manifest.json"
# Installations in the making, a folder per model: what is downloaded so far stays there until one succeeds.
INSTALLING = ".installing"
_FORMAT = 1


@dataclass(frozen=True)
class FileRecord:
    """What a weights file must be: its SHA-256 in lower-case hexadecimal, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an installation wrote.

    Attributes:
        model: the model's id.
        license: SPDX id under which the weights came.
        license_uri: where it is stated.
        source: where the weights came from, for people.
        installed_at: RFC 3339 time.
        files: the weights by file name, in the order in which the networks run.
        weights: how much each network (row) counts for each stem (column); empty = all alike.
        segment_seconds: segment length that overrides the networks' own; None = theirs.
        info: the model itself, if it is not of the catalogue.
    """

    model: str
    license: str
    license_uri: str
    source: str
    installed_at: str
    files: Mapping[str, FileRecord]
    weights: tuple[tuple[float, ...], ...] = ()
    segment_seconds: float | None = None
    info: ModelInfo | None = None

    def to_json(self) -> str:
        """Writes the manifest as JSON."""
        return json.dumps({"format": _FORMAT, **asdict(self)}, indent=2) + "\n"

    @property
    def digest(self) -> str:
        """Identifies what the networks compute, as 16 hexadecimal digits; the same when they are installed again."""
        fields = asdict(self)
        content = {name: fields[name] for name in ("model", "files", "weights", "segment_seconds")}
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Reads a manifest. Raises ValueError when it is not one of ours."""
        try:
            fields = json.loads(text)
            if fields.pop("format") != _FORMAT:
                raise ValueError("unknown manifest format")
            fields["files"] = {name: FileRecord(**record) for name, record in fields["files"].items()}
            fields["weights"] = tuple(tuple(float(value) for value in row) for row in fields["weights"])
            if fields.get("info") is not None:
                fields["info"] = _info(fields["info"])
            return cls(**fields)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a model manifest: {error!r}") from error


def _info(fields: Mapping[str, Any]) -> ModelInfo:
    return ModelInfo(**{**fields, "family": Family(fields["family"]), "stems": tuple(fields["stems"])})


class ModelStore:
    """The folder of installed models."""

    def __init__(self, models_dir: Path) -> None:
        self._models_dir = models_dir

    def local(self) -> list[ModelInfo]:
        """Returns the models here that are not of the catalogue, by id."""
        found = []
        for path in sorted(self._models_dir.glob(f"*/{MANIFEST}")):
            try:
                info = Manifest.from_json(path.read_text(encoding="utf-8")).info
            except (OSError, ValueError):
                continue  # nobody can tell what it was; `sfa models add` replaces it
            if info is not None and info.id == path.parent.name and info.id not in MODELS:
                found.append(info)
        return found

    def folder(self, model: ModelInfo) -> Path:
        """Returns where the model's files are, or would be."""
        return self._models_dir / model.id

    def availability(self, model: ModelInfo) -> Availability:
        """Looks whether the model's files are there and have the right sizes; their hashes are checked when they are loaded."""
        folder = self.folder(model)
        try:
            manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Availability(installed=False, reason="Its weights are not installed.", size_bytes=model.size_bytes)
        except (OSError, ValueError):
            reason = "Its manifest cannot be read; install it again."
            return Availability(installed=False, reason=reason, size_bytes=model.size_bytes)
        for name, record in manifest.files.items():
            path = folder / name
            if not path.is_file():
                reason = f"Its weights file {name} is missing; install it again."
                return Availability(installed=False, reason=reason, size_bytes=model.size_bytes)
            if path.stat().st_size != record.size:
                reason = f"Its weights file {name} is damaged; install it again."
                return Availability(installed=False, reason=reason, size_bytes=model.size_bytes)
        size = sum(record.size for record in manifest.files.values())
        return Availability(installed=True, reason="", size_bytes=size, digest=manifest.digest)

    def installed(self) -> frozenset[str]:
        """Returns the ids of the models that can run now."""
        return frozenset(model.id for model in MODELS.values() if self.availability(model).installed)

    def withdraw(self, model: ModelInfo) -> "Withdrawn":
        """Takes an installed model away, so that nothing new can start with it, until it is restored or discarded."""
        aside = Path(tempfile.mkdtemp(prefix=f".removing-{model.id}-", dir=self._models_dir))
        folder = self.folder(model)
        try:
            folder.rename(aside)
        except OSError:
            aside.rmdir()
            raise
        return Withdrawn(folder, aside, self._models_dir / INSTALLING / model.id)

    def open(self, model_id: str) -> "InstalledModel":
        """Opens an installed model. Raises ModelNotFound or ModelNotInstalled."""
        local = {model.id: model for model in self.local()} if model_id not in MODELS else {}
        model = MODELS.get(model_id) or local.get(model_id)
        if model is None:
            raise ModelNotFound(model_id, (*MODELS, *local))
        if not self.availability(model).installed:
            raise ModelNotInstalled(model.id, model.install_command)
        folder = self.folder(model)
        return InstalledModel(model, Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8")), folder)


@dataclass(frozen=True)
class Withdrawn:
    """A model that is on its way out."""

    _folder: Path
    _aside: Path
    _installing: Path

    def restore(self) -> None:
        """Puts the model back."""
        self._aside.rename(self._folder)

    def discard(self) -> None:
        """Removes the model, and what an interrupted installation left of it."""
        shutil.rmtree(self._aside)
        shutil.rmtree(self._installing, ignore_errors=True)


@dataclass(frozen=True)
class InstalledModel:
    """A model whose files are there."""

    info: ModelInfo
    manifest: Manifest
    folder: Path

    def read(self, name: str) -> bytes:
        """Returns the bytes of one weights file, proven by their SHA-256.

        What is hashed is what the caller gets, so a file that changes between check and use cannot slip through.

        Raises:
            WeightsCorrupt: the file is not what was installed.
        """
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            raise WeightsCorrupt(self.info.id) from error
        if hashlib.sha256(content).hexdigest() != self.manifest.files[name].sha256:
            raise WeightsCorrupt(self.info.id)
        return content
