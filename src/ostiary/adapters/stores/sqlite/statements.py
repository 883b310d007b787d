"""The SQL of the embedded store, as plain strings; tests prepare each one over the real schema.

Statements that write many rows exist for a few numbers of rows: one execution is one trip out of
the interpreter's lock and back, however many rows it writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

SIZES = (64, 16, 4, 1)
Rows = Sequence[tuple[Any, ...]]
ForSizes = Mapping[int, str]


def for_sizes(statement: str, columns: int) -> ForSizes:
    """Write a statement out for each number of rows."""
    row = "(" + ", ".join("?" * columns) + ")"
    return MappingProxyType(
        {size: statement.replace("$ROWS", ", ".join([row] * size)) for size in SIZES}
    )


def chunks(rows: Rows) -> Iterator[tuple[int, list[Any]]]:
    """Cut rows into the sizes that statements exist for, with their values in one list each."""
    start = 0
    for size in SIZES:
        while len(rows) - start >= size:
            yield size, [value for row in rows[start : start + size] for value in row]
            start += size


FIND_REDEEMED = for_sizes(
    "WITH wanted(environment, use, key) AS (VALUES $ROWS) "
    "SELECT kept.environment, kept.use, kept.key, kept.expires_at FROM wanted "
    # CROSS JOIN fixes the order: a look-up in the primary key for each wanted row.
    "CROSS JOIN redemptions AS kept ON kept.environment = wanted.environment "
    "AND kept.use = wanted.use AND kept.key = wanted.key",
    3,
)
INSERT_REDEMPTIONS = for_sizes(
    "INSERT OR REPLACE INTO redemptions (environment, use, key, expires_at) VALUES $ROWS", 4
)
INSERT_TOKENS = for_sizes(
    "INSERT INTO reference_tokens (environment, key, expires_at, body) VALUES $ROWS", 4
)
INSERT_REVOKED = for_sizes(
    "INSERT INTO revoked_tokens (environment, token_id, expires_at) VALUES $ROWS "
    "ON CONFLICT (environment, token_id) DO UPDATE "
    "SET expires_at = max(expires_at, excluded.expires_at)",
    3,
)
DELETE_TOKEN = "DELETE FROM reference_tokens WHERE environment = ? AND key = ?"  # noqa: S105
FIND_TOKEN = (
    "SELECT body FROM reference_tokens WHERE environment = ? AND key = ? AND expires_at > ?"  # noqa: S105
)
IS_REVOKED = "SELECT 1 FROM revoked_tokens WHERE environment = ? AND token_id = ?"

FIND_USER = "SELECT body FROM users WHERE environment = ? AND id = ?"
FIND_USER_BY_NAME = "SELECT body FROM users WHERE environment = ? AND username_key = ?"
SELECT_USERS = (
    "SELECT body FROM users WHERE environment = ? AND username_key > ? "
    "ORDER BY username_key LIMIT ?"
)
SCAN_USERS = "SELECT body FROM users WHERE environment = ? AND id > ? ORDER BY id LIMIT ?"
SELECT_USERS_BY_ADDRESS = (
    "SELECT body FROM users WHERE environment = ? AND address_key = ? AND id > ? "
    "ORDER BY id LIMIT ?"
)
COUNT_USERS = "SELECT count(*) FROM users WHERE environment = ?"
INSERT_USER = (
    "INSERT INTO users (environment, id, username_key, version, body, address_key) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
UPDATE_USER = (
    "UPDATE users SET username_key = ?, version = ?, body = ?, address_key = ? "
    "WHERE environment = ? AND id = ? AND version = ?"
)
DELETE_USER = "DELETE FROM users WHERE environment = ? AND id = ?"

FIND_FAILURES = (
    "SELECT failures, locked_until FROM password_attempts "
    "WHERE environment = ? AND subject = ? AND device = ? AND expires_at > ?"
)
PUT_FAILURES = (
    "INSERT INTO password_attempts "
    "(environment, subject, device, failures, locked_until, expires_at) "
    "VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (environment, subject, device) DO UPDATE SET failures = excluded.failures, "
    "locked_until = excluded.locked_until, expires_at = excluded.expires_at"
)
DELETE_FAILURES = (
    "DELETE FROM password_attempts WHERE environment = ? AND subject = ? AND device = ?"
)
UNLOCK = "DELETE FROM password_attempts WHERE environment = ? AND subject = ?"
# One row always, for a subject without failures with NULL. No more trials are counted than the few
# that a policy asks about: a sprayed password may be all over the table.
FIND_STANDING = (
    "SELECT (SELECT count(*) FROM (SELECT 1 FROM password_trials "
    "WHERE environment = ? AND mark = ? AND subject <> ? AND expires_at > ? LIMIT ?)), "
    "EXISTS (SELECT 1 FROM password_trials "
    "WHERE environment = ? AND mark = ? AND subject = ?), "
    "failures, locked_until FROM (SELECT 1) LEFT JOIN password_attempts "
    "ON environment = ? AND subject = ? AND device = ? AND expires_at > ?"
)
PUT_TRIAL = (
    "INSERT INTO password_trials (environment, mark, subject, expires_at) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (environment, mark, subject) DO UPDATE SET expires_at = excluded.expires_at"
)
DELETE_TRIAL = "DELETE FROM password_trials WHERE environment = ? AND mark = ? AND subject = ?"

VERSION = "SELECT version FROM configuration_version WHERE id = 1"
LOAD = (
    "SELECT v.version, d.environment, d.type, d.key, d.body FROM configuration_version AS v "
    "LEFT JOIN documents AS d ON true WHERE v.id = 1 ORDER BY d.environment, d.type, d.key"
)
NEGATE_VERSION = "UPDATE configuration_version SET version = -version WHERE id = 1"
ADVANCE_VERSION = (
    "UPDATE configuration_version SET version = version + 1 WHERE id = 1 AND version = ?"
)
DELETE_DOCUMENT = "DELETE FROM documents WHERE environment = ? AND type = ? AND key = ?"
PUT_DOCUMENT = (
    "INSERT INTO documents (environment, type, key, body) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (environment, type, key) DO UPDATE SET body = excluded.body"
)

PRUNE = MappingProxyType(
    {
        "reference_tokens": (
            "DELETE FROM reference_tokens WHERE (environment, key) IN (SELECT environment, key "
            "FROM reference_tokens WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
        "revoked_tokens": (
            "DELETE FROM revoked_tokens WHERE (environment, token_id) IN (SELECT environment, "
            "token_id FROM revoked_tokens WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
        "redemptions": (
            "DELETE FROM redemptions WHERE (environment, use, key) IN (SELECT environment, use, "
            "key FROM redemptions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
        "password_attempts": (
            "DELETE FROM password_attempts WHERE (environment, subject, device) IN "
            "(SELECT environment, subject, device FROM password_attempts "
            "WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
        "password_trials": (
            "DELETE FROM password_trials WHERE (environment, mark, subject) IN "
            "(SELECT environment, mark, subject FROM password_trials "
            "WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
        "authorization_codes": (
            "DELETE FROM authorization_codes WHERE (environment, key) IN (SELECT environment, key "
            "FROM authorization_codes WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
        "flows": (
            "DELETE FROM flows WHERE rowid IN (SELECT rowid "
            "FROM flows WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
        "sessions": (
            "DELETE FROM sessions WHERE rowid IN (SELECT rowid "
            "FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
        "session_clients": (
            "DELETE FROM session_clients WHERE (environment, session_id, client_id) IN "
            "(SELECT environment, session_id, client_id FROM session_clients "
            "WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
        "dropped_references": (
            "DELETE FROM dropped_references WHERE (environment, key) IN (SELECT environment, key "
            "FROM dropped_references WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
        "device_requests": (
            "DELETE FROM device_requests WHERE (environment, key) IN (SELECT environment, key "
            "FROM device_requests WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
        "user_grants": (
            "DELETE FROM user_grants WHERE rowid IN (SELECT rowid "
            "FROM user_grants WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
        ),
    }
)

HAS_REVISION = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
REVISION = "SELECT version_num FROM alembic_version"
PING = "SELECT count(*) FROM sqlite_master"
