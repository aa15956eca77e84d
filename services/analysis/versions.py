"""Versions of the algorithms, of all features that can be measured. Light: the service reads it, which measures nothing.

Whoever changes what a feature measures raises its version: it is then measured anew when it is asked for.
"""

from collections.abc import Mapping

from services.analysis.results import Feature

VERSIONS: Mapping[Feature, str] = {
    Feature.RHYTHM: "1.2",
    # Key and chords stand on the beats, and the form on the bars: a new rhythm makes them new. The key listens to how the parts of the form
    # begin, and chords are named in the light of the key.
    Feature.KEY: "1.6",
    Feature.CHORDS: "1.6",
    Feature.FORM: "1.5",
    Feature.LOUDNESS: "1",
    Feature.TIMBRE: "1",
    Feature.MELODY: "1.1",
    Feature.SPECTROGRAM: "1",
}

_ON_BEATS = frozenset({Feature.RHYTHM, Feature.KEY, Feature.CHORDS, Feature.FORM})


def versions(tracker: str = "") -> Mapping[Feature, str]:
    """Returns the versions of all features where beats are found by a network.

    Args:
        tracker: what tells the network from others; empty = beats are found by ours.
    """
    if not tracker:
        return VERSIONS
    return {
        feature: f"{version} on {tracker}" if feature in _ON_BEATS else version for feature, version in VERSIONS.items()
    }
