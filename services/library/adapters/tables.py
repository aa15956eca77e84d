"""The tables of the library; types that SQLite and PostgreSQL share. Migrations make them, see migrations/versions.

Times are microseconds since 1970, so that they sort and compare exactly in both.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TEXT

metadata = MetaData()

# Sorted by UTF-8 in both databases, whatever the language of the server: cursors of lists depend on it.
_SORTED = Text().with_variant(TEXT(collation="C"), "postgresql")


def _audio_columns(*, nullable: bool) -> list[Column[object]]:
    return [
        Column("sample_count", BigInteger, nullable=nullable),
        Column("sample_rate_hz", Integer, nullable=nullable),
        Column("channel_count", Integer, nullable=nullable),
        Column("bits_per_sample", Integer, nullable=nullable),
        Column("codec", String(64), nullable=nullable),
        Column("peak", Float, nullable=nullable),
    ]


tracks = Table(
    "tracks",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", String(255), nullable=False),
    Column("title", Text, nullable=False),
    Column("artist", Text, nullable=False),
    Column("album", Text, nullable=False),
    Column("album_artist", Text, nullable=False),
    Column("genre", Text, nullable=False),
    Column("release_date", String(10), nullable=False),
    Column("track_number", Integer, nullable=False),
    Column("isrc", String(12), nullable=False),
    *_audio_columns(nullable=False),
    Column("filename", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("original_id", String(36), nullable=False),
    Column("artwork_id", String(36)),
    Column("created_us", BigInteger, nullable=False),
    Column("updated_us", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    # What lists are sorted by and searched in: letter case removed, which databases only do for ASCII.
    Column("title_key", _SORTED, nullable=False),
    Column("artist_key", _SORTED, nullable=False),
    Column("album_key", _SORTED, nullable=False),
    Column("duration_ns", BigInteger, nullable=False),
    Column("search", Text, nullable=False),
    # Empty for files that a client uploaded.
    Column("source_uri", Text, nullable=False, server_default=""),
    Column("source_provider", Text, nullable=False, server_default=""),
    Column("source_license_note", Text, nullable=False, server_default=""),
    Column("source_download", Text, nullable=False, server_default=""),
    # A JSON list of what follows by itself, and when the next of it is due; NULL if nothing is.
    Column("steps", Text, nullable=False, server_default="[]"),
    Column("steps_due_us", BigInteger),
    # What is known about the music, as JSON; and what lists are sorted by and searched for of it, 0 = unknown.
    Column("music", Text, nullable=False, server_default="{}"),
    Column("bpm_milli", Integer, nullable=False, server_default="0"),
    Column("key_order", Integer, nullable=False, server_default="0"),
    Index("tracks_by_create_time", "owner", "created_us", "id"),
    Index("tracks_by_update_time", "owner", "updated_us", "id"),
    Index("tracks_by_title", "owner", "title_key", "id"),
    Index("tracks_by_artist", "owner", "artist_key", "id"),
    Index("tracks_by_album", "owner", "album_key", "id"),
    Index("tracks_by_duration", "owner", "duration_ns", "id"),
    Index("tracks_by_bpm", "owner", "bpm_milli", "id"),
    Index("tracks_by_key", "owner", "key_order", "id"),
    Index("tracks_by_source", "owner", "source_uri"),
    Index("tracks_by_download", "owner", "source_download"),
    Index("tracks_by_steps_due", "steps_due_us"),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("track_id", String(36), ForeignKey("tracks.id", ondelete="CASCADE"), nullable=False),
    Column("owner", String(255), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("filename", Text, nullable=False),
    Column("media_type", String(255), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    *_audio_columns(nullable=True),
    Column("stem", String(64)),
    Column("separation", String(128)),
    Column("model", String(64)),
    Column("analysis", String(128)),
    # The outline of the audio, a blob of its own.
    Column("waveform_sha256", String(64)),
    Column("waveform_bytes", BigInteger),
    # Rows without a separation are NULL here, and NULLs never collide.
    UniqueConstraint("separation", "stem", name="artifacts_one_per_stem"),
    Index("artifacts_of_track", "track_id", "created_us", "id"),
    Index("artifacts_by_bytes", "sha256"),
    # Likewise.
    Index("artifacts_of_analysis", "analysis", unique=True),
    Index("artifacts_by_waveform", "waveform_sha256"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("owner", String(255), primary_key=True),
    Column("request_id", String(64), primary_key=True),
    Column("track_id", String(36), ForeignKey("tracks.id", ondelete="CASCADE"), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Index("uploads_by_track", "track_id"),
)

# Tracks whose change has yet to be published; written in the transaction of the change, so that none is lost.
changes = Table(
    "changes",
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("owner", String(255), nullable=False),
    Column("track_id", String(36), nullable=False),
)
