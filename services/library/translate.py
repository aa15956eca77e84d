"""Between records and messages of the contract."""

from google.protobuf.timestamp_pb2 import Timestamp

from alchemy.chain.v1.chain_pb2 import Step as StepMessage
from alchemy.chain.v1.chain_pb2 import Then
from alchemy.library.v1 import registry_service_pb2 as registry_pb
from alchemy.library.v1 import track_pb2
from alchemy.type.v1.audio_pb2 import AudioProperties
from services.library.domain import ANALYZE, SEPARATE, Artifact, Audio, BlobRef, MediaAddress, Source, Stem, Step, Track
from services.library.music_messages import summary_message
from services.mesh.audio.tags import Artwork, Tags


def track_message(track: Track) -> track_pb2.Track:
    """Returns a track as the contract has it."""
    return track_pb2.Track(
        name=track.name,
        title=track.title,
        artist=track.artist,
        album=track.album,
        album_artist=track.album_artist,
        genre=track.genre,
        release_date=track.release_date,
        track_number=track.track_number,
        isrc=track.isrc,
        audio=_audio_message(track.audio),
        filename=track.filename,
        size_bytes=track.size_bytes,
        sha256=track.sha256,
        original_artifact=f"{track.name}/artifacts/{track.original_id}",
        artwork_artifact=f"{track.name}/artifacts/{track.artwork_id}" if track.artwork_id else "",
        create_time=_timestamp(track.created_us),
        update_time=_timestamp(track.updated_us),
        revision=track.revision,
        source=_source_message(track.source) if track.source else None,
        steps=map(_step_message, track.steps),
        music=summary_message(track.music) if track.music.revision else None,
    )


def artifact_message(artifact: Artifact, address: MediaAddress) -> track_pb2.Artifact:
    """Returns an artifact as the contract has it, with the address of its bytes."""
    return track_pb2.Artifact(
        name=artifact.name,
        kind=f"KIND_{artifact.kind.value}",
        filename=artifact.filename,
        media_type=artifact.media_type,
        size_bytes=artifact.size_bytes,
        sha256=artifact.sha256,
        audio=_audio_message(artifact.audio) if artifact.audio else None,
        stem=artifact.stem or "",
        separation=artifact.separation or "",
        model=artifact.model or "",
        analysis=artifact.analysis or "",
        create_time=_timestamp(artifact.created_us),
        media_uri=address.uri,
        waveform_uri=address.waveform_uri,
        media_expire_time=_timestamp(address.expires * 1_000_000),
    )


def stem_from(message: registry_pb.StemFile) -> Stem:
    """Returns a stem that a worker hands over."""
    audio = message.audio
    return Stem(
        stem=message.stem,
        sha256=message.sha256,
        size_bytes=message.size_bytes,
        filename=message.filename,
        media_type=message.media_type,
        audio=Audio(
            sample_count=audio.sample_count,
            sample_rate_hz=audio.sample_rate_hz,
            channel_count=audio.channel_count,
            bits_per_sample=audio.bits_per_sample,
            codec=audio.codec,
            peak=audio.peak,
        ),
        waveform=BlobRef(sha256=message.waveform_sha256, size_bytes=message.waveform_bytes)
        if message.waveform_sha256
        else None,
    )


def steps_from(then: Then, request: str) -> list[Step]:
    """Returns the steps that somebody wishes; `request` makes their request ids, so it tells one wish from another."""
    wishes = [(action, getattr(then, action)) for action in (SEPARATE, ANALYZE) if then.HasField(action)]
    return [
        Step(action=action, request_id=f"then-{action}-{request}", wish=wish.SerializeToString())
        for action, wish in wishes
    ]


def source_from(message: track_pb2.Source) -> Source:
    """Returns where a file came from."""
    return Source(
        uri=message.uri,
        provider=message.provider,
        license_note=message.license_note,
        download=message.download,
    )


def tags_from(message: registry_pb.Tags) -> Tags:
    """Returns the tags that a worker hands over."""
    artwork = Artwork(data=message.artwork, media_type=message.artwork_media_type) if message.artwork else None
    return Tags(
        title=message.title,
        artist=message.artist,
        album=message.album,
        album_artist=message.album_artist,
        release_date=message.release_date,
        track_number=message.track_number,
        isrc=message.isrc,
        artwork=artwork,
    )


def _source_message(source: Source) -> track_pb2.Source:
    return track_pb2.Source(
        uri=source.uri, provider=source.provider, license_note=source.license_note, download=source.download
    )


def _step_message(step: Step) -> StepMessage:
    return StepMessage(
        action=step.action,
        state=f"STATE_{step.state.value}",
        job=step.job,
        error=step.error.to_status() if step.error else None,
    )


def _audio_message(audio: Audio) -> AudioProperties:
    message = AudioProperties(
        sample_count=audio.sample_count,
        sample_rate_hz=audio.sample_rate_hz,
        channel_count=audio.channel_count,
        bits_per_sample=audio.bits_per_sample,
        codec=audio.codec,
        peak=audio.peak,
    )
    message.duration.FromNanoseconds(audio.duration_ns)
    return message


def _timestamp(microseconds: int) -> Timestamp:
    message = Timestamp()
    message.FromMicroseconds(microseconds)
    return message
