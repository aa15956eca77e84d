"""From records to messages of the contract."""

from datetime import UTC
from datetime import datetime as Datetime  # noqa: N812 (Timestamp has a method of that name)

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from alchemy.spotify.v1 import catalogue_pb2 as pb
from services.spotify.domain import Album, Artist, Credit, Image, Playlist, PlaylistItem, Track


def track_message(track: Track) -> pb.Track:
    """Returns a track as the contract has it."""
    return pb.Track(
        name=track.ref.name,
        title=track.title,
        artists=[_credit(credit) for credit in track.artists],
        album=album_message(track.album) if track.album else None,
        duration=_duration(track.duration_ms),
        track_number=track.track_number,
        disc_number=track.disc_number,
        explicit=track.explicit,
        isrc=track.isrc,
        preview_uri=track.preview_uri,
        page_uri=track.ref.page_uri,
    )


def album_message(album: Album) -> pb.Album:
    """Returns an album as the contract has it."""
    return pb.Album(
        name=album.ref.name if album.ref else "",
        title=album.title,
        artists=[_credit(credit) for credit in album.artists],
        release_date=album.release_date,
        track_count=album.track_count,
        artwork=[_image(image) for image in album.artwork],
        page_uri=album.ref.page_uri if album.ref else "",
    )


def artist_message(artist: Artist) -> pb.Artist:
    """Returns an artist as the contract has it."""
    return pb.Artist(
        name=artist.ref.name,
        title=artist.title,
        genres=artist.genres,
        artwork=[_image(image) for image in artist.artwork],
        page_uri=artist.ref.page_uri,
    )


def playlist_message(playlist: Playlist) -> pb.Playlist:
    """Returns a playlist as the contract has it."""
    return pb.Playlist(
        name=playlist.ref.name,
        title=playlist.title,
        description=playlist.description,
        owner_title=playlist.owner_title,
        item_count=playlist.item_count,
        artwork=[_image(image) for image in playlist.artwork],
        page_uri=playlist.ref.page_uri,
        snapshot=playlist.snapshot,
    )


def item_message(item: PlaylistItem) -> pb.PlaylistItem:
    """Returns one place of a playlist as the contract has it."""
    return pb.PlaylistItem(
        position=item.position,
        kind=f"KIND_{item.kind.value}",
        track=track_message(item.track) if item.track else None,
        title=item.title,
        add_time=_timestamp(item.added),
    )


def _credit(credit: Credit) -> pb.ArtistCredit:
    return pb.ArtistCredit(name=credit.ref.name if credit.ref else "", title=credit.title)


def _image(image: Image) -> pb.Image:
    return pb.Image(uri=image.uri, width=image.width, height=image.height)


def _duration(milliseconds: int) -> Duration | None:
    if not milliseconds:
        return None
    duration = Duration()
    duration.FromMilliseconds(milliseconds)
    return duration


def _timestamp(time: Datetime | None) -> Timestamp | None:
    # Playlists from before 2014 say 1970-01-01: nobody wrote it down.
    if time is None or time.timestamp() <= 0:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(time.astimezone(UTC).replace(tzinfo=None))
    return stamp
