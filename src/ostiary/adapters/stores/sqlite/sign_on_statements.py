"""The SQL of the embedded store about sign-on, as `statements`."""

from ostiary.adapters.stores.sqlite.statements import for_sizes

INSERT_FLOWS = for_sizes(
    "INSERT INTO flows (environment, id, version, expires_at, body) VALUES $ROWS", 5
)
MOVE_FLOW = (
    "UPDATE flows SET version = ?, expires_at = ?, body = ? "
    "WHERE environment = ? AND id = ? AND version = ? AND expires_at > ?"
)
END_FLOW = "DELETE FROM flows WHERE environment = ? AND id = ? AND version = ? AND expires_at > ?"
FIND_FLOW = "SELECT body FROM flows WHERE environment = ? AND id = ? AND expires_at > ?"

PUT_SESSION = (
    "INSERT INTO sessions (environment, key, id, persistent_key, user_id, expires_at, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (environment, id) DO UPDATE SET key = excluded.key, "
    "persistent_key = excluded.persistent_key, user_id = excluded.user_id, "
    "expires_at = excluded.expires_at, body = excluded.body"
)
FIND_OTHER_SESSION = "SELECT id FROM sessions WHERE environment = ? AND key = ? AND id <> ?"
FIND_SESSION = "SELECT body FROM sessions WHERE environment = ? AND key = ? AND expires_at > ?"
# The latest one: the same cookie may have shown an earlier session, too.
FIND_PERSISTENT_SESSION = (
    "SELECT body FROM sessions WHERE environment = ? AND persistent_key = ? AND expires_at > ? "
    "ORDER BY expires_at DESC LIMIT 1"
)
FIND_SESSION_BY_ID = "SELECT body FROM sessions WHERE environment = ? AND id = ? AND expires_at > ?"
SELECT_SESSIONS_OF_USER = (
    "SELECT body FROM sessions WHERE environment = ? AND user_id = ? AND expires_at > ?"
)
TOUCH_SESSION = (
    "UPDATE sessions SET expires_at = ?, body = ? WHERE environment = ? AND key = ? AND id = ?"
)
END_SESSION = "DELETE FROM sessions WHERE environment = ? AND id = ?"
END_SESSIONS_OF_USER = "DELETE FROM sessions WHERE environment = ? AND user_id = ?"

INSERT_CODES = for_sizes(
    "INSERT INTO authorization_codes (environment, key, expires_at, body, user_id) VALUES $ROWS", 5
)
FIND_CODE = (
    "SELECT body, (SELECT owner.body FROM users AS owner "
    "WHERE owner.environment = authorization_codes.environment "
    "AND owner.id = authorization_codes.user_id) "
    "FROM authorization_codes WHERE environment = ? AND key = ? AND expires_at > ?"
)
# Keys grow with time: only codes that may still be exchanged are looked into.
SPEND_CODES = (
    "INSERT OR IGNORE INTO redemptions (environment, use, key, expires_at) "
    "SELECT environment, ?, key, expires_at FROM authorization_codes "
    "WHERE environment = ? AND key >= ? AND instr(body, ?) > 0"
)

INSERT_GRANTS = for_sizes(
    "INSERT INTO user_grants (environment, id, client_id, user_id, session_id, family, current, "
    "refresh, expires_at, body) VALUES $ROWS",
    10,
)
ROTATE = (
    "UPDATE user_grants SET current = ?, refresh = ? "
    "WHERE environment = ? AND id = ? AND current = ? AND expires_at > ?"
)
FIND_GRANT = (
    "SELECT body, refresh FROM user_grants WHERE environment = ? AND id = ? AND expires_at > ?"
)
FIND_GRANT_BY_FAMILY = (
    "SELECT body, refresh, (SELECT owner.body FROM users AS owner "
    "WHERE owner.environment = user_grants.environment AND owner.id = user_grants.user_id) "
    "FROM user_grants WHERE environment = ? AND family = ? AND expires_at > ?"
)
SELECT_GRANTS_OF_USER = (
    "SELECT body, refresh FROM user_grants WHERE environment = ? AND user_id = ? "
    "AND expires_at > ? ORDER BY expires_at DESC LIMIT ?"
)
REVOKE_GRANT = "DELETE FROM user_grants WHERE environment = ? AND id = ?"
REVOKE_GRANTS_OF_USER = (
    "DELETE FROM user_grants "
    "WHERE environment = ? AND user_id = ? AND client_id = coalesce(?, client_id)"
)
END_GRANTS_OF_SESSION = "DELETE FROM user_grants WHERE environment = ? AND session_id = ?"
END_GRANTS_OF_SESSIONS_OF_USER = (
    "DELETE FROM user_grants WHERE environment = ? AND user_id = ? AND session_id IS NOT NULL"
)

PUT_CONSENT = (
    "INSERT INTO consents (environment, user_id, client_id, body) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (environment, user_id, client_id) DO UPDATE SET body = excluded.body"
)
FIND_CONSENT = "SELECT body FROM consents WHERE environment = ? AND user_id = ? AND client_id = ?"
SELECT_CONSENTS_OF_USER = (
    "SELECT body FROM consents WHERE environment = ? AND user_id = ? ORDER BY client_id"
)
DELETE_CONSENTS = (
    "DELETE FROM consents "
    "WHERE environment = ? AND user_id = ? AND client_id = coalesce(?, client_id)"
)
