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
    text,
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
    Column("address_key", _EXACT),
    Index("users_by_name", "environment", "username_key", unique=True),
    # With the id, in whose order the users of one address are read.
    Index(
        *("users_by_address", "environment", "address_key", "id"),
        sqlite_where=text("address_key IS NOT NULL"),
        postgresql_where=text("address_key IS NOT NULL"),
    ),
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


def _body() -> Column[bytes]:
    return Column("body", LargeBinary, nullable=False)


def _index(table: str, column: str, *, unique: bool = False, partial: bool = False) -> Index:
    where = text(f"{column} IS NOT NULL") if partial else None
    return Index(
        f"{table}_by_{column}",
        "environment",
        column,
        unique=unique,
        sqlite_where=where,
        postgresql_where=where,
    )


# With row ids, unlike the others: long rows go to the table's end, their indexes stay small.
flows = Table(
    "flows",
    metadata,
    _name("environment"),
    _name("id"),
    Column("version", BigInteger, nullable=False),
    _expires_at(),
    _body(),
    Index("flows_by_expiry", "expires_at"),
)

sessions = Table(
    "sessions",
    metadata,
    _name("environment"),
    _key(),
    Column("id", _EXACT, nullable=False),
    Column("persistent_key", LargeBinary),
    Column("user_id", _EXACT, nullable=False),
    _expires_at(),
    _body(),
    Index("sessions_by_expiry", "expires_at"),
    _index("sessions", "id", unique=True),
    _index("sessions", "user_id"),
    _index("sessions", "persistent_key", partial=True),
)

authorization_codes = Table(
    "authorization_codes",
    metadata,
    _name("environment"),
    # Begins with the time of issue, as the key of a reference token.
    _key(),
    _expires_at(),
    _body(),
    # Who is read with it; None only in codes of an older version.
    Column("user_id", _EXACT),
    Index("authorization_codes_by_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

user_grants = Table(
    "user_grants",
    metadata,
    _name("environment"),
    _name("id"),
    Column("client_id", _EXACT, nullable=False),
    Column("user_id", _EXACT, nullable=False),
    # Only where the grant ends with it.
    Column("session_id", _EXACT),
    # The refresh tokens; `refresh` is the rest of what rotates, `body` never changes.
    Column("family", LargeBinary),
    Column("current", LargeBinary),
    Column("refresh", LargeBinary),
    _expires_at(),
    _body(),
    Index("user_grants_by_expiry", "expires_at"),
    _index("user_grants", "user_id"),
    _index("user_grants", "session_id", partial=True),
    _index("user_grants", "family", unique=True, partial=True),
)

authenticators = Table(
    "authenticators",
    metadata,
    _name("environment"),
    _name("id"),
    Column("user_id", _EXACT, nullable=False),
    Column("credential_id", LargeBinary),
    Column("version", BigInteger, nullable=False),
    _body(),
    _index("authenticators", "user_id"),
    _index("authenticators", "credential_id", unique=True, partial=True),
    sqlite_with_rowid=False,
)

session_clients = Table(
    "session_clients",
    metadata,
    _name("environment"),
    _name("session_id"),
    _name("client_id"),
    # Since when, or from when on, the client is to be told that the session is over.
    Column("due_at", Double),
    Column("attempts", BigInteger, nullable=False),
    _expires_at(),
    _body(),
    Index("session_clients_by_expiry", "expires_at"),
    _index("session_clients", "due_at", partial=True),
    sqlite_with_rowid=False,
)

consents = Table(
    "consents",
    metadata,
    _name("environment"),
    _name("user_id"),
    _name("client_id"),
    _body(),
    sqlite_with_rowid=False,
)

dropped_references = Table(
    "dropped_references",
    metadata,
    _name("environment"),
    _key(),
    Column("adapter", _EXACT, nullable=False),
    _expires_at(),
    _body(),
    Index("dropped_references_by_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

device_requests = Table(
    "device_requests",
    metadata,
    _name("environment"),
    # Of the device code; begins with the time of issue, as the key of a reference token.
    _key(),
    Column("user_code", LargeBinary, nullable=False),
    Column("client_id", _EXACT, nullable=False),
    # Who has approved it.
    Column("user_id", _EXACT),
    # Somebody may decide it until then; it is kept for longer.
    Column("open_until", Double, nullable=False),
    Column("interval_seconds", BigInteger, nullable=False),
    Column("polled_at", Double, nullable=False),
    Column("decision", LargeBinary),
    _expires_at(),
    _body(),
    Index("device_requests_by_expiry", "expires_at"),
    _index("device_requests", "user_code", unique=True),
    # Each that begins has those counted that wait: all that is asked of them is in the index.
    Index(
        "device_requests_by_open_until",
        "environment",
        "open_until",
        "client_id",
        "decision",
        sqlite_where=text("decision IS NULL"),
        postgresql_where=text("decision IS NULL"),
    ),
    _index("device_requests", "user_id", partial=True),
    sqlite_with_rowid=False,
)
