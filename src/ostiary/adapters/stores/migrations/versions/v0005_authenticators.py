"""Authenticators: what users prove themselves with beside a password."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

_EXACT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "authenticators",
        sa.Column("environment", _EXACT, primary_key=True),
        sa.Column("id", _EXACT, primary_key=True),
        sa.Column("user_id", _EXACT, nullable=False),
        sa.Column("credential_id", sa.LargeBinary),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("authenticators_by_user_id", "authenticators", ["environment", "user_id"])
    where = sa.text("credential_id IS NOT NULL")
    op.create_index(
        "authenticators_by_credential_id",
        "authenticators",
        ["environment", "credential_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("authenticators")
