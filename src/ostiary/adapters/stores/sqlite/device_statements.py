"""The SQL of the embedded store about device requests, as `statements`."""

START = (
    "INSERT OR IGNORE INTO device_requests (environment, key, user_code, client_id, open_until, "
    "interval_seconds, expires_at, body, polled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)"
)
COUNT_OPEN = (
    "SELECT count(*), count(*) FILTER (WHERE client_id = ?) "
    "FROM (SELECT client_id FROM device_requests "
    "WHERE environment = ? AND decision IS NULL AND open_until > ? LIMIT ?)"
)
FIND = (
    "SELECT body, interval_seconds, decision FROM device_requests "
    "WHERE environment = ? AND key = ? AND expires_at > ?"
)
FIND_OPEN = (
    "SELECT body, interval_seconds, decision FROM device_requests "
    "WHERE environment = ? AND user_code = ? AND decision IS NULL AND open_until > ?"
)
SLOW_DOWN = (
    "UPDATE device_requests SET interval_seconds = interval_seconds + ?, polled_at = ? "
    "WHERE environment = ? AND key = ? AND polled_at + interval_seconds - ? > ?"
)
POLL = "UPDATE device_requests SET polled_at = ? WHERE environment = ? AND key = ?"
DECIDE = (
    "UPDATE device_requests SET decision = ?, user_id = ? "
    "WHERE environment = ? AND key = ? AND decision IS NULL AND open_until > ?"
)
SPEND = (
    "INSERT OR IGNORE INTO redemptions (environment, use, key, expires_at) "
    "SELECT environment, ?, key, expires_at FROM device_requests "
    "WHERE environment = ? AND user_id = ? AND client_id = ?"
)
