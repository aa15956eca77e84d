"""Features as messages of the contract, and back; the keys of estimates."""

from collections.abc import Iterable

from alchemy.analysis.v1 import results_pb2 as pb
from services.analysis.results import Feature, KeyEstimate, Mode
from services.mesh.music import Key


def feature_value(feature: Feature) -> str:
    """Returns the name of a feature in the contract."""
    return f"FEATURE_{feature.name}"


def features_from(values: Iterable[pb.Feature]) -> list[Feature]:
    """Returns features of the contract; those that this server does not know raise KeyError."""
    return [Feature[pb.Feature.Name(value).removeprefix("FEATURE_")] for value in values]


def key_of(estimate: KeyEstimate) -> Key:
    """Returns the key of an estimate."""
    return Key(estimate.tonic, estimate.mode is Mode.MINOR)
