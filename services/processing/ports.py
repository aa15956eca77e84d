"""What the service and its worker ask of the engine, of the mixer and of the library, and what a model must be to run."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from services.processing.catalogue import Availability, ModelInfo
from services.processing.devices import Device
from services.processing.domain import Encoding, Options, StemFile, StemResult, TrackSource
from services.processing.mix import MixReport, MixSpec

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class SeparationRequest:
    """One separation, as a worker asks for it.

    Attributes:
        id: the job, for logs; unique among the requests of one engine.
        model: id of an installed model.
        source: the original audio file, any format that ffmpeg decodes.
        sha256: of the source, 64 hexadecimal digits; with it a checkpoint is tied to the file.
        out_dir: the job's folder, see `runs`. What a run leaves there when it dies or is stopped, the next one of the same
            folder goes on with. Its owner removes it when nobody needs the stems any more.
        wanted_stems: stems to write, in any order; empty = all stems of the model.
        complement: also write the mix without the wanted stems.
        encoding: how the stems are written.
        options: how the track is separated.
    """

    id: str
    model: str
    source: Path
    sha256: str
    out_dir: Path
    wanted_stems: tuple[str, ...] = ()
    complement: bool = False
    encoding: Encoding = Encoding.WAV_PCM16
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, kw_only=True)
class StemOutput:
    """One finished stem, written and closed, not yet fsynced.

    Attributes:
        stem: which stem; "no-..." for the complement.
        path: the file, in a folder of its run below the request's out_dir.
        waveform: the file of its outline, beside it; see services.mesh.audio.waveform.
        filename_suffix: ".wav", ".flac", ".mp3", ".m4a", ".ogg" or ".opus".
        media_type: the IANA media type.
        sample_count: sample frames per channel.
        sample_rate_hz: sample frames per second.
        channel_count: always 2.
        bits_per_sample: as stored; 0 for lossy codecs.
        codec: in ffmpeg's spelling.
        peak: largest absolute sample, 1.0 = full scale, after `SeparationOutput.gain`.
    """

    stem: str
    path: Path
    waveform: Path
    filename_suffix: str
    media_type: str
    sample_count: int
    sample_rate_hz: int
    channel_count: int
    bits_per_sample: int
    codec: str
    peak: float


@dataclass(frozen=True, kw_only=True)
class SeparationOutput:
    """What a separation made.

    Attributes:
        model: the model that ran.
        device: what computed it: "cpu", "cuda:0", "mps".
        gain: the factor that all stems were multiplied by so that none clips; 1.0 when nothing had to be done.
        stems: in the model's stem order, the complement last.
        weights: identifies the weights that were used.
        build: identifies the code that ran.
        concessions: how it ran otherwise than asked because memory ran out, as `name=value`; empty if it did not.
    """

    model: str
    weights: str
    build: str
    device: str
    gain: float
    stems: tuple[StemOutput, ...]
    concessions: tuple[str, ...] = ()


class SeparationCancelled(Exception):
    """The separation was ended by `Engine.cancel`."""


class Engine(Protocol):
    """Separates tracks, one at a time, somewhere else than in the caller's process."""

    @property
    def device(self) -> str:
        """What computes: "cpu", "cuda:0", "mps"; empty until a separation has started."""

    def describe(self) -> Device:
        """Tells how the device is, apart from what is given to it: starting, unavailable or idle."""

    async def separate(self, request: SeparationRequest, on_progress: Callable[[str, float], None]) -> SeparationOutput:
        """Runs one separation to its end.

        Args:
            request: what is wanted.
            on_progress: called on the event loop with the stage ("preparing", "separating", "encoding") and the fraction of
                the whole in [0, 1], which never falls.

        Raises:
            MeshError: ModelNotInstalled, WeightsCorrupt, AudioUndecodable, OutOfMemory, DeviceUnavailable, StorageFull...
            SeparationCancelled: `cancel` was called.
            ChildDied: the process died.
        """

    async def cancel(self) -> None:
        """Ends the running separation within two seconds; returns when it has ended. Harmless when none runs."""

    async def close(self) -> None:
        """Ends the process. A running separation ends with SeparationCancelled."""


class Withdrawn(Protocol):
    """A model that is on its way out."""

    def restore(self) -> None:
        """Puts the model back."""

    def discard(self) -> None:
        """Removes the model for good."""


class Models(Protocol):
    """Knows which models can run here."""

    def availability(self, model: ModelInfo) -> Availability:
        """Looks whether the model's weights are there."""

    def local(self) -> Sequence[ModelInfo]:
        """Returns the models here that are not of the catalogue, by id."""

    def withdraw(self, model: ModelInfo) -> Withdrawn:
        """Takes a model away, so that nothing new can start with it. Raises FileNotFoundError if it is not there."""


class Library(Protocol):
    """Where tracks come from and stems go to."""

    async def source(self, owner: str, track: str) -> TrackSource:
        """Returns the audio of a track. Raises TrackNotFound or DependencyUnavailable."""

    async def register(
        self, owner: str, separation: str, model: str, stems: Sequence[StemFile]
    ) -> tuple[StemResult, ...]:
        """Makes the stems of a separation visible, all or none; repeating it changes nothing.

        Raises TrackNotFound, BlobMissing or DependencyUnavailable.
        """


@dataclass(frozen=True)
class CoverFile:
    """A cover image that files in the making can carry."""

    path: Path
    media_type: str


@dataclass(frozen=True, kw_only=True)
class MixRequest:
    """One mix, as the service asks for it.

    Attributes:
        stems: a file for each of `spec.stems`.
        spec: what is wanted; its stems are named.
        seconds: about how long the stems are, for the progress; 0 = unknown.
        out: the new file, alone in its folder, with the suffix of its encoding.
        tags: what it says about itself, by the names of Vorbis comments.
        cover: the image that it carries.
    """

    stems: Sequence[Path]
    spec: MixSpec
    seconds: float
    out: Path
    tags: Mapping[str, str]
    cover: CoverFile | None


class Mixer(Protocol):
    """Mixes stems, somewhere else than in the caller's process."""

    def mix(self, request: MixRequest) -> AsyncGenerator[float | MixReport, None]:
        """Writes a mix. Yields the fraction that is done, first when the stems are open, and at last what it became.

        Closing the iterator ends the work.

        Raises:
            MeshError: InvalidRequest if the stems end before the mix begins, BlobMissing, StorageFull.
        """


@dataclass(frozen=True)
class Span:
    """The samples [start, stop) of a track."""

    start: int
    stop: int


class Samples(Protocol):
    """A stereo track that can be read anywhere."""

    @property
    def length(self) -> int:
        """Sample frames."""

    @property
    def mono_mean(self) -> float:
        """Mean of the mono mix, (left + right) / 2, over the whole track."""

    @property
    def mono_std(self) -> float:
        """Standard deviation of the mono mix, sample estimate; 0 for a single sample."""

    def read(self, start: int, stop: int) -> FloatArray:
        """Returns samples [start, stop), shape (2, stop - start), with zeros where that is outside the track."""


@dataclass(frozen=True)
class Piece:
    """A model's estimate of one span.

    Attributes:
        values: the stems, already multiplied by `weight`, shape (stems, 2, samples).
        weight: how much each sample counts against overlapping pieces, shape (samples,); never 0 where no other piece is.
    """

    values: FloatArray
    weight: FloatArray


class Separator(Protocol):
    """A loaded model: it cuts a track into overlapping spans and estimates the stems of one span at a time."""

    @property
    def stems(self) -> tuple[str, ...]:
        """The stems, in the order of the network's outputs."""

    @property
    def sample_rate(self) -> int:
        """The sample rate that the model was trained at, in hertz."""

    @property
    def batch_size(self) -> int:
        """How many spans to give to `estimate` at a time. With 1, estimates do not depend on how spans are grouped."""

    def plan(self, length: int, stems: Sequence[str]) -> tuple[Sequence[Span], int]:
        """Returns the spans that cover [0, length), with rising starts, and how many steps `estimate` takes for each."""

    def estimate(
        self, mix: Samples, spans: Sequence[Span], stems: Sequence[str], on_step: Callable[[], None]
    ) -> list[Piece]:
        """Estimates the given stems, in the given order, over some spans of the plan; one piece for each span.

        `on_step` is called after each step of all these spans, that is after each network; it may raise to stop the work.
        """


class Model(Separator, Protocol):
    """A separator as it was loaded."""

    def configured(self, seconds: float | None, overlap: float | None, most_at_once: int) -> Separator:
        """Returns this model with other segments, None = its own, and a batch size that fits into memory, at most as given.

        A model whose segments are fixed keeps them.
        """
