"""What is known about the music of tracks."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns."""
    op.add_column("tracks", sa.Column("music", sa.Text(), nullable=False, server_default="{}"))
    for name in ("bpm_milli", "key_order"):
        op.add_column("tracks", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_index("tracks_by_bpm", "tracks", ["owner", "bpm_milli", "id"], unique=False)
    op.create_index("tracks_by_key", "tracks", ["owner", "key_order", "id"], unique=False)
    op.add_column("artifacts", sa.Column("analysis", sa.String(length=128), nullable=True))
    # NULLs never collide.
    op.create_index("artifacts_of_analysis", "artifacts", ["analysis"], unique=True)


def downgrade() -> None:
    """Drops them."""
    op.drop_index("artifacts_of_analysis", table_name="artifacts")
    op.drop_column("artifacts", "analysis")
    op.drop_index("tracks_by_key", table_name="tracks")
    op.drop_index("tracks_by_bpm", table_name="tracks")
    for name in ("key_order", "bpm_milli", "music"):
        op.drop_column("tracks", name)
