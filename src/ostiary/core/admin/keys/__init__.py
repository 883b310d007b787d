"""The installation's own keys as documents: made when needed, rotated, forgotten late."""
