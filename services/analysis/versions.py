"""Versions of the algorithms. Whoever changes what a feature measures raises its version: it is then measured anew."""

from collections.abc import Mapping

from services.analysis.results import Feature

VERSIONS: Mapping[Feature, str] = {
    Feature.RHYTHM: "1",
    Feature.KEY: "1",
    Feature.CHORDS: "1",
    Feature.FORM: "1",
    Feature.LOUDNESS: "1",
    Feature.TIMBRE: "1",
    Feature.MELODY: "1",
}
