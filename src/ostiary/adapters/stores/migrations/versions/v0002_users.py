"""Users, and their attempts to sign on with a password."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

_EXACT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "users",
        _key("environment"),
        _key("id"),
        sa.Column("username_key", _EXACT, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("users_by_name", "users", ["environment", "username_key"], unique=True)
    _expiring(
        "password_attempts",
        _key("subject"),
        _key("device"),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("locked_until", sa.Double, nullable=False),
    )
    _expiring(
        "password_trials",
        sa.Column("mark", sa.LargeBinary, primary_key=True),
        _key("subject"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("password_trials", "password_attempts", "users"):
        op.drop_table(table)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, _EXACT, primary_key=True)


def _expiring(
    name: str, *columns: sa.Column[str] | sa.Column[bytes] | sa.Column[int] | sa.Column[float]
) -> None:
    op.create_table(
        name,
        _key("environment"),
        *columns,
        sa.Column("expires_at", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index(f"{name}_by_expiry", name, ["expires_at"])
