"""${message}.

Revision: ${up_revision}. Follows: ${down_revision}. Made: ${create_date}.
"""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    ${upgrades}


def downgrade() -> None:
    """Takes it back."""
    ${downgrades}
