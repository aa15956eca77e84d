"""Runs one separation from file to files, inside the engine's child process."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from services.mesh import heap
from services.mesh.errors import DeviceUnavailable, OutOfMemory, StemUnknown
from services.processing.adapters.build import engine_build
from services.processing.adapters.decode import decode
from services.processing.adapters.devices import hardware_name, is_out_of_memory, release_memory, resolve_device
from services.processing.adapters.encode import FORMATS
from services.processing.adapters.memory import rungs
from services.processing.adapters.overlap_add import START, separate
from services.processing.adapters.processor import MOST_SEGMENTS, Processor
from services.processing.adapters.progress import ENCODING, PREPARING, SEPARATING, ProgressMeter
from services.processing.adapters.shifts import Shifted
from services.processing.adapters.spleeter import load_spleeter
from services.processing.adapters.stem_files import write_stems
from services.processing.adapters.weights import InstalledModel, Manifest, ModelStore
from services.processing.adapters.workspace import Workspace
from services.processing.catalogue import Family, ModelInfo, complement_stem
from services.processing.domain import Precision, stem_rate
from services.processing.live import announce
from services.processing.ports import (
    FloatArray,
    Model,
    SeparationOutput,
    SeparationRequest,
)

# Expected seconds of work per second of audio on a slow CPU. Only their proportions matter, for one honest progress bar.
_DECODE_COST = 0.006
_log = logging.getLogger("engine")

_NETWORK_COST = {Family.SPLEETER: 0.02, Family.DEMUCS: 0.8}
_ENCODE_COST = {"flac": 0.012, "mp3": 0.04, "aac": 0.04, "vorbis": 0.03, "opus": 0.02}
_WAV_COST = 0.003
# The heap keeps what a segment frees for the next one (services.mesh.heap). Once in a while a block does not fit where one like it
# was, and memory grows by it for good; giving everything back now and then undoes that, for less than a hundredth of the time.
_STEPS_BETWEEN_RETURNS = 64


class Runner:
    """Separates one track at a time and keeps the last model loaded."""

    def __init__(
        self,
        models_dir: Path,
        device: str,
        ffmpeg: str,
        *,
        cpu_fallback: bool = False,
        precision: Precision = Precision.FLOAT32,
    ) -> None:
        """Loads nothing yet.

        Args:
            models_dir: the folder of installed models.
            device: as `resolve_device` takes it.
            ffmpeg: the program, from `ffmpeg_path`.
            cpu_fallback: whether a separation that does not fit into a GPU's memory may be computed by the CPU.
            precision: what networks compute with.
        """
        self._ffmpeg = ffmpeg
        self._cpu_fallback = cpu_fallback
        self._precision = precision
        self._store = ModelStore(models_dir)
        self._device_name = device
        self._loaded: tuple[tuple[Manifest, torch.device], Model] | None = None

    @property
    def device(self) -> str:
        """What computes; empty if the device that is asked for is not there."""
        try:
            return str(resolve_device(self._device_name))
        except DeviceUnavailable:
            return ""

    @property
    def hardware(self) -> str:
        """What the hardware of the device calls itself; empty if it is not there."""
        return hardware_name(torch.device(self.device)) if self.device else ""

    def run(
        self, request: SeparationRequest, report: Callable[[str, float], None], check: Callable[[], None]
    ) -> SeparationOutput:
        """Separates a track.

        Args:
            request: what is wanted.
            report: gets (stage, fraction of the whole).
            check: called between segments and blocks; raises to stop the work.

        Raises:
            MeshError: as `ports.Engine.separate`.
        """
        meter = ProgressMeter(report)
        meter.enter(PREPARING)
        device = resolve_device(self._device_name)
        model = self._store.open(request.model)
        failure = ""
        for rung in rungs(device.type, model.info, request.options, MOST_SEGMENTS, cpu_fallback=self._cpu_fallback):
            place = torch.device("cpu") if rung.on_cpu else device
            smaller = replace(request, options=rung.options)
            try:
                output = self._run(model, place, smaller, rung.most_at_once, meter=meter, check=check)
                return replace(output, concessions=rung.concessions)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                failure = str(error).split("\n", maxsplit=1)[0]
            # Outside of the handler, because the traceback holds what is to be given back.
            self._loaded = None
            release_memory(device)
            _log.warning("out of memory: %s", failure)
        raise OutOfMemory(failure or "the process ran out of memory")

    def _run(
        self,
        model: InstalledModel,
        device: torch.device,
        request: SeparationRequest,
        most_at_once: int,
        *,
        meter: ProgressMeter,
        check: Callable[[], None],
    ) -> SeparationOutput:
        wanted = _wanted(model.info, request.wanted_stems)
        options = request.options
        separator = self._model(model, device).configured(options.segment_seconds, options.overlap, most_at_once)
        if options.shifts:
            separator = Shifted(separator, options.shifts, options.seed)
        outputs = [*wanted, complement_stem(wanted)] if request.complement else wanted
        output = FORMATS[request.encoding]
        _, steps_per_span = separator.plan(1, wanted)
        meter.weigh(
            preparing=_DECODE_COST,
            separating=_NETWORK_COST[model.info.family] * steps_per_span * max(1, options.shifts),
            encoding=_ENCODE_COST.get(output.codec, _WAV_COST) * len(outputs),
        )
        build = engine_build(self._precision)
        key = _checkpoint_key(request, model.manifest, wanted, device, build=build, batch_size=separator.batch_size)
        with Workspace.open(request.out_dir, key, outputs) as work:
            mix, files = work.mix, work.stems
            announce(work.path, separator.sample_rate)
            start = work.position
            if start is None:
                decoded = decode(
                    request.source, separator.sample_rate, mix, check, part=options.part, ffmpeg=self._ffmpeg
                )
                work.notes = asdict(decoded)
                start = START
                work.save(start)
            spans, _ = separator.plan(mix.length, wanted)
            meter.enter(SEPARATING, start.spans / len(spans))

            def on_step(done: int, steps: int) -> None:
                check()
                meter.advance(SEPARATING, done / steps)
                if done % _STEPS_BETWEEN_RETURNS == 0:
                    heap.give_back()

            def write(block: FloatArray) -> None:
                start = files[0].length
                for file, samples in zip(files, block, strict=False):
                    file.append(samples)
                if request.complement:
                    files[-1].append(mix.read(start, start + block.shape[-1]) - block.sum(axis=0))

            separate(separator, mix, wanted, write, on_step, start=start, on_batch=work.save)
            meter.enter(ENCODING)
            rate = options.sample_rate_hz or stem_rate(request.encoding, work.notes["sample_rate_hz"])

            def on_written(done: float) -> None:
                check()
                meter.advance(ENCODING, done)

            gain, results = write_stems(
                work,
                outputs,
                request.encoding,
                rate_from=separator.sample_rate,
                rate_to=rate,
                on_block=on_written,
                ffmpeg=self._ffmpeg,
            )
        return SeparationOutput(
            model=model.info.id,
            weights=model.manifest.digest,
            build=build,
            device=str(device),
            gain=gain,
            stems=results,
        )

    def _model(self, model: InstalledModel, device: torch.device) -> Model:
        """Returns the model, loaded; the one before is let go first, so that two never share the memory."""
        # A model that was installed again has another manifest.
        if self._loaded is None or self._loaded[0] != (model.manifest, device):
            self._loaded = None
            processor = Processor(device, self._precision)
            if model.info.family is Family.SPLEETER:
                self._loaded = ((model.manifest, device), load_spleeter(model, processor))
            else:
                # Imported here because it takes a second, which Spleeter's users need not wait.
                from services.processing.adapters.demucs import load_demucs  # noqa: PLC0415

                self._loaded = ((model.manifest, device), load_demucs(model, processor))
        return self._loaded[1]


def _checkpoint_key(
    request: SeparationRequest,
    manifest: Manifest,
    wanted: Sequence[str],
    device: torch.device,
    *,
    build: str,
    batch_size: int,
) -> str:
    """Names everything that the samples depend on: with another key, a checkpoint is of no use.

    Unlike the files that come out, samples of one track must not come from two kinds of processor.
    """
    return json.dumps(
        {
            "build": build,
            "batch_size": batch_size,
            "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
            "processor": [torch.backends.cpu.get_cpu_capability(), torch.get_num_threads()],
            "source": request.sha256,
            "model": manifest.digest,
            "stems": list(wanted),
            "complement": request.complement,
            "options": asdict(request.options),
        }
    )


def _wanted(model: ModelInfo, names: Sequence[str]) -> list[str]:
    """Returns the wanted stems in the model's order. Raises StemUnknown."""
    for name in names:
        if name not in model.stems:
            raise StemUnknown(name, model.id, model.stems)
    return [stem for stem in model.stems if not names or stem in names]
