"""Whose a code is: its user is read with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

_EXACT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column; of codes from before, which are good for a minute, it says nothing."""
    op.add_column("authorization_codes", sa.Column("user_id", _EXACT))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("authorization_codes", "user_id")
