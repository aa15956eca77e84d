"""Where tracks came from, and what follows by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns."""
    for name in ("source_uri", "source_provider", "source_license_note", "source_download"):
        op.add_column("tracks", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("tracks", sa.Column("steps", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("tracks", sa.Column("steps_due_us", sa.BigInteger(), nullable=True))
    op.create_index("tracks_by_source", "tracks", ["owner", "source_uri"], unique=False)
    op.create_index("tracks_by_download", "tracks", ["owner", "source_download"], unique=False)
    op.create_index("tracks_by_steps_due", "tracks", ["steps_due_us"], unique=False)


def downgrade() -> None:
    """Drops them."""
    op.drop_index("tracks_by_steps_due", table_name="tracks")
    op.drop_index("tracks_by_download", table_name="tracks")
    op.drop_index("tracks_by_source", table_name="tracks")
    for name in (
        "steps_due_us",
        "steps",
        "source_download",
        "source_license_note",
        "source_provider",
        "source_uri",
    ):
        op.drop_column("tracks", name)
