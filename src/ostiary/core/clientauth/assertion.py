"""A client assertion: a JWT by which a client speaks for itself, good once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ostiary.core.base.clock import Clock
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import Presented, Rejected, UnverifiedAssertion
from ostiary.core.crypto import jws
from ostiary.core.formats import jwt
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.token import Issuance, Redemption
from ostiary.core.ports.stores import AlreadyRedeemedError, Issuances

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SKEW_SECONDS = 10.0
MAX_LIFETIME_SECONDS = 3600.0

VerifySignature = Callable[[Client | None, jws.UnverifiedJWS], bytes]
"""Returns the payload when the client signed it; raises InvalidJWSError otherwise.

An unknown client never did, which takes as long to find out as for a known one.
"""


def read_assertion(params: Params) -> UnverifiedAssertion | None:
    """Return the assertion that a request carries, unverified, or None without one."""
    unverified_assertion = params.find("client_assertion")
    if unverified_assertion is None:
        return None
    try:
        unverified = jws.parse(unverified_assertion)
        subject = jwt.read_claims(unverified.payload).get("sub")
    except (jws.InvalidJWSError, jwt.InvalidClaimsError):
        return UnverifiedAssertion(jws=None)
    return UnverifiedAssertion(unverified, subject if isinstance(subject, str) else "")


def find_claimed(presented: Presented, *, is_symmetric: bool) -> str | None:
    """Return the client that an assertion of this kind names, unverified, or None without one.

    An unreadable assertion claims nobody ("") as an asymmetric one.
    """
    assertion = presented.assertion
    if assertion is None:
        return None
    if assertion.jws is None:
        return None if is_symmetric else ""
    return assertion.subject if assertion.jws.algorithm.startswith("HS") is is_symmetric else None


@dataclass(frozen=True, slots=True)
class AssertionVerifier:
    """Checks everything about an assertion but the way its signature is made.

    Spec: RFC 7523 §3; RFC 7521 §4.2, §5.2; OpenID Connect Core §9.
    """

    issuances: Issuances
    clock: Clock

    async def verify(
        self,
        env: Environment,
        client: Client | None,
        params: Params,
        presented: Presented,
        verify_signature: VerifySignature,
    ) -> Client | Rejected:
        """Return the client when its assertion holds and was never used before.

        Stores: the assertion's identity until it expires, durably.
        """
        if params.find("client_assertion_type") != ASSERTION_TYPE:
            return Rejected("unknown client_assertion_type")
        if presented.assertion is None or presented.assertion.jws is None:
            return Rejected("unreadable assertion")
        unverified, now = presented.assertion.jws, self.clock.now()
        try:
            payload = verify_signature(client, unverified)
            if client is None:
                return Rejected("unknown client")
            claims = jwt.read_claims(payload)
            expires_at = jwt.check_times(
                claims,
                now=now,
                skew_seconds=SKEW_SECONDS,
                max_lifetime_seconds=MAX_LIFETIME_SECONDS,
            )
            check_parties(env, client, claims, presented.endpoints)
            key = replay_key(env, client, claims, unverified)
        except (jws.InvalidJWSError, jwt.InvalidClaimsError) as error:
            return Rejected(str(error) if client else "unknown client")
        spent = Redemption("client_assertion", key, expires_at + SKEW_SECONDS)
        try:
            await self.issuances.commit(env, Issuance(redeems=(spent,)), now=now)
        except AlreadyRedeemedError:
            return Rejected("replayed assertion")
        return client


def check_parties(
    env: Environment, client: Client, claims: dict[str, Any], endpoints: tuple[str, ...]
) -> None:
    """Refuse an assertion by or for somebody else.

    The audience is the issuer, the token endpoint under any configured base, or the called
    endpoint, as a string or an array of one.
    Raises: InvalidClaimsError.
    """
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise jwt.InvalidClaimsError("iss and sub must both be the client id")
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    accepted = {env.issuer}
    if not client.issuer_audience_only:
        accepted |= {base + path for base in env.endpoint_bases for path in endpoints}
    if not isinstance(audience, str) or audience not in accepted:
        raise jwt.InvalidClaimsError("the audience is not this server")


def replay_key(
    env: Environment, client: Client, claims: dict[str, Any], unverified: jws.UnverifiedJWS
) -> bytes:
    """Return what tells this assertion from every other of the client.

    PingOne's clients may leave `jti` out; then the signed bytes themselves are the identity.
    Raises: InvalidClaimsError when `jti` is missing where it is required, or is no string.
    """
    jti = claims.get("jti")
    if isinstance(jti, str) and jti:
        identity = b"jti:" + jti.encode()
    elif jti is None and env.face is Face.PINGONE:
        identity = b"input:" + unverified.signing_input
    else:
        raise jwt.InvalidClaimsError("jti is missing")
    return hashlib.sha256(client.client_id.encode() + b"\x00" + identity).digest()
