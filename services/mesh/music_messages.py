"""Keys and corrections as messages of the contract, and back."""

from alchemy.analysis.v1 import results_pb2
from alchemy.type.v1 import music_pb2
from services.mesh.music import Corrections, Key


def key_message(key: Key) -> music_pb2.Key:
    """Returns a key as the contract has it."""
    return music_pb2.Key(
        tonic=key.tonic,
        mode=music_pb2.MODE_MINOR if key.minor else music_pb2.MODE_MAJOR,
        name=key.name,
        camelot=key.camelot,
        open_key=key.open_key,
    )


def key_from(message: music_pb2.Key) -> Key:
    """Reads a key of the contract."""
    return Key(message.tonic, message.mode == music_pb2.MODE_MINOR)


def corrections_message(corrections: Corrections) -> results_pb2.Corrections:
    """Returns what people corrected, as the contract has it."""
    return results_pb2.Corrections(
        bpm=corrections.bpm,
        beat_at=corrections.beat_at,
        downbeat_at=corrections.downbeat_at,
        beats_per_bar=corrections.beats_per_bar,
        key=key_message(corrections.key) if corrections.key else None,
    )


def corrections_from(message: results_pb2.Corrections) -> Corrections:
    """Reads what people corrected."""
    return Corrections(
        bpm=message.bpm if message.HasField("bpm") else None,
        beat_at=message.beat_at if message.HasField("beat_at") else None,
        downbeat_at=message.downbeat_at if message.HasField("downbeat_at") else None,
        beats_per_bar=message.beats_per_bar,
        key=key_from(message.key) if message.HasField("key") else None,
    )
