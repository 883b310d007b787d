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


FIND_FLOWS = _look_up("flows", "id", "text")
FIND_SESSIONS = _look_up("sessions", "key", "bytea")
# The earlier one first, so that the latest one remains: the same cookie may have shown both.
FIND_PERSISTENT_SESSIONS = _look_up("sessions", "persistent_key", "bytea") + (
    " ORDER BY kept.expires_at"
)
FIND_SESSIONS_BY_ID = _look_up("sessions", "id", "text")
FIND_CODES = _look_up("authorization_codes", "key", "bytea")
FIND_GRANTS = _look_up("user_grants", "id", "text", columns="kept.body, kept.refresh")
FIND_GRANTS_BY_FAMILY = _look_up(
    "user_grants", "family", "bytea", columns="kept.body, kept.refresh"
)
FIND_CONSENTS = (
    "SELECT wanted.position, kept.body FROM unnest(%b::text[], %b::text[], %b::text[]) "
    "WITH ORDINALITY AS wanted(environment, user_id, client_id, position) "
    "JOIN consents AS kept ON kept.environment = wanted.environment "
    "AND kept.user_id = wanted.user_id AND kept.client_id = wanted.client_id"
)

TOUCH_SESSION = (
    "UPDATE sessions SET expires_at = %b, body = %b WHERE environment = %b AND key = %b AND id = %b"
)
FIND_OTHER_SESSION = "SELECT id FROM sessions WHERE environment = %b AND key = %b AND id <> %b"
END_SESSION = "DELETE FROM sessions WHERE environment = %b AND id = %b"
END_SESSIONS_OF_USER = "DELETE FROM sessions WHERE environment = %b AND user_id = %b"
END_GRANTS_OF_SESSION = (
    "DELETE FROM user_grants WHERE environment = %b AND session_id = %b RETURNING body"
)
END_GRANTS_OF_SESSIONS_OF_USER = (
    "DELETE FROM user_grants "
    "WHERE environment = %b AND user_id = %b AND session_id IS NOT NULL RETURNING body"
)
REVOKE_GRANT = "DELETE FROM user_grants WHERE environment = %b AND id = %b RETURNING body"
REVOKE_GRANTS_OF_USER = (
    "DELETE FROM user_grants WHERE environment = %b AND user_id = %b "
    "AND client_id = coalesce(%b::text, client_id) RETURNING body"
)
DELETE_CONSENTS = (
    "DELETE FROM consents WHERE environment = %b AND user_id = %b "
    "AND client_id = coalesce(%b::text, client_id)"
)
