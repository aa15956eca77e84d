"""Between records and messages of the contract."""

from google.protobuf.duration_pb2 import Duration

from alchemy.chain.v1.chain_pb2 import Then
from alchemy.download.v1.download_pb2 import Download, Provider
from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.download.domain import DownloadSpec, Match, Song
from services.download.ports import Health, ProviderStatus
from services.mesh.jobs.job import Job
from services.mesh.jobs.messages import progress_message, timestamp

_TEXTS = ("title", "artist", "album", "album_artist", "release_date", "track_number", "isrc", "artwork_uri")


def song_from(message: Download.Song) -> Song:
    """Returns what a caller knows about a song."""
    seconds = message.duration.ToMicroseconds() / 1e6 if message.HasField("duration") else None
    texts = {field: getattr(message, field) for field in _TEXTS}
    return Song(**texts, artists=tuple(message.artists), duration_seconds=seconds)


def download_message(job: Job, queue_position: int | None = None) -> Download:
    """Returns a download as the contract has it."""
    spec = DownloadSpec.from_record(job.spec)
    result = job.result or {}
    message = Download(
        name=job.name,
        link=spec.link,
        allow_duplicate=spec.allow_duplicate,
        state=f"JOB_STATE_{job.state.value}",
        progress=progress_message(job, queue_position),
        provider=job.details.get("provider", ""),
        track=result.get("track", ""),
        reused=result.get("reused", False),
        cancel_requested=job.cancel_requested,
        create_time=timestamp(job.created_at),
        start_time=timestamp(job.started_at),
        end_time=timestamp(job.ended_at),
        revision=job.revision,
    )
    if spec.song != Song():
        message.song.CopyFrom(_song_message(spec.song))
    if spec.then:
        message.then.CopyFrom(Then.FromString(spec.then))
    if transfer := job.details.get("transfer"):
        message.transfer.CopyFrom(Download.Transfer(**transfer))
    if match := job.details.get("match"):
        message.match.CopyFrom(_match_message(Match(**match)))
    if job.error is not None:
        message.error.CopyFrom(job.error.to_status())
    return message


def provider_message(status: ProviderStatus, health: Health) -> Provider:
    """Returns a provider as the contract has it."""
    off = "" if status.enabled else "It is switched off; the operator's setting is DOWNLOAD_PROVIDERS."
    reason = off or status.unavailable_reason
    message = Provider(
        id=status.id,
        description=status.description,
        enabled=status.enabled,
        available=not reason,
        unavailable_reason=reason,
        version=status.version,
        last_success_time=timestamp(health.succeeded),
    )
    if health.failure is not None:
        failure, when = health.failure, timestamp(health.failed)
        message.last_failure.MergeFrom(Provider.Failure(reason=failure.reason, message=failure.message, time=when))
    return message


class DownloadEvents:
    """How downloads look in the event stream."""

    def changed(self, job: Job) -> Event:
        """Returns the event that carries the download as it is now."""
        return Event(download_changed=download_message(job))

    def deleted(self, name: str) -> Event:
        """Returns the event that says that the download is gone."""
        return Event(download_deleted=name)


def _song_message(song: Song) -> Download.Song:
    message = Download.Song(**{field: getattr(song, field) for field in _TEXTS}, artists=song.artists)
    if song.duration_seconds is not None:
        message.duration.CopyFrom(_duration(song.duration_seconds))
    return message


def _match_message(match: Match) -> Download.Match:
    message = Download.Match(
        uri=match.uri,
        title=match.title,
        author=match.author,
        title_similarity=match.title_similarity,
        score=match.score,
        duration_difference_seconds=match.duration_difference_seconds,
    )
    if match.duration_seconds is not None:
        message.duration.CopyFrom(_duration(match.duration_seconds))
    return message


def _duration(seconds: float) -> Duration:
    message = Duration()
    message.FromMicroseconds(round(seconds * 1e6))
    return message
