"""The SQL of the embedded store about clients that are to be told of logout, as `statements`."""

PUT_PARTICIPATION = (
    "INSERT INTO session_clients (environment, session_id, client_id, attempts, expires_at, body) "
    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (environment, session_id, client_id) DO NOTHING"
)
FIND_PARTICIPANTS = (
    "SELECT body FROM session_clients WHERE environment = ? AND session_id = ? AND expires_at > ? "
    "ORDER BY client_id"
)
# A due time in the past is always over, whatever the clocks of the machines say.
MAKE_DUE = (
    "UPDATE session_clients SET due_at = 0 "
    "WHERE environment = ? AND session_id = ? AND due_at IS NULL"
)
MAKE_DUE_OF_USER = (
    "UPDATE session_clients SET due_at = 0 WHERE environment = ? AND due_at IS NULL "
    "AND session_id IN (SELECT id FROM sessions WHERE environment = ? AND user_id = ?)"
)
FIND_DUE = (
    "SELECT session_id, client_id, attempts, body FROM session_clients "
    "WHERE environment = ? AND due_at <= ? AND expires_at > ? ORDER BY due_at LIMIT ?"
)
CLAIM = (
    "UPDATE session_clients SET due_at = ?, attempts = attempts + 1 "
    "WHERE environment = ? AND session_id = ? AND client_id = ?"
)
SETTLE = (
    "DELETE FROM session_clients "
    "WHERE environment = ? AND session_id = ? AND client_id = ? AND due_at = ?"
)
POSTPONE = (
    "UPDATE session_clients SET due_at = ? "
    "WHERE environment = ? AND session_id = ? AND client_id = ? AND due_at = ?"
)
