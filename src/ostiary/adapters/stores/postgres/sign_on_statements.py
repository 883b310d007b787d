"""The SQL of the shared store about sign-on, as `statements`."""

INSERT_FLOWS = (
    "INSERT INTO flows (environment, id, version, expires_at, body) "
    "SELECT * FROM unnest(%b::text[], %b::text[], %b::bigint[], %b::float8[], %b::bytea[])"
)


def _look_up(table: str, column: str, kind: str, *, columns: str = "kept.body") -> str:
    return (
        f"SELECT wanted.position, {columns} "  # noqa: S608 - made of constants
        f"FROM unnest(%b::text[], %b::{kind}[], %b::float8[]) "
        f"WITH ORDINALITY AS wanted(environment, {column}, now, position) "
        f"JOIN {table} AS kept ON kept.environment = wanted.environment "
        f"AND kept.{column} = wanted.{column} AND kept.expires_at > wanted.now"
    )


def _look_up_one_by_one(table: str, column: str, *, columns: str = "kept.body") -> str:
    """Look up by an index that has but some of the rows.

    With a plain join a planner may think it cheaper to read that index whole.
    """
    return (
        f"SELECT wanted.position, {columns} "  # noqa: S608 - made of constants
        "FROM unnest(%b::text[], %b::bytea[], %b::float8[]) "
        f"WITH ORDINALITY AS wanted(environment, {column}, now, position) "
        f"CROSS JOIN LATERAL (SELECT * FROM {table} AS one "
        f"WHERE one.environment = wanted.environment AND one.{column} = wanted.{column} "
        "AND one.expires_at > wanted.now ORDER BY one.expires_at DESC LIMIT 1) AS kept"
    )


# No join: a planner may think it cheaper to read all users.
_OWNER = (
    "(SELECT owner.body FROM users AS owner "
    "WHERE owner.environment = kept.environment AND owner.id = kept.user_id)"
)
FIND_FLOWS = _look_up("flows", "id", "text")
FIND_SESSIONS = _look_up("sessions", "key", "bytea")
# The latest one: the same cookie may have shown an earlier session, too.
FIND_PERSISTENT_SESSIONS = _look_up_one_by_one("sessions", "persistent_key")
FIND_SESSIONS_BY_ID = _look_up("sessions", "id", "text")
FIND_CODES = _look_up("authorization_codes", "key", "bytea", columns=f"kept.body, {_OWNER}")
FIND_GRANTS = _look_up("user_grants", "id", "text", columns="kept.body, kept.refresh")
FIND_GRANTS_BY_FAMILY = _look_up_one_by_one(
    "user_grants", "family", columns=f"kept.body, kept.refresh, {_OWNER}"
)
FIND_CONSENTS = (
    "SELECT wanted.position, kept.body FROM unnest(%b::text[], %b::text[], %b::text[]) "
    "WITH ORDINALITY AS wanted(environment, user_id, client_id, position) "
    "JOIN consents AS kept ON kept.environment = wanted.environment "
    "AND kept.user_id = wanted.user_id AND kept.client_id = wanted.client_id"
)

SELECT_SESSIONS_OF_USER = (
    "SELECT body FROM sessions WHERE environment = %b AND user_id = %b AND expires_at > %b"
)
TOUCH_SESSION = (
    "UPDATE sessions SET expires_at = %b, body = %b WHERE environment = %b AND key = %b AND id = %b"
)
FIND_OTHER_SESSION = "SELECT id FROM sessions WHERE environment = %b AND key = %b AND id <> %b"
END_SESSION = "DELETE FROM sessions WHERE environment = %b AND id = %b"
END_SESSIONS_OF_USER = "DELETE FROM sessions WHERE environment = %b AND user_id = %b RETURNING id"
END_GRANTS_OF_SESSION = "DELETE FROM user_grants WHERE environment = %b AND session_id = %b"
END_GRANTS_OF_SESSIONS_OF_USER = (
    "DELETE FROM user_grants WHERE environment = %b AND user_id = %b AND session_id IS NOT NULL"
)
SELECT_GRANTS_OF_USER = (
    "SELECT body, refresh FROM user_grants WHERE environment = %b AND user_id = %b "
    "AND expires_at > %b ORDER BY expires_at DESC LIMIT %b"
)
SELECT_CONSENTS_OF_USER = (
    "SELECT body FROM consents WHERE environment = %b AND user_id = %b ORDER BY client_id"
)
# Keys grow with time: only codes that may still be exchanged are looked into. In the order in which
# commits spend, so that nobody waits crosswise.
SPEND_CODES = (
    "INSERT INTO redemptions (environment, use, key, expires_at) "
    "SELECT environment, %b::text, key, expires_at FROM authorization_codes "
    "WHERE environment = %b AND key >= %b::bytea AND position(%b::bytea IN body) > 0 "
    "ORDER BY environment, key ON CONFLICT (environment, use, key) DO NOTHING"
)
REVOKE_GRANT = "DELETE FROM user_grants WHERE environment = %b AND id = %b"
REVOKE_GRANTS_OF_USER = (
    "DELETE FROM user_grants WHERE environment = %b AND user_id = %b "
    "AND client_id = coalesce(%b::text, client_id)"
)
DELETE_CONSENTS = (
    "DELETE FROM consents WHERE environment = %b AND user_id = %b "
    "AND client_id = coalesce(%b::text, client_id)"
)
