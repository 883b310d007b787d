"""The SQL of the shared store about references, as `statements`."""

DROP = (
    "INSERT INTO dropped_references (environment, key, adapter, expires_at, body) "
    "SELECT * FROM unnest(%b::text[], %b::bytea[], %b::text[], %b::float8[], %b::bytea[])"
)
# What somebody else is taking just now is theirs: so two who take the same several never wait for
# each other crosswise.
TAKE = (
    "WITH found AS (SELECT kept.environment, kept.key, wanted.position "
    "FROM unnest(%b::text[], %b::bytea[], %b::text[], %b::float8[]) "
    "WITH ORDINALITY AS wanted(environment, key, adapter, now, position) "
    "JOIN dropped_references AS kept ON kept.environment = wanted.environment "
    "AND kept.key = wanted.key AND kept.adapter = wanted.adapter "
    "AND kept.expires_at > wanted.now FOR UPDATE OF kept SKIP LOCKED) "
    "DELETE FROM dropped_references AS kept USING found "
    "WHERE kept.environment = found.environment AND kept.key = found.key "
    "RETURNING found.position, kept.body"
)
