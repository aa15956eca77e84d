"""Models that a server's owner brings along: a folder with Demucs networks and a small manifest. See docs/models.md."""

import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from services.mesh.sandbox import NotConverted, converted
from services.processing.adapters.demucs_files import Bag, DemucsFileInvalid, read_header
from services.processing.adapters.install import install
from services.processing.adapters.weight_sources import (
    Report,
    SourceMissing,
    SourceRefused,
    Weights,
    demucs_weights,
)
from services.processing.adapters.weights import Manifest
from services.processing.catalogue import MODELS, Family, ModelInfo

MANIFEST = "model.yaml"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_STEM = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_LONGEST_ID = 64


@dataclass(frozen=True, kw_only=True)
class LocalManifest:
    """What `model.yaml` says.

    Attributes:
        id: kebab-case id, not one of the catalogue's.
        license: SPDX id or short name of the weights' licence.
        networks: safetensors files beside the manifest, in the order in which they run.
        display_name: name for people; the id if empty.
        description: what it is good for.
        license_uri: where the licence is stated.
        weights: how much each network (row) counts for each stem (column); empty = all alike.
        segment_seconds: segment length that overrides the networks' own; None = theirs.
    """

    id: str
    license: str
    networks: tuple[str, ...]
    display_name: str = ""
    description: str = ""
    license_uri: str = ""
    weights: tuple[tuple[float, ...], ...] = ()
    segment_seconds: float | None = None

    @classmethod
    def parse(cls, text: str) -> "LocalManifest":
        """Reads a manifest. Raises SourceRefused, naming what is wrong."""
        try:
            fields = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise SourceRefused(f"{MANIFEST} is not YAML: {error}") from error
        if not isinstance(fields, dict):
            raise SourceRefused(f"{MANIFEST} must be a mapping of fields to values.")
        known = cls.__dataclass_fields__
        if unknown := sorted(str(key) for key in fields if key not in known):
            raise SourceRefused(f"{MANIFEST} has unknown fields: {', '.join(unknown)}. Known are: {', '.join(known)}.")
        if missing := [name for name in ("id", "license", "networks") if not fields.get(name)]:
            raise SourceRefused(f"{MANIFEST} lacks {', '.join(missing)}.")
        try:
            return cls(**_typed(fields))
        except (TypeError, ValueError) as error:
            raise SourceRefused(f"{MANIFEST}: {error}") from error

    def __post_init__(self) -> None:
        """Checks what can be checked without the networks. Raises ValueError."""
        if not _ID.fullmatch(self.id) or len(self.id) > _LONGEST_ID:
            raise ValueError(f"the id must be kebab-case of at most {_LONGEST_ID} characters, not {self.id!r}")
        if self.id in MODELS:
            raise ValueError(f"the id {self.id} belongs to the catalogue; choose another one")
        for name in self.networks:
            if Path(name).name != name or not name.endswith(".safetensors"):
                raise ValueError(f"networks are .safetensors files beside {MANIFEST}, not {name!r}")
        if self.weights and len(self.weights) != len(self.networks):
            raise ValueError("there must be one row of weights for each network")


def _typed(fields: dict[str, Any]) -> dict[str, Any]:
    values = dict(fields)
    for name in ("id", "license", "display_name", "description", "license_uri"):
        if not isinstance(values.setdefault(name, ""), str):
            raise TypeError(f"{name} must be text")
    networks = values["networks"]
    if not isinstance(networks, list) or not all(isinstance(name, str) for name in networks):
        raise TypeError("networks must be a list of file names")
    values["networks"] = tuple(networks)
    values["weights"] = tuple(tuple(float(value) for value in row) for row in values.get("weights") or ())
    if values.get("segment_seconds") is not None:
        values["segment_seconds"] = float(values["segment_seconds"])
    return values


@dataclass(frozen=True)
class _LocalFolder:
    """Implements `WeightSource` for a folder with `model.yaml`."""

    folder: Path
    manifest: LocalManifest

    def fetch(self, model: ModelInfo, staging: Path, report: Report) -> Weights:
        """Copies the networks."""
        done = 0
        for name in self.manifest.networks:
            report("copying", done, model.size_bytes)
            shutil.copyfile(self.folder / name, staging / name)
            done += (staging / name).stat().st_size
        signatures = tuple(name.removesuffix(".safetensors") for name in self.manifest.networks)
        bag = Bag(signatures, self.manifest.weights, self.manifest.segment_seconds)
        return demucs_weights(model, bag, staging, str(self.folder.resolve()))


def add_folder(folder: Path, models_dir: Path, report: Report) -> tuple[ModelInfo, Manifest]:
    """Adds the model of a folder, replacing an earlier one of its id.

    Raises:
        InstallError: nothing was changed.
    """
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SourceMissing(f"{folder} has no readable {MANIFEST}, which describes the model ({error}).") from error
    manifest = LocalManifest.parse(text)
    for name in manifest.networks:
        if not (folder / name).is_file():
            raise SourceMissing(f"{folder} has no {name}, which {MANIFEST} lists.")
    model = _described(folder, manifest)
    return model, install(model, models_dir, _LocalFolder(folder, manifest), report, local=True)


def _described(folder: Path, manifest: LocalManifest) -> ModelInfo:
    try:
        stems = read_header(folder / manifest.networks[0]).sources
    except DemucsFileInvalid as error:
        raise SourceRefused(f"{manifest.networks[0]}: {error}") from error
    if not stems or not all(isinstance(stem, str) and _STEM.fullmatch(stem) for stem in stems):
        raise SourceRefused(f"{manifest.networks[0]} names stems that cannot be used: {stems!r}.")
    return ModelInfo(
        id=manifest.id,
        family=Family.DEMUCS,
        display_name=manifest.display_name or manifest.id,
        description=manifest.description or "A model of this server's own.",
        stems=stems,
        license=manifest.license,
        license_uri=manifest.license_uri,
        size_bytes=sum((folder / name).stat().st_size for name in manifest.networks),
        network_count=len(manifest.networks),
        upstream=MANIFEST.removesuffix(".yaml"),
    )


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a bare checkpoint does not say of itself; see `LocalManifest`."""

    id: str
    license: str
    license_uri: str = ""
    display_name: str = ""
    description: str = ""


def add_checkpoint(
    checkpoint: Path, description: Description, models_dir: Path, report: Report
) -> tuple[ModelInfo, Manifest]:
    """Converts a Demucs checkpoint (`.th`, a pickle) in a sandboxed child, and adds it as a model.

    Raises:
        InstallError: nothing was changed.
    """
    if not checkpoint.is_file():
        raise SourceMissing(f"{checkpoint} is not a file.")
    size = checkpoint.stat().st_size
    report("converting", 0, size)
    with tempfile.TemporaryDirectory(prefix="sfa-convert-") as name:
        folder = Path(name)
        try:
            network = converted("services.processing.adapters.convert", checkpoint, folder)
        except NotConverted as error:
            raise SourceRefused(str(error)) from error
        fields = {**asdict(description), "networks": [network.name]}
        (folder / MANIFEST).write_text(yaml.safe_dump(fields, allow_unicode=True), encoding="utf-8")
        return add_folder(folder, models_dir, report)
