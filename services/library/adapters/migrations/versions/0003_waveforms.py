"""Outlines of the audio of artifacts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns. Artifacts of before have no waveform."""
    op.add_column("artifacts", sa.Column("waveform_sha256", sa.String(length=64), nullable=True))
    op.add_column("artifacts", sa.Column("waveform_bytes", sa.BigInteger(), nullable=True))
    op.create_index("artifacts_by_waveform", "artifacts", ["waveform_sha256"], unique=False)


def downgrade() -> None:
    """Drops them."""
    op.drop_index("artifacts_by_waveform", table_name="artifacts")
    op.drop_column("artifacts", "waveform_bytes")
    op.drop_column("artifacts", "waveform_sha256")
