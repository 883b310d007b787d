"""The SQL of the shared store about clients that are to be told of logout, as `statements`."""

FIND_PARTICIPANTS = (
    "SELECT body FROM session_clients "
    "WHERE environment = %b AND session_id = %b AND expires_at > %b ORDER BY client_id"
)
# A due time in the past is always over, whatever the clocks of the machines say.
MAKE_DUE = (
    "UPDATE session_clients SET due_at = 0 "
    "WHERE environment = %b AND session_id = ANY(%b::text[]) AND due_at IS NULL"
)
HAS_DUE = (
    "SELECT 1 FROM session_clients "
    "WHERE environment = %b AND due_at <= %b AND expires_at > %b ORDER BY due_at LIMIT 1"
)
# Those that another process is claiming just now are left to it.
CLAIM = (
    "UPDATE session_clients AS kept SET due_at = %b, attempts = kept.attempts + 1 "
    "FROM (SELECT environment, session_id, client_id FROM session_clients "
    "WHERE environment = %b AND due_at <= %b AND expires_at > %b "
    "ORDER BY due_at LIMIT %b FOR UPDATE SKIP LOCKED) AS due "
    "WHERE kept.environment = due.environment AND kept.session_id = due.session_id "
    "AND kept.client_id = due.client_id RETURNING kept.body, kept.attempts"
)
SETTLE = (
    "DELETE FROM session_clients "
    "WHERE environment = %b AND session_id = %b AND client_id = %b AND due_at = %b"
)
POSTPONE = (
    "UPDATE session_clients SET due_at = %b "
    "WHERE environment = %b AND session_id = %b AND client_id = %b AND due_at = %b"
)
