"""How the command ends: one number for each kind of end."""

from ostiary_client import errors

FINE = 0
REFUSED = 1
"""The server, the token or the configuration does not allow it, or it failed."""
USAGE = 2
"""Typer's own, for options that do not fit; `diff` says by it that something would change."""
NOT_ACTIVE = 3
UNREACHABLE = 4
MISCONFIGURED = 5
INTERRUPTED = 130

_CODES: tuple[tuple[type[errors.OstiaryClientError], int], ...] = (
    (errors.ConfigurationError, MISCONFIGURED),
    (errors.TransportError, UNREACHABLE),
    (errors.BackendUnreachableError, UNREACHABLE),
    (errors.IssuerUnavailableError, UNREACHABLE),
)


def code_of(error: errors.OstiaryClientError) -> int:
    """Return the exit code for an error of the SDK."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), REFUSED)
