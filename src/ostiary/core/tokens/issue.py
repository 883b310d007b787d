"""The one place where access tokens are minted: in memory, then one commit, then the answer."""

import os
from dataclasses import dataclass

from ostiary.core.base import b64
from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import TokenId, handle_key, mint_handle
from ostiary.core.formats import jwt
from ostiary.core.model.audit import TokenIssued
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken, Issuance, IssuedTokens, ReferenceToken
from ostiary.core.model.token_manager import TokenKind, TokenManager
from ostiary.core.ports.events import Events
from ostiary.core.ports.signing import Signer
from ostiary.core.ports.stores import Issuances
from ostiary.core.tokens import claims
from ostiary.core.tokens.targets import choose_audiences


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Turns an authorization into tokens."""

    issuances: Issuances
    signer: Signer
    events: Events
    clock: Clock

    async def issue(
        self, env: Environment, authorization: Authorization, manager: TokenManager, *, address: str
    ) -> IssuedTokens:
        """Mint the tokens of `authorization`, spend what it redeems, record them.

        A JWT that redeems nothing needs no store at all.
        Stores: what is redeemed and a reference token, in one commit before this returns.
        Raises: AlreadyRedeemedError, UnavailableError; OAuthError invalid_scope from the audience.
        """
        now = self.clock.now()
        token = _describe(env, authorization, manager, now)
        records: tuple[ReferenceToken, ...] = ()
        if manager.kind is TokenKind.JWT:
            text = await self._sign(env, manager, token, now)
        else:
            text, record = _refer(manager, token, now)
            records = (record,)
        if records or authorization.redeems:
            issuance = Issuance(redeems=authorization.redeems, reference_tokens=records)
            await self.issuances.commit(env, issuance, now=now)
        self.events.emit(
            TokenIssued(
                environment=env.id,
                client=token.client_id,
                grant_type=authorization.grant_type,
                manager=manager.id,
                token_id=token.token_id,
                scope=str(token.scopes),
                address=address,
            )
        )
        # Whole seconds that are left when the answer goes out, as PingFederate counts them.
        return IssuedTokens(
            access_token=text,
            expires_in=max(0, int(token.expires_at - self.clock.now())),
            scopes=token.scopes,
        )

    async def _sign(
        self, env: Environment, manager: TokenManager, token: AccessToken, now: float
    ) -> str:
        key = env.key_sets[manager.key_set].signing_key(manager.algorithm, now)
        members = claims.write_claims(env, manager, token)
        signed = jwt.signing_input(key, claims.headers(manager), members)
        return jwt.compact(signed, await self.signer.sign(key, signed))


def _describe(
    env: Environment, authorization: Authorization, manager: TokenManager, now: float
) -> AccessToken:
    issued_at = int(now)
    attributes: dict[str, object] = {**manager.attributes, **authorization.claims}
    return AccessToken(
        token_id=TokenId(b64.encode(os.urandom(manager.jti_bytes))),
        client_id=authorization.client.client_id,
        manager_id=manager.id,
        scopes=authorization.scopes,
        expires_at=issued_at + manager.lifetime_seconds,
        issued_at=issued_at,
        subject=authorization.subject,
        audiences=choose_audiences(env, manager, authorization.scopes, authorization.resources),
        attributes=attributes,
    )


def _refer(manager: TokenManager, token: AccessToken, now: float) -> tuple[str, ReferenceToken]:
    handle = mint_handle(manager.length, now, prefix=manager.selector)
    key = handle_key(handle, prefix_length=len(manager.selector))
    if key is None:
        raise ValueError("the clock is past the year 2106: handles cannot carry its time")
    return handle, ReferenceToken(key=key, token=token)
