"""The SQL of the shared store about authenticators, as `statements`."""

SELECT_AUTHENTICATORS = "SELECT body FROM authenticators WHERE environment = %b AND user_id = %b"
FIND_AUTHENTICATOR = "SELECT body FROM authenticators WHERE environment = %b AND id = %b"
FIND_AUTHENTICATOR_BY_CREDENTIAL = (
    "SELECT body FROM authenticators WHERE environment = %b AND credential_id = %b"
)
INSERT_AUTHENTICATOR = (
    "INSERT INTO authenticators (environment, id, user_id, credential_id, version, body) "
    "VALUES (%b, %b, %b, %b, %b, %b)"
)
UPDATE_AUTHENTICATOR = (
    "UPDATE authenticators SET version = %b, body = %b "
    "WHERE environment = %b AND id = %b AND version = %b"
)
DELETE_AUTHENTICATOR = "DELETE FROM authenticators WHERE environment = %b AND id = %b"
DELETE_AUTHENTICATORS_OF_USER = "DELETE FROM authenticators WHERE environment = %b AND user_id = %b"
