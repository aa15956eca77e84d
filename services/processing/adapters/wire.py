"""What the worker and the engine's child process say to each other: one JSON object a line.

worker -> child   {"cmd": "separate", "id", "model", "source", "sha256", "out_dir", "wanted_stems", "complement",
                   "encoding", "options"}
                  {"cmd": "cancel", "id"}
child -> worker   {"event": "ready", "device", "hardware"}
                  {"event": "progress", "id", "stage", "fraction"}
                  {"event": "done", "id", "output": {...}}
                  {"event": "cancelled", "id"}
                  {"event": "error", "id", "reason", "message", "metadata"}
"""

from dataclasses import asdict
from pathlib import Path

from services.mesh.child import Message
from services.processing.domain import Encoding, Options
from services.processing.ports import SeparationOutput, SeparationRequest, StemOutput


def request_to_wire(request: SeparationRequest) -> Message:
    """Packs a request."""
    fields = asdict(request)
    return {"cmd": "separate", **fields, "source": str(request.source), "out_dir": str(request.out_dir)}


def request_from_wire(message: Message) -> SeparationRequest:
    """Unpacks a request."""
    return SeparationRequest(
        id=message["id"],
        model=message["model"],
        source=Path(message["source"]),
        sha256=message["sha256"],
        out_dir=Path(message["out_dir"]),
        wanted_stems=tuple(message["wanted_stems"]),
        complement=message["complement"],
        encoding=Encoding(message["encoding"]),
        options=Options.from_record(message["options"]),
    )


def output_to_wire(output: SeparationOutput) -> Message:
    """Packs a result."""
    fields = asdict(output)
    fields["stems"] = [
        {**asdict(stem), "path": str(stem.path), "waveform": str(stem.waveform)} for stem in output.stems
    ]
    return fields


def output_from_wire(message: Message) -> SeparationOutput:
    """Unpacks a result."""
    stems = tuple(
        StemOutput(**{**stem, "path": Path(stem["path"]), "waveform": Path(stem["waveform"])})
        for stem in message["stems"]
    )
    return SeparationOutput(**{**message, "stems": stems, "concessions": tuple(message["concessions"])})
