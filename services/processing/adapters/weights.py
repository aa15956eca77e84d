"""Installed weights: one folder per model with its safetensors files and a manifest.json that pins their SHA-256.

    MODELS_DIR/htdemucs-ft/
        manifest.json
        f7e0c4bc.safetensors ...

Nothing here imports torch, so that services which only list models can use it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from services.mesh.errors import ModelNotFound, ModelNotInstalled, WeightsCorrupt
from services.processing.catalogue import MODELS, Availability, ModelInfo

MANIFEST = "manifest.json"
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
    """

    model: str
    license: str
    license_uri: str
    source: str
    installed_at: str
    files: Mapping[str, FileRecord]
    weights: tuple[tuple[float, ...], ...] = ()
    segment_seconds: float | None = None

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
            return cls(**fields)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a model manifest: {error!r}") from error


class ModelStore:
    """The folder of installed models."""

    def __init__(self, models_dir: Path) -> None:
        self._models_dir = models_dir

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

    def open(self, model_id: str) -> "InstalledModel":
        """Opens an installed model. Raises ModelNotFound or ModelNotInstalled."""
        model = MODELS.get(model_id)
        if model is None:
            raise ModelNotFound(model_id, tuple(MODELS))
        if not self.availability(model).installed:
            raise ModelNotInstalled(model.id, model.install_command)
        folder = self.folder(model)
        return InstalledModel(model, Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8")), folder)


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
