"""The claims of a JWT access token, written and read back, one way per style.

Each style's claim set tells it apart; the key that signs it does so too.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ostiary.core.base.ids import ClientId, GrantId, TokenId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.formats.jwt import Headers, InvalidClaimsError, read_time
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken
from ostiary.core.model.token_manager import ClaimStyle, ScopeFormat, TokenManager
from ostiary.core.tokens.binding import CONFIRMATION, read_confirmation, write_confirmation
from ostiary.core.tokens.granting import is_transient

Claims = dict[str, object]


def headers(manager: TokenManager) -> Headers:
    """Return the JOSE header members of a manager's tokens beside `alg` and `kid`."""
    members: Headers = (("pi.atm", manager.id),) if manager.manager_header else ()
    if manager.style is ClaimStyle.RFC9068:
        members += (("typ", "at+jwt"),)
    return members


def write_claims(env: Environment, manager: TokenManager, token: AccessToken) -> Claims:
    """Return the claims of `token` in its manager's style."""
    claims = _WRITERS[manager.style](env, manager, token)
    if token.bound_to is not None:
        claims[CONFIRMATION] = write_confirmation(token.bound_to)
    return claims


def _pingfederate(env: Environment, manager: TokenManager, token: AccessToken) -> Claims:
    """Claims as PingFederate's JWT managers write them: no `iss`, `aud`, `sub` or `iat`.

    Spec: PingFederate "JSON token management"; the samples of the seeds.
    """
    claims: Claims = {manager.scope_claim: _scope(manager, token)}
    if manager.authorization_details:
        claims["authorization_details"] = []
    claims[manager.client_claim] = token.client_id
    if token.grant_id is not None:
        _add_grant(claims, manager, token.grant_id)
    claims["jti"] = token.token_id
    _add_attributes(claims, manager, token)
    claims["exp"] = int(token.expires_at)
    return claims


def _pingone(env: Environment, manager: TokenManager, token: AccessToken) -> Claims:
    """Claims as PingOne writes them; a token of the application itself has no `sub`.

    Spec: PingOne "Access tokens".
    """
    claims: Claims = {
        "client_id": token.client_id,
        "iss": env.issuer,
        "jti": token.token_id,
        "iat": int(token.issued_at or 0),
        "exp": int(token.expires_at),
        "aud": token.audiences or (env.management_audience or env.base_url,),
        manager.scope_claim: _scope(manager, token),
        "env": env.id,
        "org": env.organization_id,
    }
    if token.subject is None:
        claims["p1.rid"] = token.token_id
    else:
        claims["sub"] = token.subject
        _add_sign_on(claims, manager, token)
    if manager.legacy_claims:
        claims["acc"] = env.organization_id
        claims["environment_id"] = env.id
        claims["organization_id"] = env.organization_id
    _add_attributes(claims, manager, token)
    return claims


def _rfc9068(env: Environment, manager: TokenManager, token: AccessToken) -> Claims:
    """Claims of the JWT profile for access tokens; without a user the client is the subject.

    Spec: RFC 9068 §2.2, §2.2.1.
    """
    audiences = token.audiences or (env.issuer,)
    claims: Claims = {
        "iss": env.issuer,
        "sub": token.subject or token.client_id,
        "aud": audiences[0] if len(audiences) == 1 else audiences,
        manager.client_claim: token.client_id,
        manager.scope_claim: _scope(manager, token),
        "iat": int(token.issued_at or 0),
        "exp": int(token.expires_at),
        "jti": token.token_id,
    }
    if token.subject is not None:
        _add_sign_on(claims, manager, token)
    _add_attributes(claims, manager, token)
    return claims


def _add_sign_on(claims: Claims, manager: TokenManager, token: AccessToken) -> None:
    """Add what a user's token says of the sign-on that it came from."""
    if token.authenticated_at is not None:
        claims["auth_time"] = int(token.authenticated_at)
    if token.session_id is not None:
        claims["sid"] = token.session_id
    if token.context is not None:
        claims["acr"] = token.context
    if token.grant_id is not None:
        _add_grant(claims, manager, token.grant_id)


def _add_grant(claims: Claims, manager: TokenManager, grant_id: GrantId) -> None:
    """Name the grant that a token came from; that of a transient one is named by its own id."""
    if not is_transient(grant_id):
        claims[manager.grant_claim] = grant_id


def _add_attributes(claims: Claims, manager: TokenManager, token: AccessToken) -> None:
    """Add attributes after the claims that the server itself vouches for; none replaces those."""
    for name, value in token.attributes.items():
        if name != manager.grant_claim:
            claims.setdefault(name, value)


_WRITERS: Mapping[ClaimStyle, Callable[[Environment, TokenManager, AccessToken], Claims]] = {
    ClaimStyle.PINGFEDERATE: _pingfederate,
    ClaimStyle.PINGONE: _pingone,
    ClaimStyle.RFC9068: _rfc9068,
}

_STANDARD = frozenset(
    {"iss", "sub", "aud", "iat", "exp", "nbf", "jti", "cnf", "env", "org", "p1.rid", "acc",
     "environment_id", "organization_id", "authorization_details"}
)  # fmt: skip
_SIGN_ON = frozenset({"auth_time", "sid", "acr"})


def read_token(manager: TokenManager, claims: Mapping[str, Any]) -> AccessToken:
    """Read back the claims of a token that this manager signed.

    What a user's token says of the sign-on is known from its grant.
    Raises: InvalidClaimsError when a claim that every one of our tokens has is missing.
    """
    expires_at = read_time(claims, "exp")
    token_id, client_id = claims.get("jti"), claims.get(manager.client_claim)
    if expires_at is None or not isinstance(token_id, str) or not isinstance(client_id, str):
        raise InvalidClaimsError("exp, jti or the client is missing")
    scope, audience = claims.get(manager.scope_claim, ""), claims.get("aud", ())
    subject, grant_id = claims.get("sub"), claims.get(manager.grant_claim)
    if grant_id is None and is_transient(token_id):
        grant_id = token_id
    own = {manager.client_claim, manager.scope_claim, manager.grant_claim}
    if grant_id is not None:
        own |= _SIGN_ON
    return AccessToken(
        token_id=TokenId(token_id),
        client_id=ClientId(client_id),
        manager_id=manager.id,
        scopes=ScopeSet.parse(scope) if isinstance(scope, str) else ScopeSet.of(scope),
        expires_at=expires_at,
        issued_at=read_time(claims, "iat"),
        subject=None if subject == client_id and grant_id is None else subject,
        audiences=(audience,) if isinstance(audience, str) else tuple(audience),
        attributes={
            name: value
            for name, value in claims.items()
            if name not in _STANDARD and name not in own
        },
        grant_id=grant_id,
        bound_to=read_confirmation(claims) if CONFIRMATION in claims else None,
    )


def _scope(manager: TokenManager, token: AccessToken) -> object:
    if manager.scope_format is ScopeFormat.ARRAY:
        return token.scopes.names
    return " ".join(token.scopes.names)
