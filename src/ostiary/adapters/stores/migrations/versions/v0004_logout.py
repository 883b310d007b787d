"""Which clients signed users on in a session, and which are yet to be told of its end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_EXACT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "session_clients",
        sa.Column("environment", _EXACT, primary_key=True),
        sa.Column("session_id", _EXACT, primary_key=True),
        sa.Column("client_id", _EXACT, primary_key=True),
        sa.Column("due_at", sa.Double),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("session_clients_by_expiry", "session_clients", ["expires_at"])
    op.create_index(
        "session_clients_by_due_at",
        "session_clients",
        ["environment", "due_at"],
        sqlite_where=_DUE,
        postgresql_where=_DUE,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("session_clients")
