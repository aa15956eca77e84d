"""Between what the library knows about music and messages of the contract."""

from collections.abc import Iterable

from alchemy.analysis.v1 import results_pb2
from alchemy.library.v1 import registry_service_pb2 as pb
from alchemy.type.v1 import music_pb2
from services.library.music import Music, Summary
from services.mesh.music_messages import corrections_message, key_from, key_message

_PREFIX = "FEATURE_"


def feature_names(values: Iterable[results_pb2.Feature]) -> list[str]:
    """Returns features as the library names them: "rhythm"."""
    return [results_pb2.Feature.Name(value).removeprefix(_PREFIX).lower() for value in values]


def summary_message(music: Music) -> music_pb2.MusicSummary:
    """Returns what lists show, as the contract has it."""
    shown = music.shown
    return music_pb2.MusicSummary(
        bpm=shown.bpm,
        bpm_confidence=shown.bpm_confidence,
        beats_per_bar=shown.beats_per_bar,
        beat_unit=shown.beat_unit,
        key=key_message(shown.key) if shown.key else None,
        key_confidence=shown.key_confidence,
        integrated_lufs=shown.integrated_lufs,
        corrected=music.corrected,
        revision=music.revision,
    )


def summary_from(message: music_pb2.MusicSummary) -> Summary:
    """Returns what an analysis measured."""
    return Summary(
        bpm=message.bpm,
        bpm_confidence=message.bpm_confidence,
        beats_per_bar=message.beats_per_bar,
        beat_unit=message.beat_unit,
        key=key_from(message.key) if message.HasField("key") else None,
        key_confidence=message.key_confidence,
        integrated_lufs=message.integrated_lufs if message.HasField("integrated_lufs") else None,
    )


def music_message(music: Music) -> pb.Music:
    """Returns all that is known, as the contract has it."""
    return pb.Music(
        features=[
            pb.FeatureResult(feature=_PREFIX + name.upper(), analysis=found.analysis, sha256=found.sha256)
            for name, found in music.features.items()
        ],
        corrections=corrections_message(music.corrections) if music.corrected else None,
        revision=music.revision,
    )
