"""Tracks, artifacts, uploads and unpublished changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SORTED = sa.Text().with_variant(TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "changes",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("track_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_table(
        "tracks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("album", sa.Text(), nullable=False),
        sa.Column("album_artist", sa.Text(), nullable=False),
        sa.Column("genre", sa.Text(), nullable=False),
        sa.Column("release_date", sa.String(length=10), nullable=False),
        sa.Column("track_number", sa.Integer(), nullable=False),
        sa.Column("isrc", sa.String(length=12), nullable=False),
        sa.Column("sample_count", sa.BigInteger(), nullable=False),
        sa.Column("sample_rate_hz", sa.Integer(), nullable=False),
        sa.Column("channel_count", sa.Integer(), nullable=False),
        sa.Column("bits_per_sample", sa.Integer(), nullable=False),
        sa.Column("codec", sa.String(length=64), nullable=False),
        sa.Column("peak", sa.Float(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("original_id", sa.String(length=36), nullable=False),
        sa.Column("artwork_id", sa.String(length=36), nullable=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("updated_us", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("title_key", _SORTED, nullable=False),
        sa.Column("artist_key", _SORTED, nullable=False),
        sa.Column("album_key", _SORTED, nullable=False),
        sa.Column("duration_ns", sa.BigInteger(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("tracks_by_album", "tracks", ["owner", "album_key", "id"], unique=False)
    op.create_index("tracks_by_artist", "tracks", ["owner", "artist_key", "id"], unique=False)
    op.create_index("tracks_by_create_time", "tracks", ["owner", "created_us", "id"], unique=False)
    op.create_index("tracks_by_duration", "tracks", ["owner", "duration_ns", "id"], unique=False)
    op.create_index("tracks_by_title", "tracks", ["owner", "title_key", "id"], unique=False)
    op.create_index("tracks_by_update_time", "tracks", ["owner", "updated_us", "id"], unique=False)
    op.create_table(
        "artifacts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("track_id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("sample_count", sa.BigInteger(), nullable=True),
        sa.Column("sample_rate_hz", sa.Integer(), nullable=True),
        sa.Column("channel_count", sa.Integer(), nullable=True),
        sa.Column("bits_per_sample", sa.Integer(), nullable=True),
        sa.Column("codec", sa.String(length=64), nullable=True),
        sa.Column("peak", sa.Float(), nullable=True),
        sa.Column("stem", sa.String(length=64), nullable=True),
        sa.Column("separation", sa.String(length=128), nullable=True),
        sa.Column("model", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("separation", "stem", name="artifacts_one_per_stem"),
    )
    op.create_index("artifacts_by_bytes", "artifacts", ["sha256"], unique=False)
    op.create_index("artifacts_of_track", "artifacts", ["track_id", "created_us", "id"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("track_id", sa.String(length=36), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner", "request_id"),
    )
    op.create_index("uploads_by_track", "uploads", ["track_id"], unique=False)


def downgrade() -> None:
    """Drops them."""
    op.drop_index("uploads_by_track", table_name="uploads")
    op.drop_table("uploads")
    op.drop_index("artifacts_of_track", table_name="artifacts")
    op.drop_index("artifacts_by_bytes", table_name="artifacts")
    op.drop_table("artifacts")
    op.drop_index("tracks_by_update_time", table_name="tracks")
    op.drop_index("tracks_by_title", table_name="tracks")
    op.drop_index("tracks_by_duration", table_name="tracks")
    op.drop_index("tracks_by_create_time", table_name="tracks")
    op.drop_index("tracks_by_artist", table_name="tracks")
    op.drop_index("tracks_by_album", table_name="tracks")
    op.drop_table("tracks")
    op.drop_table("changes")
