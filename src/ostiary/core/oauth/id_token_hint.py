"""An ID token that comes back to us as a hint: whose it was, and whom it was about."""

from dataclasses import dataclass

from ostiary.core.base.ids import KeyId
from ostiary.core.crypto import jws
from ostiary.core.formats import jwt
from ostiary.core.model.environment import ENVIRONMENT_KEYS, Environment

_TYPES = frozenset({None, "JWT"})


@dataclass(frozen=True, slots=True)
class IdTokenHint:
    """A genuine ID token of this environment, perhaps expired.

    Args: session_id is the session that it came from (`sid`).
    """

    subject: str
    audiences: tuple[str, ...]
    session_id: str | None = None


def read_id_token_hint(env: Environment, presented: str) -> IdTokenHint | None:
    """Return what an ID token of ours says, or None for anything that is none.

    It proves nothing about who presents it, and may be long expired: it has been seen by browsers.
    Spec: OpenID Connect Core §3.1.2.1; OpenID Connect RP-Initiated Logout 1.0 §2.
    """
    try:
        unverified = jws.parse(presented)
        found = env.find_key(KeyId(unverified.kid)) if unverified.kid else None
        if found is None or found[1] != ENVIRONMENT_KEYS:
            return None
        key = found[0]
        claims = jwt.read_claims(jws.verify(key.public_key, key.algorithm, unverified))
        if jwt.read_time(claims, "exp") is None or jwt.read_time(claims, "iat") is None:
            return None  # a signed userinfo answer has the same key, but is no ID token
    except (jws.InvalidJWSError, jwt.InvalidClaimsError):
        return None
    if unverified.header.get("typ") not in _TYPES or claims.get("iss") != env.issuer:
        return None
    subject, session_id = claims.get("sub"), claims.get("sid")
    audiences = _audiences(claims.get("aud"))
    if not isinstance(subject, str) or not audiences or "events" in claims:
        return None
    return IdTokenHint(subject, audiences, session_id if isinstance(session_id, str) else None)


def _audiences(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(audience for audience in listed if isinstance(audience, str))
