"""Features, keys and corrections as messages of the contract, and back."""

from collections.abc import Iterable

from alchemy.analysis.v1 import results_pb2 as pb
from alchemy.type.v1 import music_pb2
from services.analysis.domain import Corrections
from services.analysis.results import Feature, KeyEstimate, Mode
from services.mesh.music import Key


def feature_value(feature: Feature) -> str:
    """Returns the name of a feature in the contract."""
    return f"FEATURE_{feature.name}"


def features_from(values: Iterable[pb.Feature]) -> list[Feature]:
    """Returns features of the contract; those that this server does not know raise KeyError."""
    return [Feature[pb.Feature.Name(value).removeprefix("FEATURE_")] for value in values]


def key_message(key: Key) -> music_pb2.Key:
    """Returns a key as the contract has it."""
    return music_pb2.Key(
        tonic=key.tonic,
        mode=music_pb2.MODE_MINOR if key.minor else music_pb2.MODE_MAJOR,
        name=key.name,
        camelot=key.camelot,
        open_key=key.open_key,
    )


def key_of(estimate: KeyEstimate) -> Key:
    """Returns the key of an estimate."""
    return Key(estimate.tonic, estimate.mode is Mode.MINOR)


def key_from(message: music_pb2.Key) -> Key:
    """Reads a key of the contract."""
    return Key(message.tonic, message.mode == music_pb2.MODE_MINOR)


def corrections_message(corrections: Corrections) -> pb.Corrections:
    """Returns what people corrected, as the contract has it."""
    return pb.Corrections(
        bpm=corrections.bpm,
        beat_at=corrections.beat_at,
        downbeat_at=corrections.downbeat_at,
        beats_per_bar=corrections.beats_per_bar,
        key=key_message(corrections.key) if corrections.key else None,
    )


def corrections_from(message: pb.Corrections) -> Corrections:
    """Reads what people corrected."""
    return Corrections(
        bpm=message.bpm if message.HasField("bpm") else None,
        beat_at=message.beat_at if message.HasField("beat_at") else None,
        downbeat_at=message.downbeat_at if message.HasField("downbeat_at") else None,
        beats_per_bar=message.beats_per_bar,
        key=key_from(message.key) if message.HasField("key") else None,
    )
