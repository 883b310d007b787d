"""The SQL of the embedded store about authenticators, as `statements`."""

SELECT_AUTHENTICATORS = "SELECT body FROM authenticators WHERE environment = ? AND user_id = ?"
FIND_AUTHENTICATOR = "SELECT body FROM authenticators WHERE environment = ? AND id = ?"
FIND_AUTHENTICATOR_BY_CREDENTIAL = (
    "SELECT body FROM authenticators WHERE environment = ? AND credential_id = ?"
)
INSERT_AUTHENTICATOR = (
    "INSERT INTO authenticators (environment, id, user_id, credential_id, version, body) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
UPDATE_AUTHENTICATOR = (
    "UPDATE authenticators SET version = ?, body = ? "
    "WHERE environment = ? AND id = ? AND version = ?"
)
DELETE_AUTHENTICATOR = "DELETE FROM authenticators WHERE environment = ? AND id = ?"
DELETE_AUTHENTICATORS_OF_USER = "DELETE FROM authenticators WHERE environment = ? AND user_id = ?"
