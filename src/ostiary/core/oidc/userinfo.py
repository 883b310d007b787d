"""Userinfo: what a client may read about the user whose token it has."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError
from ostiary.core.clientauth.contract import Presented
from ostiary.core.crypto.client_certificates import ClientCertificate
from ostiary.core.model.audit.tokens import UserinfoAnswered
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.refusals import describe_refusal
from ostiary.core.ports.events import Events
from ostiary.core.ports.signing import Signer
from ostiary.core.tokens.binding import check_held
from ostiary.core.tokens.id_token import OPENID, choose_key
from ostiary.core.tokens.inspect import TokenInspector, UserToken
from ostiary.core.tokens.minting import sign_jwt
from ostiary.core.tokens.user_claims import claims_of_scopes, claims_wished

Claims = Mapping[str, object]


class UserinfoAnswer(msgspec.Struct, frozen=True):
    """Claims about a user, or the JWT in which they stand for a client that wants it so."""

    claims: Claims
    signed: str | None = None

    def __repr__(self) -> str:
        return "UserinfoAnswer(…)"


@dataclass(frozen=True, slots=True)
class Userinfo:
    """Answers requests with an access token for a user's data."""

    inspector: TokenInspector
    signer: Signer
    events: Events
    clock: Clock

    async def respond(
        self,
        env: Environment,
        presented: str,
        *,
        address: str,
        certificate: ClientCertificate | None = None,
    ) -> UserinfoAnswer:
        """Return the claims that the token's scopes, and the request that it came from, ask for.

        Spec: OpenID Connect Core §5.3.
        Args:
            presented: what stood in the place of a bearer token.
            certificate: that the caller showed, for a token that is bound to one.
        Raises: OAuthError invalid_token, insufficient_scope; UnavailableError.
        """
        try:
            found = await self._inspect(env, presented, certificate)
        except ProtocolError as error:
            caller = Presented(address, ())
            self.events.emit(
                describe_refusal(env, "userinfo", error, client=None, presented=caller)
            )
            raise
        claims = _claims(env, found)
        signed = await self._sign(env, found, claims)
        self.events.emit(
            UserinfoAnswered(
                environment=env.id,
                client=found.token.client_id,
                user=found.user.id,
                token_id=found.token.token_id,
                address=address,
            )
        )
        return UserinfoAnswer(claims, signed)

    async def _inspect(
        self, env: Environment, presented: str, certificate: ClientCertificate | None
    ) -> UserToken:
        found = await self.inspector.inspect_for_user(env, presented)
        if found is None:
            raise OAuthError(
                OAuthCode.INVALID_TOKEN, "The access token is unknown, expired or revoked."
            )
        check_held(found.token, certificate)
        if OPENID not in found.token.scopes:
            raise OAuthError(
                OAuthCode.INSUFFICIENT_SCOPE, "The access token lacks the scope openid."
            )
        return found

    async def _sign(self, env: Environment, found: UserToken, claims: Claims) -> str | None:
        """Sign the claims for a client that has asked for it.

        Spec: OpenID Connect Core §5.3.2 (`iss` and `aud`).
        """
        client = env.clients[found.token.client_id]
        if client.userinfo_algorithm is None:
            return None
        key = choose_key(env, client.userinfo_algorithm, self.clock.now())
        members = {**claims, "iss": env.issuer, "aud": client.client_id}
        return await sign_jwt(self.signer, key, members)


def _claims(env: Environment, found: UserToken) -> dict[str, object]:
    token, user = found.token, found.user
    claims: dict[str, object] = {"sub": token.subject, **env.traits.tenant_claims}
    asked = claims_of_scopes(env, user, token.scopes)
    if token.claims is not None:
        client = env.clients[token.client_id]
        asked |= claims_wished(env, user, client, token.claims.userinfo)
    for name, value in asked.items():
        claims.setdefault(name, value)
    return claims
