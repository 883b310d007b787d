"""References: attributes that applications and the server hand each other."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

_EXACT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "dropped_references",
        sa.Column("environment", _EXACT, primary_key=True),
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("adapter", _EXACT, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("dropped_references_by_expiry", "dropped_references", ["expires_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("dropped_references")
