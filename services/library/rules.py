"""Which values of a request are good. Every check lists all faults at once."""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath

from services.library.domain import Filter, Order, Source, Stem, folded
from services.mesh.audio.tags import MAX_TEXT, Tags
from services.mesh.errors import InvalidRequest, Violation
from services.mesh.music import Key, parse_key

MAX_FILENAME_BYTES = 255
MAX_REQUEST_ID = 64
MAX_FILTER = 200
UNTITLED = "untitled"

MAX_URI = 2048
MAX_ARTWORK_BYTES = 4 * 2**20
_ARTWORK_TYPES = {"image/jpeg", "image/png", "image/webp", "image/gif"}

_TEXTS = ("title", "artist", "album", "album_artist", "genre")
UPDATABLE = (*_TEXTS, "release_date", "track_number", "isrc")
_ORDERS = ("create_time", "update_time", "title", "artist", "album", "duration", "bpm", "key")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DATE = re.compile(r"([0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?")
_ISRC = re.compile(r"([A-Z]{2}[A-Z0-9]{3}[0-9]{7})?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TEMPI = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)(?:-([0-9]{1,3}(?:\.[0-9]{1,3})?))?")
_MAX_INT32 = 2**31 - 1


def clean_filename(filename: str) -> str:
    """Returns the last component of a path of any system, without control characters; "untitled" if nothing is left."""
    last = PureWindowsPath(PurePosixPath(_CONTROL.sub("", filename)).name).name.strip()
    return UNTITLED if last in {"", ".", ".."} else last


def check_upload(filename: str, request_id: str) -> None:
    """Checks the fields of an upload.

    Raises:
        InvalidRequest: listing every fault.
    """
    faults = []
    size = len(clean_filename(filename).encode())
    if size > MAX_FILENAME_BYTES:
        faults.append(Violation("filename", f"must be at most {MAX_FILENAME_BYTES} bytes of UTF-8, not {size}"))
    if len(request_id) > MAX_REQUEST_ID:
        faults.append(Violation("request_id", f"must be at most {MAX_REQUEST_ID} characters, not {len(request_id)}"))
    if faults:
        raise InvalidRequest(faults)


def check_import(filename: str, source: Source, known: Tags) -> None:
    """Checks what a worker hands over with a file.

    Raises:
        InvalidRequest: listing every fault.
    """
    faults = []
    if len(clean_filename(filename).encode()) > MAX_FILENAME_BYTES:
        faults.append(Violation("filename", f"must be at most {MAX_FILENAME_BYTES} bytes of UTF-8"))
    if not source.download or len(source.download) > MAX_REQUEST_ID:
        faults.append(Violation("source.download", "must be downloads/{download}"))
    if not source.uri or len(source.uri) > MAX_URI:
        faults.append(Violation("source.uri", f"must have 1 to {MAX_URI} characters"))
    if len(source.license_note) > MAX_TEXT:
        faults.append(Violation("source.license_note", f"must be at most {MAX_TEXT} characters"))
    for field in ("title", "artist", "album", "album_artist", "release_date", "track_number", "isrc"):
        value = getattr(known, field)
        if value and (fault := _field_fault(field, value)):
            faults.append(Violation(f"tags.{field}", fault))
    if known.artwork and (
        len(known.artwork.data) > MAX_ARTWORK_BYTES or known.artwork.media_type not in _ARTWORK_TYPES
    ):
        faults.append(Violation("tags.artwork", "must be a jpeg, png, webp or gif image of at most 4 MiB"))
    if faults:
        raise InvalidRequest(faults)


def initial_title(tags: Tags, filename: str) -> str:
    """Returns the tagged title, or the file's name without its extension."""
    return tags.title or (PurePosixPath(filename).stem or filename)[:MAX_TEXT]


def checked_changes(values: Mapping[str, str | int], mask: Sequence[str]) -> dict[str, str | int]:
    """Returns the fields of a track to change, with their new values.

    Args:
        values: value of every updatable field.
        mask: fields to change; empty = every one that is not empty.

    Raises:
        InvalidRequest: listing every fault.
    """
    faults = [
        Violation("update_mask", f"{field!r} cannot be updated; these can: {', '.join(UPDATABLE)}")
        for field in mask
        if field not in UPDATABLE
    ]
    chosen = [field for field in UPDATABLE if (field in mask if mask else values[field])]
    faults += [
        Violation(f"track.{field}", fault)
        for field in chosen
        if (fault := _field_fault(field, values[field])) is not None
    ]
    if faults:
        raise InvalidRequest(faults)
    return {field: values[field] for field in chosen}


def _field_fault(field: str, value: str | int) -> str | None:
    if isinstance(value, int):
        return None if 0 <= value <= _MAX_INT32 else "must not be negative"
    if field == "release_date":
        return None if _DATE.fullmatch(value) else 'must be "YYYY", "YYYY-MM", "YYYY-MM-DD" or empty'
    if field == "isrc":
        return None if _ISRC.fullmatch(value) else "must be twelve characters such as USRC17607839, or empty"
    if len(value) > MAX_TEXT:
        return f"must be at most {MAX_TEXT} characters, not {len(value)}"
    if _CONTROL.search(value):
        return "must not contain control characters"
    return "must not be empty" if field == "title" and not value.strip() else None


def parse_order(order_by: str) -> Order:
    """Reads an order_by, for example "title desc".

    Raises:
        InvalidRequest: if it is not one.
    """
    field, *direction = order_by.split() or ["create_time"]
    if field not in _ORDERS or direction not in ([], ["asc"], ["desc"]):
        raise InvalidRequest(
            [Violation("order_by", f'must be one of {", ".join(_ORDERS)}, with an optional " desc", not {order_by!r}')]
        )
    return Order(field, descending=direction == ["desc"])


def parse_filter(text: str) -> Filter:
    """Reads a filter: words, and terms such as "bpm:120-128" and "key:8A".

    Raises:
        InvalidRequest: if the text is too long, or a term is not one.
    """
    if len(text) > MAX_FILTER:
        raise InvalidRequest([Violation("filter", f"must be at most {MAX_FILTER} characters, not {len(text)}")])
    words, tempi, keys = [], [], []
    for word in text.split():
        term, _, value = word.partition(":")
        if term.lower() == "bpm":
            tempi.append(_tempo_range(value))
        elif term.lower() == "key":
            keys.append(_key(value))
        else:
            words += folded(word).split()
    return Filter(tuple(words), tuple(tempi), tuple(keys))


def _tempo_range(text: str) -> tuple[int, int]:
    match = _TEMPI.fullmatch(text)
    if not match:
        raise InvalidRequest([Violation("filter", f"bpm:{text} must be a tempo or a range, such as bpm:120-128")])
    # A single tempo means what rounds to it.
    lowest, highest = (float(match[1]), float(match[2])) if match[2] else (float(match[1]) - 0.5, float(match[1]) + 0.5)
    return math.ceil(lowest * 1000), math.floor(highest * 1000)


def _key(text: str) -> Key:
    key = parse_key(text)
    if key is None:
        raise InvalidRequest([Violation("filter", f"key:{text} must be a key, such as key:8A or key:Am")])
    return key


def check_stems(model: str, stems: Sequence[Stem]) -> None:
    """Checks what a worker registers.

    Raises:
        InvalidRequest: listing every fault.
    """
    faults = []
    if not model:
        faults.append(Violation("model", "must not be empty"))
    if not stems:
        faults.append(Violation("stems", "must name at least one"))
    if len({stem.stem for stem in stems}) < len(stems):
        faults.append(Violation("stems", "must not name a stem twice"))
    for index, stem in enumerate(stems):
        if not stem.stem:
            faults.append(Violation(f"stems[{index}].stem", "must not be empty"))
        if len(stem.filename.encode()) > MAX_FILENAME_BYTES:
            faults.append(Violation(f"stems[{index}].filename", f"must be at most {MAX_FILENAME_BYTES} bytes of UTF-8"))
        if not _SHA256.fullmatch(stem.sha256):
            faults.append(Violation(f"stems[{index}].sha256", "must be 64 lower-case hexadecimal digits"))
        if stem.audio.sample_count < 1 or stem.audio.sample_rate_hz < 1:
            faults.append(Violation(f"stems[{index}].audio", "must have samples and a rate"))
    if faults:
        raise InvalidRequest(faults)


def check_results(filename: str, sha256: str, size_bytes: int) -> None:
    """Checks what a worker registers of an analysis.

    Raises:
        InvalidRequest: listing every fault.
    """
    faults = []
    if not filename or len(filename.encode()) > MAX_FILENAME_BYTES:
        faults.append(Violation("filename", f"must have 1 to {MAX_FILENAME_BYTES} bytes of UTF-8"))
    if not _SHA256.fullmatch(sha256):
        faults.append(Violation("sha256", "must be 64 lower-case hexadecimal digits"))
    if size_bytes < 1:
        faults.append(Violation("size_bytes", "must be positive"))
    if faults:
        raise InvalidRequest(faults)
