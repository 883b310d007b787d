"""The claims of an access token: is it one, is it for this API, and is it for now?"""

from collections.abc import Mapping
from typing import Any

from ostiary_client.errors import InvalidTokenError
from ostiary_client.printable import printable
from ostiary_client.verification import refusals
from ostiary_client.verification.binding import Certificate, check_binding
from ostiary_client.verification.reading.claims import read_scopes, read_text, read_texts
from ostiary_client.verification.reading.unverified import UnverifiedJWT
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.validity import Moment, check_times, require_expiry
from ostiary_client.verification.verified_token import VerifiedToken

_PROFILE = frozenset({"at+jwt", "application/at+jwt"})
_TYPES = _PROFILE | {"jwt", None}
_OF_ID_TOKENS = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
_OF_EVENTS = frozenset({"events", "sub_id"})
_OTHER_USES = frozenset({"id", "refresh", "offline", "logout"})
_OF_ACCESS_TOKENS = frozenset(
    {"scope", "scp", "client_id", "client_id_name", "cid", "appid", "permissions",
     "authorization_details"}
)  # fmt: skip
OF_OTHER_TOKENS = _OF_ID_TOKENS | _OF_ACCESS_TOKENS
"""What a logout token has no use for."""
_CLIENT = ("client_id", "client_id_name", "cid", "azp", "appid")


def check_access_token(
    jwt: UnverifiedJWT,
    issuer: TrustedIssuer,
    moment: Moment,
    certificate: Certificate | None = None,
) -> VerifiedToken:
    """Return what an access token says whose signature has been checked.

    Spec: RFC 9068 §4; RFC 8725 §3.11.
    Args: certificate is what its sender showed.
    Raises: InvalidTokenError.
    """
    if not is_access_token(jwt):
        raise InvalidTokenError(
            refusals.NO_ACCESS_TOKEN,
            remedy="It seems to be an ID token; the access token that came with it is wanted",
        )
    check_binding(jwt.claims, certificate)
    audience = check_audience(jwt.claims, issuer)
    return VerifiedToken(
        issuer=issuer.issuer,
        subject=read_text(jwt.claims, "sub"),
        client_id=read_text(jwt.claims, *_CLIENT),
        audience=audience,
        scopes=read_scopes(jwt.claims),
        expires_at=require_expiry(check_times(jwt.claims, moment)),
        claims=jwt.claims,
        value=jwt.value,
    )


def check_introspected(
    value: str,
    claims: Mapping[str, Any],
    issuer: TrustedIssuer,
    moment: Moment,
    certificate: Certificate | None = None,
) -> VerifiedToken:
    """Return what an issuer says of a token that it calls active.

    Spec: RFC 7662 §2.2, §4.
    Args: certificate is what its sender showed.
    Raises: InvalidTokenError.
    """
    if claims.get("iss", issuer.issuer) != issuer.issuer:
        raise InvalidTokenError(refusals.UNKNOWN_ISSUER)
    if (_OF_ID_TOKENS | {"events"}) & claims.keys():
        raise InvalidTokenError(refusals.NO_ACCESS_TOKEN)
    check_binding(claims, certificate)
    return VerifiedToken(
        issuer=issuer.issuer,
        subject=read_text(claims, "sub"),
        client_id=read_text(claims, *_CLIENT),
        audience=check_audience(claims, issuer),
        scopes=read_scopes(claims),
        expires_at=check_times(claims, moment),
        claims=claims,
        value=value,
    )


def is_access_token(jwt: UnverifiedJWT) -> bool:
    """Tell whether a token is an access token, and no ID token or yet something else.

    Where the header does not say, the claims must: an access token has a scope or a client, and
    none of those claims that bind an ID token to its login.

    Spec: RFC 8725 §3.11, §3.12; RFC 9068 §2.1, §4.
    """
    if jwt.typ in _PROFILE or jwt.typ not in _TYPES:
        return jwt.typ in _PROFILE
    uses = {str(jwt.claims.get(name, "")).lower() for name in ("token_use", "typ")}
    if (_OF_ID_TOKENS | _OF_EVENTS) & jwt.claims.keys() or uses & _OTHER_USES:
        return False
    return bool(_OF_ACCESS_TOKENS & jwt.claims.keys())


def check_audience(claims: Mapping[str, Any], issuer: TrustedIssuer) -> tuple[str, ...]:
    """Refuse a token for another API; return everybody it is for.

    Spec: RFC 7519 §4.1.3; RFC 9068 §4.
    """
    audience = read_texts(claims, "aud") or ()
    if issuer.audiences is None or set(audience) & set(issuer.audiences):
        return audience
    found = " ".join(audience) if audience else "nobody: aud is missing"
    raise InvalidTokenError(
        refusals.OTHER_AUDIENCE,
        remedy=f"It is for {printable(found)}, not for {' or '.join(issuer.audiences)}",
    )
