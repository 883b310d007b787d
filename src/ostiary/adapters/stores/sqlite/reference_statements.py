"""The SQL of the embedded store about references, as `statements`."""

DROP = (
    "INSERT INTO dropped_references (environment, key, adapter, expires_at, body) "
    "VALUES (?, ?, ?, ?, ?)"
)
TAKE = (
    "DELETE FROM dropped_references "
    "WHERE environment = ? AND key = ? AND adapter = ? AND expires_at > ? RETURNING body"
)
