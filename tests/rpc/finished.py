"""Separations that have succeeded, without having run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from alchemy.processing.v1 import processing_service_pb2 as pb
from alchemy.processing.v1.separation_pb2 import Separation
from services.mesh.jobs import job as moves
from services.processing.ports import FloatArray
from tests.rpc.conftest import AS_OWNER, TRACK, Mesh

RATE = 44100


def tones(stems: Sequence[str]) -> dict[str, FloatArray]:
    """Returns a second of stereo tones for each stem, shape (n, 2)."""
    time = np.arange(RATE) / RATE
    return {
        stem: np.stack([np.sin(time * 2000 * (n + 1)), np.cos(time * 1000 * (n + 1))], 1).astype(np.float32) * 0.1
        for n, stem in enumerate(stems)
    }


async def finished(
    mesh: Mesh,
    folder: Path,
    stems: dict[str, FloatArray],
    *,
    subtype: str = "PCM_16",
    rate: int = RATE,
    **wanted: object,
) -> str:
    """Makes a separation of the owner's track whose stems are 16-bit WAV files, or of another subtype of libsndfile."""
    files = {}
    for stem, samples in stems.items():
        files[stem] = folder / f"{stem}.wav"
        soundfile.write(files[stem], samples, rate, subtype)
    return await finished_with(mesh, files, **wanted)


async def finished_with(mesh: Mesh, files: dict[str, Path], **wanted: object) -> str:
    """Makes a separation of which these files are the stems; they are moved away."""
    separation = Separation(**wanted)  # type: ignore[arg-type]  # fields of the message
    request = pb.CreateSeparationRequest(parent=TRACK, separation=separation)
    name = (await mesh.processing.CreateSeparation(request, metadata=AS_OWNER)).separation.name
    listed = []
    for stem, path in files.items():
        size = path.stat().st_size
        digest = await mesh.blobs.put_file(path)
        listed.append({"stem": stem, "artifact": f"{TRACK}/artifacts/a", "size_bytes": size, "sha256": digest.sha256})
    await mesh.store.change(name, lambda job: moves.claimed(job, 10.0))
    await mesh.store.change(name, lambda job: moves.succeeded(job, 1, {"stems": listed}, 20.0))
    return name
