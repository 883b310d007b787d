"""The SQL of the shared store about device requests, as `statements`."""

START = (
    "INSERT INTO device_requests (environment, key, user_code, client_id, open_until, "
    "interval_seconds, expires_at, body, polled_at) "
    "VALUES (%b, %b, %b, %b, %b, %b, %b, %b, 0) ON CONFLICT DO NOTHING"
)
COUNT_OPEN = (
    "SELECT count(*), count(*) FILTER (WHERE client_id = %b) "
    "FROM (SELECT client_id FROM device_requests "
    "WHERE environment = %b AND decision IS NULL AND open_until > %b LIMIT %b) AS found"
)
FIND = (
    "SELECT body, interval_seconds, decision FROM device_requests "
    "WHERE environment = %b AND key = %b AND expires_at > %b"
)
FIND_OPEN = (
    "SELECT body, interval_seconds, decision FROM device_requests "
    "WHERE environment = %b AND user_code = %b AND decision IS NULL AND open_until > %b"
)
POLL = (
    "WITH asked AS (SELECT %b::float8 AS now, %b::float8 AS tolerance, %b::bigint AS step), "
    "found AS (SELECT kept.environment, kept.key, "
    "kept.polled_at + kept.interval_seconds - asked.tolerance > asked.now AS is_early "
    "FROM device_requests AS kept, asked WHERE kept.environment = %b AND kept.key = %b "
    "FOR UPDATE OF kept) "
    "UPDATE device_requests AS kept SET polled_at = asked.now, interval_seconds = "
    "kept.interval_seconds + CASE WHEN found.is_early THEN asked.step ELSE 0 END "
    "FROM found, asked WHERE kept.environment = found.environment AND kept.key = found.key "
    "RETURNING found.is_early"
)
DECIDE = (
    "UPDATE device_requests SET decision = %b, user_id = %b "
    "WHERE environment = %b AND key = %b AND decision IS NULL AND open_until > %b"
)
SPEND = (
    "INSERT INTO redemptions (environment, use, key, expires_at) "
    "SELECT environment, %b::text, key, expires_at FROM device_requests "
    "WHERE environment = %b AND user_id = %b AND client_id = %b "
    "ORDER BY environment, key ON CONFLICT (environment, use, key) DO NOTHING"
)
