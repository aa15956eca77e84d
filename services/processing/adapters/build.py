"""What identifies the code that computes: two builds that are called alike give the same bytes."""

import functools
import hashlib
from importlib import metadata
from importlib.resources import files

from services.processing.domain import Precision

# Whatever lies in these packages may change a sample; hashing them all cannot forget one.
_PACKAGES = ("services.processing.adapters", "services.mesh.audio")
_LIBRARIES = ("demucs", "numpy", "soundfile", "soxr", "torch")


@functools.cache
def engine_build(precision: Precision) -> str:
    """Returns 16 hexadecimal digits made of the engine's source, the libraries that it computes with, and the precision.

    Imports none of them, so that services which only compare builds stay small.
    """
    digest = hashlib.sha256(precision.value.encode())
    for package in _PACKAGES:
        sources = (entry for entry in files(package).iterdir() if entry.name.endswith(".py"))
        for source in sorted(sources, key=lambda entry: entry.name):
            digest.update(f"{package}/{source.name}\n".encode() + source.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {_version(library)}\n".encode())
    return digest.hexdigest()[:16]


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "absent"
