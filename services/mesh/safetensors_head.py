"""The head of a safetensors file, read without torch: eight bytes that say how long it is, and JSON.

Source: https://github.com/huggingface/safetensors, "Format".
"""

import json
from collections.abc import Mapping
from pathlib import Path

_LENGTH_BYTES = 8
_LARGEST_BYTES = 100_000_000
"""What the format allows; networks have some 150 kB."""


def read(path: Path) -> bytes:
    """Returns the head of a file, and nothing else of it.

    Raises:
        OSError: it cannot be read.
        ValueError: it is longer than the format allows.
    """
    with path.open("rb") as file:
        start = file.read(_LENGTH_BYTES)
        size = int.from_bytes(start, "little")
        if size > _LARGEST_BYTES:
            raise ValueError(f"a header of {size} bytes")
        return start + file.read(size)


def metadata(content: bytes) -> Mapping[str, str]:
    """Returns what a file says of itself; `content` begins with its head.

    Raises:
        ValueError: it says nothing, or is no safetensors file.
    """
    size = int.from_bytes(content[:_LENGTH_BYTES], "little")
    head = json.loads(content[_LENGTH_BYTES : _LENGTH_BYTES + size])
    told = head.get("__metadata__") if isinstance(head, dict) else None
    if not told:
        raise ValueError("no metadata in its head")
    return dict(told)
