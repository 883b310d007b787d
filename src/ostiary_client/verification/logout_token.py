"""The claims of a logout token: is it one, for this application, and of this moment?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary_client.errors import InvalidTokenError
from ostiary_client.verification import refusals
from ostiary_client.verification.access_token import OF_OTHER_TOKENS
from ostiary_client.verification.reading.claims import read_text, read_texts, read_time
from ostiary_client.verification.reading.unverified import UnverifiedJWT
from ostiary_client.verification.spent_tokens import key_of
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.validity import Moment, check_times, require_expiry

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_AGE_SECONDS = 300.0
"""However long a token says that it lives; the standard advises two minutes."""
_TYPES = frozenset({"logout+jwt", "application/logout+jwt"})
_UNTYPED = frozenset({"jwt", None})


@dataclass(frozen=True, slots=True)
class LogoutToken:
    """Whose session is over, as the issuer vouches.

    Without `session_id` all sessions of `subject` are; one of the two is there. `token_id` is the
    token's `jti`, `claims` all that it says, which does not show in a repr.
    """

    issuer: str
    client_id: str
    subject: str | None
    session_id: str | None
    token_id: str
    issued_at: float
    expires_at: float
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class UnspentLogoutToken:
    """A logout token that is good if nobody has taken it so far; `until` it could be taken."""

    token: LogoutToken
    until: float

    @property
    def key(self) -> str:
        """Its name among those that were taken."""
        return key_of(self.token.issuer, self.token.client_id, self.token.token_id)


def check_logout_token(
    jwt: UnverifiedJWT, issuer: TrustedIssuer, client_id: str, moment: Moment
) -> UnspentLogoutToken:
    """Return what a logout token says whose signature has been checked.

    Spec: OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6.
    Raises: InvalidTokenError.
    """
    _check_kind(jwt, issuer)
    if set(read_texts(jwt.claims, "aud") or ()) != {client_id}:
        raise InvalidTokenError(refusals.NO_LOGOUT_TOKEN, remedy="Its aud names another")
    issued_at, expires_at = _check_age(jwt.claims, moment)
    subject, session_id = _read_id(jwt.claims, "sub"), _read_id(jwt.claims, "sid")
    token_id = _read_id(jwt.claims, "jti")
    if token_id is None or (subject is None and session_id is None):
        raise refusals.unusable("jti is missing, or both sub and sid are")
    token = LogoutToken(
        issuer.issuer, client_id, subject, session_id, token_id, issued_at, expires_at, jwt.claims
    )
    ends_at = min(expires_at, issued_at + LONGEST_AGE_SECONDS)
    # A second more: it is good up to the very end, and clocks of workers are not quite the same.
    return UnspentLogoutToken(token, ends_at + moment.leeway_seconds + 1)


def _check_kind(jwt: UnverifiedJWT, issuer: TrustedIssuer) -> None:
    is_untyped = jwt.typ in _UNTYPED
    if jwt.typ not in _TYPES and not (is_untyped and issuer.logout_type_optional):
        raise InvalidTokenError(
            refusals.NO_LOGOUT_TOKEN,
            remedy="Its typ is not logout+jwt; logout_type_optional is for issuers who write none",
        )
    # Without a type the claims alone tell it from the issuer's other tokens.
    if "nonce" in jwt.claims or (is_untyped and OF_OTHER_TOKENS & jwt.claims.keys()):
        raise InvalidTokenError(refusals.NO_LOGOUT_TOKEN, remedy="It has claims of other tokens")
    events = jwt.claims.get("events")
    if not isinstance(events, dict) or events.keys() != {EVENT}:
        raise InvalidTokenError(refusals.NO_LOGOUT_TOKEN, remedy="Its events are not of logout")
    if not isinstance(events[EVENT], dict):
        raise refusals.unusable("the event is no object")
    if jwt.claims.get("iss") != issuer.issuer:
        raise refusals.unusable("iss is missing")


def _check_age(claims: Mapping[str, Any], moment: Moment) -> tuple[float, float]:
    expires_at = require_expiry(check_times(claims, moment))
    issued_at = read_time(claims, "iat")
    if issued_at is None:
        raise refusals.unusable("iat is missing")
    if issued_at + LONGEST_AGE_SECONDS <= moment.now - moment.leeway_seconds:
        raise InvalidTokenError(refusals.EXPIRED, remedy="Its iat is too long ago")
    return issued_at, expires_at


def _read_id(claims: Mapping[str, Any], name: str) -> str | None:
    if name in claims and not read_text(claims, name):
        raise refusals.unusable(f"{name} is empty")
    return read_text(claims, name)
