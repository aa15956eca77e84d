"""Between records and messages of the contract."""

from alchemy.processing.v1.device_pb2 import Device as DeviceMessage
from alchemy.processing.v1.installation_pb2 import Installation
from alchemy.processing.v1.separation_pb2 import Model, Separation
from alchemy.realtime.v1.realtime_service_pb2 import Event
from alchemy.type.v1.audio_pb2 import AudioEncoding
from services.mesh.jobs.job import Job
from services.mesh.jobs.messages import progress_message, timestamp
from services.processing.devices import Device
from services.processing.domain import Encoding, InstallationSpec, SeparationSpec
from services.processing.options import set_options
from services.processing.usecases import CatalogueEntry

_ENCODINGS: dict[AudioEncoding, Encoding] = {
    AudioEncoding.AUDIO_ENCODING_UNSPECIFIED: Encoding.WAV_PCM16,
    AudioEncoding.AUDIO_ENCODING_WAV_PCM16: Encoding.WAV_PCM16,
    AudioEncoding.AUDIO_ENCODING_WAV_PCM24: Encoding.WAV_PCM24,
    AudioEncoding.AUDIO_ENCODING_WAV_FLOAT32: Encoding.WAV_FLOAT32,
    AudioEncoding.AUDIO_ENCODING_FLAC_PCM16: Encoding.FLAC_PCM16,
    AudioEncoding.AUDIO_ENCODING_FLAC_PCM24: Encoding.FLAC_PCM24,
    AudioEncoding.AUDIO_ENCODING_MP3: Encoding.MP3,
    AudioEncoding.AUDIO_ENCODING_M4A_AAC: Encoding.M4A_AAC,
    AudioEncoding.AUDIO_ENCODING_OGG_VORBIS: Encoding.OGG_VORBIS,
    AudioEncoding.AUDIO_ENCODING_OGG_OPUS: Encoding.OGG_OPUS,
}
_ENCODING_VALUES = {ours: theirs for theirs, ours in _ENCODINGS.items() if theirs}


def encoding_from(value: AudioEncoding) -> Encoding | None:
    """Returns the encoding for a value of the contract, None for one that this server does not know."""
    return _ENCODINGS.get(value)


def model_message(entry: CatalogueEntry) -> Model:
    """Returns a model as the contract has it."""
    info, availability = entry.info, entry.availability
    return Model(
        name=f"models/{info.id}",
        display_name=info.display_name,
        description=info.description,
        stems=info.stems,
        license=info.license,
        license_uri=info.license_uri,
        size_bytes=availability.size_bytes,
        network_count=info.network_count,
        quality=[Model.StemQuality(stem=stem, sdr_db=sdr) for stem, sdr in info.quality.items()],
        quality_source=info.quality_source,
        installed=availability.installed,
        unavailable_reason=availability.reason,
        install_command="" if availability.installed else info.install_command,
        default=entry.default,
        local=entry.local,
        max_segment_seconds=info.segment_seconds or 0,
    )


def device_message(device: Device, caller: str) -> DeviceMessage:
    """Returns a device as the contract has it for a caller, who learns of their own separations only."""
    return DeviceMessage(
        device=device.name,
        hardware=device.hardware,
        precision=device.precision,
        state=f"STATE_{device.state.name}",
        separation=device.separation if device.owner == caller else "",
        start_time=timestamp(device.started_at),
    )


def separation_message(job: Job, queue_position: int | None = None) -> Separation:
    """Returns a separation as the contract has it."""
    spec = SeparationSpec.from_record(job.spec)
    message = Separation(
        name=job.name,
        model=f"models/{spec.model}",
        wanted_stems=spec.wanted_stems,
        complement=spec.complement,
        encoding=_ENCODING_VALUES[spec.encoding],
        state=f"JOB_STATE_{job.state.value}",
        device=job.device,
        cancel_requested=job.cancel_requested,
        create_time=timestamp(job.created_at),
        start_time=timestamp(job.started_at),
        end_time=timestamp(job.ended_at),
        revision=job.revision,
    )
    message.progress.CopyFrom(progress_message(job, queue_position))
    if job.error is not None:
        message.error.CopyFrom(job.error.to_status())
    result = job.result or {}
    set_options(message, spec.options)
    message.reused = result.get("reused", False)
    message.gain = result.get("gain", 0.0)
    message.concessions.extend(result.get("concessions", ()))
    for stem in result.get("stems", ()):
        message.stems.add(**stem)
    return message


def installation_message(job: Job, queue_position: int | None = None) -> Installation:
    """Returns an installation as the contract has it."""
    spec = InstallationSpec.from_record(job.spec)
    result = job.result or {}
    message = Installation(
        name=job.name,
        license=spec.license,
        license_uri=spec.license_uri,
        state=f"JOB_STATE_{job.state.value}",
        progress=progress_message(job, queue_position),
        received_bytes=job.details.get("received_bytes", 0),
        total_bytes=job.details.get("total_bytes", spec.total_bytes),
        source=result.get("source", ""),
        cancel_requested=job.cancel_requested,
        create_time=timestamp(job.created_at),
        start_time=timestamp(job.started_at),
        end_time=timestamp(job.ended_at),
        revision=job.revision,
    )
    if job.error is not None:
        message.error.CopyFrom(job.error.to_status())
    for file in result.get("files", ()):
        message.files.add(filename=file["filename"], size_bytes=file["size"], sha256=file["sha256"])
    return message


class InstallationEvents:
    """How installations look in the event stream."""

    def changed(self, job: Job) -> Event:
        """Returns the event that carries the installation as it is now."""
        return Event(installation_changed=installation_message(job))

    def deleted(self, name: str) -> Event:
        """Returns the event that says that the installation is gone."""
        return Event(installation_deleted=name)


class SeparationEvents:
    """How separations look in the event stream."""

    def changed(self, job: Job) -> Event:
        """Returns the event that carries the separation as it is now."""
        return Event(separation_changed=separation_message(job))

    def deleted(self, name: str) -> Event:
        """Returns the event that says that the separation is gone."""
        return Event(separation_deleted=name)
