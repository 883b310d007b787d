"""The SQL of the shared store, as plain strings; tests prepare each one over the real schema.

Whatever many callers want at once is one statement over arrays, and so one round trip. Rows go in
sorted by key, so that two processes never wait for each other crosswise.
"""

from types import MappingProxyType

FIND_TOKENS = (
    "SELECT wanted.position, kept.body FROM unnest(%b::text[], %b::bytea[], %b::float8[]) "
    "WITH ORDINALITY AS wanted(environment, key, now, position) "
    "JOIN reference_tokens AS kept ON kept.environment = wanted.environment "
    "AND kept.key = wanted.key AND kept.expires_at > wanted.now"
)
DELETE_TOKENS = (
    "DELETE FROM reference_tokens AS kept USING unnest(%b::text[], %b::bytea[]) "
    "AS gone(environment, key) WHERE kept.environment = gone.environment AND kept.key = gone.key"
)
REVOKE = (
    "INSERT INTO revoked_tokens AS known (environment, token_id, expires_at) "
    "SELECT * FROM unnest(%b::text[], %b::text[], %b::float8[]) "
    "ON CONFLICT (environment, token_id) DO UPDATE "
    "SET expires_at = greatest(known.expires_at, excluded.expires_at)"
)
FIND_REVOKED = (
    "SELECT wanted.position FROM unnest(%b::text[], %b::text[]) "
    "WITH ORDINALITY AS wanted(environment, token_id, position) "
    "JOIN revoked_tokens AS known ON known.environment = wanted.environment "
    "AND known.token_id = wanted.token_id"
)

FIND_USERS = (
    "SELECT wanted.position, kept.body FROM unnest(%b::text[], %b::text[]) "
    "WITH ORDINALITY AS wanted(environment, id, position) "
    "JOIN users AS kept ON kept.environment = wanted.environment AND kept.id = wanted.id"
)
FIND_USERS_BY_NAME = (
    "SELECT wanted.position, kept.body FROM unnest(%b::text[], %b::text[]) "
    "WITH ORDINALITY AS wanted(environment, username_key, position) "
    "JOIN users AS kept ON kept.environment = wanted.environment "
    "AND kept.username_key = wanted.username_key"
)
SELECT_USERS = (
    "SELECT body FROM users WHERE environment = %b AND username_key > %b "
    "ORDER BY username_key LIMIT %b"
)
SCAN_USERS = "SELECT body FROM users WHERE environment = %b AND id > %b ORDER BY id LIMIT %b"
SELECT_USERS_BY_ADDRESS = (
    "SELECT body FROM users WHERE environment = %b AND address_key = %b AND id > %b "
    "ORDER BY id LIMIT %b"
)
COUNT_USERS = "SELECT count(*) FROM users WHERE environment = %b"
INSERT_USER = (
    "INSERT INTO users (environment, id, username_key, version, body, address_key) "
    "VALUES (%b, %b, %b, %b, %b, %b)"
)
UPDATE_USER = (
    "UPDATE users SET username_key = %b, version = %b, body = %b, address_key = %b "
    "WHERE environment = %b AND id = %b AND version = %b"
)
DELETE_USER = "DELETE FROM users WHERE environment = %b AND id = %b"

FIND_FAILURES = (
    "SELECT failures, locked_until FROM password_attempts "
    "WHERE environment = %b AND subject = %b AND device = %b AND expires_at > %b"
)
FIND_ALL_FAILURES = (
    "SELECT kept.environment, kept.subject, kept.device, kept.failures, kept.locked_until "
    "FROM unnest(%b::text[], %b::text[], %b::text[], %b::float8[]) "
    "AS wanted(environment, subject, device, now) JOIN password_attempts AS kept "
    "ON kept.environment = wanted.environment AND kept.subject = wanted.subject "
    "AND kept.device = wanted.device AND kept.expires_at > wanted.now"
)
# No more than the few that a policy asks about: a sprayed password may be all over the table.
FIND_ALL_TRIALS = (
    "SELECT wanted.environment, wanted.mark, kept.subject "
    "FROM unnest(%b::text[], %b::bytea[], %b::float8[], %b::bigint[]) "
    "AS wanted(environment, mark, now, few) CROSS JOIN LATERAL (SELECT trial.subject "
    "FROM password_trials AS trial WHERE trial.environment = wanted.environment "
    "AND trial.mark = wanted.mark AND trial.expires_at > wanted.now LIMIT wanted.few) AS kept"
)
COUNT_ATTEMPTS = (
    "WITH counted AS (INSERT INTO password_attempts "
    "(environment, subject, device, failures, locked_until, expires_at) SELECT * FROM "
    "unnest(%b::text[], %b::text[], %b::text[], %b::bigint[], %b::float8[], %b::float8[]) "
    "ON CONFLICT (environment, subject, device) DO UPDATE SET failures = excluded.failures, "
    "locked_until = excluded.locked_until, expires_at = excluded.expires_at) "
    "INSERT INTO password_trials (environment, mark, subject, expires_at) SELECT * FROM "
    "unnest(%b::text[], %b::bytea[], %b::text[], %b::float8[]) "
    "ON CONFLICT (environment, mark, subject) DO UPDATE SET expires_at = excluded.expires_at"
)
CLEAR_ATTEMPTS = (
    "WITH cleared AS (DELETE FROM password_attempts AS kept "
    "USING unnest(%b::text[], %b::text[], %b::text[]) AS gone(environment, subject, device) "
    "WHERE kept.environment = gone.environment AND kept.subject = gone.subject "
    "AND kept.device = gone.device) "
    "DELETE FROM password_trials AS kept "
    "USING unnest(%b::text[], %b::bytea[], %b::text[]) AS gone(environment, mark, subject) "
    "WHERE kept.environment = gone.environment AND kept.mark = gone.mark "
    "AND kept.subject = gone.subject"
)
UNLOCK = "DELETE FROM password_attempts WHERE environment = %b AND subject = %b"

# Held until the transaction ends; no other part of the program takes locks of these kinds.
LOCK_ATTEMPTS = "SELECT pg_advisory_xact_lock(wanted.key) FROM unnest(%b::bigint[]) AS wanted(key)"

VERSION = "SELECT version FROM configuration_version WHERE id = 1"
LOAD = (
    "SELECT v.version, d.environment, d.type, d.key, d.body FROM configuration_version AS v "
    "LEFT JOIN documents AS d ON true WHERE v.id = 1 ORDER BY d.environment, d.type, d.key"
)
ADVANCE_VERSION = (
    "UPDATE configuration_version SET version = version + 1 WHERE id = 1 AND version = %b"
)
DELETE_DOCUMENT = "DELETE FROM documents WHERE environment = %b AND type = %b AND key = %b"
PUT_DOCUMENT = (
    "INSERT INTO documents (environment, type, key, body) VALUES (%b, %b, %b, %b) "
    "ON CONFLICT (environment, type, key) DO UPDATE SET body = excluded.body"
)

EXPIRING = (
    *("reference_tokens", "revoked_tokens", "redemptions", "password_attempts", "password_trials"),
    *("authorization_codes", "flows", "sessions", "user_grants"),
    *("session_clients", "dropped_references", "device_requests"),
)
# Rows that another process is deleting just now are left to it.
PRUNE = MappingProxyType(
    {
        table: (
            f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} "  # noqa: S608 - constants
            "WHERE expires_at <= %b ORDER BY expires_at LIMIT %b FOR UPDATE SKIP LOCKED))"
        )
        for table in EXPIRING
    }
)

HAS_REVISION = "SELECT to_regclass('alembic_version') IS NOT NULL"
REVISION = "SELECT version_num FROM alembic_version"
PING = "SELECT 1"
SETTINGS = (
    "SELECT set_config('statement_timeout', '5s', false), "
    # The arrays tell a planner nothing that is worth planning anew.
    "set_config('plan_cache_mode', 'force_generic_plan', false), "
    "set_config('idle_in_transaction_session_timeout', '5s', false), "
    # Every look-up is by key. A plan made while a table was small must not read it whole later.
    "set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false), "
    # An acknowledged commit is on the disk, whatever the server's default is.
    "CASE WHEN current_setting('synchronous_commit') = 'off' "
    "THEN set_config('synchronous_commit', 'on', false) END"
)
# Any number, the same in every version of this program.
LOCK = "SELECT pg_advisory_xact_lock(7813017046051587)"
