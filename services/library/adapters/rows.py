"""Tracks and artifacts as rows of their tables, and back."""

import base64
import json
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.library.adapters.tables import changes, tracks
from services.library.domain import (
    Artifact,
    ArtifactKind,
    Audio,
    BlobRef,
    Source,
    Step,
    StepState,
    Track,
    search_text,
    sort_value,
)
from services.library.music import Music
from services.mesh.errors import ErrorRecord

_AUDIO = tuple(field.name for field in fields(Audio))
_SOURCE = tuple(field.name for field in fields(Source))
_NO_SOURCE = Source(uri="", provider="", license_note="", download="")
_NESTED = {"audio", "source", "steps", "music"}


def mine(owner: str, track_id: str) -> ColumnElement[bool]:
    """Returns the condition on a track of this id and owner."""
    return and_(tracks.c.id == track_id, tracks.c.owner == owner)


async def note_change(connection: AsyncConnection, owner: str, track_id: str) -> None:
    """Notes that a track has changed, or is gone, to be published."""
    await connection.execute(insert(changes).values(owner=owner, track_id=track_id))


def track_row(track: Track) -> dict[str, Any]:
    """Returns the columns of a track."""
    values = {field.name: getattr(track, field.name) for field in fields(Track)}
    values.update(asdict(values.pop("audio")))
    source = values.pop("source") or _NO_SOURCE
    return values | {
        **{f"source_{key}": value for key, value in asdict(source).items()},
        "steps": json.dumps([_step_record(step) for step in track.steps]),
        "steps_due_us": track.steps_due_us,
        "title_key": sort_value(track, "title"),
        "artist_key": sort_value(track, "artist"),
        "album_key": sort_value(track, "album"),
        "duration_ns": track.audio.duration_ns,
        "search": search_text(track),
        "music": json.dumps(track.music.to_record()) if track.music != Music() else "{}",
        "bpm_milli": track.music.bpm_milli,
        "key_order": track.music.key_order,
    }


def artifact_row(artifact: Artifact) -> dict[str, Any]:
    """Returns the columns of an artifact."""
    values = asdict(artifact)
    values.update(values.pop("audio") or dict.fromkeys(_AUDIO))
    waveform = values.pop("waveform") or dict.fromkeys(("sha256", "size_bytes"))
    return values | {"waveform_sha256": waveform["sha256"], "waveform_bytes": waveform["size_bytes"]}


def track_from(row: Row[Any]) -> Track:
    """Returns the track of a row."""
    values = row._asdict()
    audio = Audio(**{key: values[key] for key in _AUDIO})
    source = Source(**{key: values[f"source_{key}"] for key in _SOURCE})
    others = {f.name: values[f.name] for f in fields(Track) if f.name not in _NESTED}
    return Track(
        audio=audio,
        source=source if source != _NO_SOURCE else None,
        steps=tuple(map(_step, json.loads(values["steps"]))),
        music=Music.from_record(json.loads(values["music"])),
        **others,
    )


def _step_record(step: Step) -> dict[str, Any]:
    return asdict(step) | {"wish": base64.b64encode(step.wish).decode()}


def _step(record: dict[str, Any]) -> Step:
    error = record["error"]
    return Step(
        **record
        | {
            "wish": base64.b64decode(record["wish"]),
            "state": StepState(record["state"]),
            "error": ErrorRecord(**error) if error else None,
        }
    )


def artifact_from(row: Row[Any]) -> Artifact:
    """Returns the artifact of a row."""
    values = row._asdict()
    audio = Audio(**{key: values[key] for key in _AUDIO}) if values["sample_count"] is not None else None
    others = {f.name: values[f.name] for f in fields(Artifact) if f.name not in {"audio", "kind", "waveform"}}
    sha256, size_bytes = values["waveform_sha256"], values["waveform_bytes"]
    waveform = BlobRef(sha256=sha256, size_bytes=size_bytes) if sha256 else None
    return Artifact(audio=audio, kind=ArtifactKind(values["kind"]), waveform=waveform, **others)
