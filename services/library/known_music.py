"""What workers and the analysis service do with what the library knows about the music of tracks."""

from collections.abc import Callable, Sequence

from services.library import rules
from services.library.adapters.music import SqlMusic
from services.library.domain import Artifact, ArtifactKind, job_track, track_id
from services.library.music import Music, Summary
from services.library.usecases import Library, now_us
from services.mesh.blobs import LocalBlobStore
from services.mesh.errors import BlobMissing, MusicChanged, TrackNotFound
from services.mesh.ids import new_id
from services.mesh.music import Corrections

_MEDIA_TYPE = "application/x-protobuf"


class KnownMusic:
    """The use cases; every call names the owner on whose behalf it is made."""

    def __init__(
        self, *, library: Library, catalogue: SqlMusic, blobs: LocalBlobStore, on_change: Callable[[], None]
    ) -> None:
        """Makes the use cases; `on_change` is called after every change of a record."""
        self._library = library
        self._catalogue = catalogue
        self._blobs = blobs
        self._on_change = on_change

    async def get(self, owner: str, name: str) -> Music:
        """Returns what is known about a track. Raises TrackNotFound."""
        return (await self._library.get(owner, name)).music

    async def register(
        self,
        owner: str,
        analysis: str,
        *,
        sha256: str,
        size_bytes: int,
        filename: str,
        features: Sequence[str],
        measured: Summary,
    ) -> Artifact:
        """Adds the results of an analysis to its track; see RegisterAnalysis in the contract."""
        of_track = job_track(analysis, "analyses", field="analysis")
        rules.check_results(filename, sha256, size_bytes)
        # It may be an old one, which only a track refers to that is being deleted at this moment.
        if await self._blobs.renew(sha256) != size_bytes:
            raise BlobMissing(analysis)
        now = now_us()
        file = Artifact(
            id=new_id(),
            track_id=of_track,
            owner=owner,
            kind=ArtifactKind.ANALYSIS,
            filename=rules.clean_filename(filename),
            media_type=_MEDIA_TYPE,
            size_bytes=size_bytes,
            sha256=sha256,
            created_us=now,
            analysis=analysis,
        )
        added = await self._catalogue.add_results(file, analysis, features, measured, now)
        if added is None:
            raise TrackNotFound(f"tracks/{of_track}")
        self._on_change()
        return added

    async def correct(self, owner: str, name: str, corrections: Corrections, revision: int) -> Music:
        """Replaces what people corrected.

        Raises:
            TrackNotFound: there is no such track.
            MusicChanged: what is known has changed since `revision`.
        """
        music = await self._catalogue.put_corrections(owner, track_id(name), corrections, revision, now_us())
        if music is None:
            raise TrackNotFound(name)
        if music.corrections != corrections:
            raise MusicChanged(name)
        self._on_change()
        return music
