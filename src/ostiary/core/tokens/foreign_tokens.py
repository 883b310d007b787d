"""JWTs of other issuers that the configuration trusts: believed, or refused with a reason."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.core.base.clock import Clock
from ostiary.core.crypto import jws
from ostiary.core.formats import jwt
from ostiary.core.model.environment import Environment
from ostiary.core.model.trusted_issuer import TrustedIssuer
from ostiary.core.ports.foreign_keys import ForeignKeys

SKEW_SECONDS = 10.0
MAX_SUBJECT_CHARACTERS = 256
MAX_TRIED_KEYS = 4
"""Of a token that does not say by which key it is signed."""
GRANT_TYPES_OF_JWT = frozenset({None, "jwt", "authorization-grant+jwt"})
"""Values of `typ`: what is plainly another kind of JWT is not taken for an assertion."""


class ForeignTokenRefusedError(ValueError):
    """A JWT is not believed; the message, for the event log, says why."""


@dataclass(frozen=True, slots=True)
class ForeignToken:
    """A JWT that was believed.

    Args:
        subject: of the claim that the issuer's rule names.
        expires_at: seconds since the epoch, and `replay_key` tells it from all others until then.
    """

    issuer: TrustedIssuer
    claims: Mapping[str, Any]
    subject: str
    expires_at: float
    replay_key: bytes


@dataclass(frozen=True, slots=True)
class ForeignTokens:
    """Verifies them.

    Spec: RFC 7523 §3; RFC 8725 §3.
    """

    foreign_keys: ForeignKeys
    clock: Clock

    async def verify(
        self,
        env: Environment,
        compact: str,
        *,
        endpoints: tuple[str, ...],
        types: frozenset[str | None] = GRANT_TYPES_OF_JWT,
    ) -> ForeignToken:
        """Return what a JWT says, if an issuer that is trusted here says it to us, and now.

        Args:
            endpoints: paths of the token endpoint, which may stand in `aud` for us.
            types: what `typ` may be, in lower case and without "application/".
        Raises: ForeignTokenRefusedError; UnavailableError when keys cannot be read now.
        """
        try:
            unverified = jws.parse(compact)
            issuer = find_issuer(env, unverified)
            if issuer is None:
                raise ForeignTokenRefusedError("no trusted issuer")
            _check_type(unverified, types)
            claims = jwt.read_claims(await self._verify_signature(env, issuer, unverified))
            expires_at = jwt.check_times(
                claims,
                now=self.clock.now(),
                skew_seconds=SKEW_SECONDS,
                max_lifetime_seconds=issuer.max_lifetime_seconds,
            )
            _check_audience(env, issuer, claims, endpoints)
            subject = _read_subject(issuer, claims)
            key = _replay_key(issuer, claims, unverified)
        except (jws.InvalidJWSError, jwt.InvalidClaimsError) as error:
            raise ForeignTokenRefusedError(str(error)) from error
        return ForeignToken(issuer, claims, subject, expires_at, key)

    async def _verify_signature(
        self, env: Environment, issuer: TrustedIssuer, unverified: jws.UnverifiedJWS
    ) -> bytes:
        from ostiary.core.crypto.foreign_jws import verify_with_key  # noqa: PLC0415 - seldom used

        if unverified.algorithm not in issuer.algorithms:
            raise jws.InvalidJWSError("an algorithm that the issuer is not believed by")
        keys = issuer.keys
        if issuer.jwks_url is not None:
            keys = await self.foreign_keys.find(env, issuer.jwks_url, kid=unverified.kid)
        fitting = [
            key
            for key in keys
            if key.algorithm == unverified.algorithm and unverified.kid in (None, key.kid)
        ]
        refusal = jws.InvalidJWSError("no key of the issuer of that id and algorithm")
        for key in fitting[:MAX_TRIED_KEYS]:
            try:
                return verify_with_key(unverified, key)
            except jws.InvalidJWSError as error:
                refusal = error
        raise refusal


def find_issuer(env: Environment, unverified: jws.UnverifiedJWS) -> TrustedIssuer | None:
    """Return the trusted issuer that a JWT names, which nobody has verified yet.

    Raises: InvalidClaimsError.
    """
    named = jwt.read_claims(unverified.payload).get("iss")
    return env.trusted_issuers.get(named) if isinstance(named, str) else None


def _check_type(unverified: jws.UnverifiedJWS, types: frozenset[str | None]) -> None:
    """Refuse another kind of JWT. Spec: RFC 8725 §3.11; RFC 7515 §4.1.9."""
    named = unverified.header.get("typ")
    if isinstance(named, str):
        named = named.lower().removeprefix("application/")
    if not isinstance(named, str | None) or named not in types:
        raise jws.InvalidJWSError("typ names another kind of token")


def _check_audience(
    env: Environment,
    issuer: TrustedIssuer,
    claims: Mapping[str, Any],
    endpoints: tuple[str, ...],
) -> None:
    """Refuse a token for somebody else, or for others too: they could bring it here.

    Spec: RFC 7523 §3 (3).
    """
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    ours = {base + path for base in env.endpoint_bases for path in endpoints}
    if not isinstance(audience, str) or audience not in {env.issuer} | ours | issuer.audiences:
        raise jwt.InvalidClaimsError("the audience is not this server alone")


def _read_subject(issuer: TrustedIssuer, claims: Mapping[str, Any]) -> str:
    subject = claims.get(issuer.subject_claim)
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARACTERS:
        raise jwt.InvalidClaimsError("the subject is missing")
    if not subject.isprintable():
        raise jwt.InvalidClaimsError("the subject holds control characters")
    return subject


def _replay_key(
    issuer: TrustedIssuer, claims: Mapping[str, Any], unverified: jws.UnverifiedJWS
) -> bytes:
    """Return what tells a token from every other of its issuer.

    Without `jti`, which is optional, the signed bytes themselves do.
    Spec: RFC 7523 §3 (7).
    """
    jti = claims.get("jti")
    if jti is not None and (not isinstance(jti, str) or not jti):
        raise jwt.InvalidClaimsError("jti is no text")
    identity = b"input:" + unverified.signing_input if jti is None else b"jti:" + jti.encode()
    return hashlib.sha256(issuer.issuer.encode() + b"\x00" + identity).digest()
