"""Flows, sessions, codes, and what users granted and allowed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

_EXACT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    _expiring("flows", _key("id"), sa.Column("version", sa.BigInteger, nullable=False))
    _expiring(
        "sessions",
        _binary_key(),
        sa.Column("id", _EXACT, nullable=False),
        sa.Column("persistent_key", sa.LargeBinary),
        sa.Column("user_id", _EXACT, nullable=False),
    )
    _index("sessions", "id", unique=True)
    _index("sessions", "user_id")
    _index("sessions", "persistent_key", partial=True)
    _expiring("authorization_codes", _binary_key(), sqlite_with_rowid=False)
    _expiring(
        "user_grants",
        _key("id"),
        sa.Column("client_id", _EXACT, nullable=False),
        sa.Column("user_id", _EXACT, nullable=False),
        sa.Column("session_id", _EXACT),
        sa.Column("family", sa.LargeBinary),
        sa.Column("current", sa.LargeBinary),
        sa.Column("refresh", sa.LargeBinary),
    )
    _index("user_grants", "user_id")
    _index("user_grants", "session_id", partial=True)
    _index("user_grants", "family", unique=True, partial=True)
    op.create_table(
        "consents",
        _key("environment"),
        _key("user_id"),
        _key("client_id"),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("consents", "user_grants", "authorization_codes", "sessions", "flows"):
        op.drop_table(table)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, _EXACT, primary_key=True)


def _binary_key() -> sa.Column[bytes]:
    return sa.Column("key", sa.LargeBinary, primary_key=True)


def _expiring(
    name: str,
    *columns: sa.Column[str] | sa.Column[bytes] | sa.Column[int],
    sqlite_with_rowid: bool = True,
) -> None:
    op.create_table(
        name,
        _key("environment"),
        *columns,
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=sqlite_with_rowid,
    )
    op.create_index(f"{name}_by_expiry", name, ["expires_at"])


def _index(table: str, column: str, *, unique: bool = False, partial: bool = False) -> None:
    where = sa.text(f"{column} IS NOT NULL") if partial else None
    op.create_index(
        f"{table}_by_{column}",
        table,
        ["environment", column],
        unique=unique,
        sqlite_where=where,
        postgresql_where=where,
    )
