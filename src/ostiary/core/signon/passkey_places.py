"""Where the passkeys of an environment work: the domain they are bound to, and its pages."""

from urllib.parse import urlsplit

from ostiary.core.base.addresses import find_address
from ostiary.core.base.hosts import host_of, without_brackets
from ostiary.core.model.environment import Environment

_ANY_PORT = ":*"
_USUAL_PORTS = {"https": 443, "http": 80}


def find_rp_id(env: Environment) -> str | None:
    """Return the domain that passkeys are bound to; None where there is none, but an address.

    Spec: W3C WebAuthn §4 (relying party identifier; a passkey of one is of no use for another).
    """
    host = env.passkey_domain or host_of(env.base_url).lower()
    return None if find_address(without_brackets(host)) is not None else host


def is_page_of(env: Environment, origin: str) -> bool:
    """Tell whether passkeys may be used on pages of an origin: ours, or of an application.

    Spec: W3C WebAuthn §13.4.9 (origins are compared exactly).
    """
    given = _normalise(origin)
    if given is None:
        return False
    known = {_normalise(base) for base in env.endpoint_bases}
    listed = {pattern for application in env.applications for pattern in application.origins}
    known |= {_normalise(pattern) for pattern in listed if not pattern.endswith(_ANY_PORT)}
    return given in known or f"{given.rpartition(':')[0]}{_ANY_PORT}" in listed


def _normalise(url: str) -> str | None:
    """Return an origin as browsers write it, or None. Spec: RFC 6454 §6.2."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _USUAL_PORTS or not parts.hostname:
        return None
    host = host_of(url).lower()
    is_usual = port in {None, _USUAL_PORTS[parts.scheme]}
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{port}"
