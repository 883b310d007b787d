"""The schema: every table and column, for migrations and for the tests that check the statements.

Expiry columns hold seconds since the epoch. Imported only to migrate: SQLAlchemy costs a worker
0.2 s that it never needs again.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects import postgresql

metadata = MetaData()

# Compared byte by byte: an index in a locale's order breaks when the operating system is upgraded.
_EXACT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _name(column: str) -> Column[str]:
    return Column(column, _EXACT, primary_key=True)


def _key() -> Column[bytes]:
    return Column("key", LargeBinary, primary_key=True)


def _expires_at() -> Column[float]:
    return Column("expires_at", Double, nullable=False)


documents = Table(
    "documents",
    metadata,
    _name("environment"),
    _name("type"),
    _name("key"),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

configuration_version = Table(
    "configuration_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_configuration"),
)

reference_tokens = Table(
    "reference_tokens",
    metadata,
    _name("environment"),
    # Begins with the time of issue, so that the tree grows at its end only.
    _key(),
    _expires_at(),
    Column("body", LargeBinary, nullable=False),
    Index("reference_tokens_by_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

revoked_tokens = Table(
    "revoked_tokens",
    metadata,
    _name("environment"),
    _name("token_id"),
    _expires_at(),
    Index("revoked_tokens_by_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

redemptions = Table(
    "redemptions",
    metadata,
    _name("environment"),
    _name("use"),
    _key(),
    _expires_at(),
    Index("redemptions_by_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

users = Table(
    "users",
    metadata,
    _name("environment"),
    _name("id"),
    Column("username_key", _EXACT, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("users_by_name", "environment", "username_key", unique=True),
    sqlite_with_rowid=False,
)

password_attempts = Table(
    "password_attempts",
    metadata,
    _name("environment"),
    _name("subject"),
    _name("device"),
    Column("failures", BigInteger, nullable=False),
    Column("locked_until", Double, nullable=False),
    _expires_at(),
    Index("password_attempts_by_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

password_trials = Table(
    "password_trials",
    metadata,
    _name("environment"),
    Column("mark", LargeBinary, primary_key=True),
    _name("subject"),
    _expires_at(),
    Index("password_trials_by_expiry", "expires_at"),
    sqlite_with_rowid=False,
)
