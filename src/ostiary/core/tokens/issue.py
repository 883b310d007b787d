"""The one place where tokens are issued: minted in memory, then one commit, then the answer."""

from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.model.audit import Event
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import FrontChannelTokens, Issuance, IssuedTokens
from ostiary.core.model.token_manager import TokenManager
from ostiary.core.ports.events import Events
from ostiary.core.ports.signing import Signer
from ostiary.core.ports.stores import Issuances
from ostiary.core.tokens.access_tokens import describe, describe_for_user
from ostiary.core.tokens.codes import mint_code
from ostiary.core.tokens.granting import Settled, settle
from ostiary.core.tokens.id_token import OPENID
from ostiary.core.tokens.issued_events import (
    authorization_answered,
    token_issued,
    user_token_issued,
)
from ostiary.core.tokens.minting import Minted, mint_access_token, mint_id_token
from ostiary.core.tokens.occasion import Occasion

NOTHING_BESIDE = Issuance()


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

        A JWT of a client itself that redeems nothing needs no store at all.
        Stores: what is redeemed, a reference token, a user's grant or what becomes of it, in one
            commit before this returns.
        Raises: AlreadyRedeemedError, UnavailableError; OAuthError invalid_scope from the audience.
        """
        now = self.clock.now()
        if authorization.person is not None:
            occasion = Occasion(env, authorization, authorization.person, now, address)
            return await self._issue_for_user(occasion, manager)
        token = describe(env, authorization, manager, now)
        minted = await mint_access_token(env, self.signer, manager, token, now)
        if minted.records or authorization.redeems:
            issuance = Issuance(redeems=authorization.redeems, reference_tokens=minted.records)
            await self.issuances.commit(env, issuance, now=now)
        self.events.emit(token_issued(env, authorization, token, address))
        return self._answer(minted)

    async def issue_front(  # noqa: PLR0913 - what goes out together is decided together
        self,
        env: Environment,
        authorization: Authorization,
        manager: TokenManager,
        *,
        wants: frozenset[str],
        request: AuthorizationRequest,
        beside: Issuance = NOTHING_BESIDE,
        address: str,
    ) -> FrontChannelTokens:
        """Mint what goes back through the browser, for an authorization with a person.

        Args:
            wants: parts of `response_type`: `code`, `token`, `id_token`; or nothing.
            beside: what is committed along: the flow's end, the session, a consent.
        Stores: all of that, the code, and the access token with its grant, in one commit.
        Raises: AlreadyRedeemedError, FlowChangedError, UnavailableError; OAuthError invalid_scope
            from the audience.
        """
        if authorization.person is None:
            raise ValueError("nothing goes through a browser without a person")
        occasion = Occasion(env, authorization, authorization.person, self.clock.now(), address)
        issuance, minted, code, grant_id = beside, None, None, None
        events: list[Event] = []
        if "token" in wants:
            minted, settled = await self._mint_for_user(occasion, manager)
            issuance = _with_token(issuance, minted, settled)
            events.append(user_token_issued(occasion, settled, minted.token))
        if "code" in wants:
            front = (minted.token.token_id, minted.token.expires_at) if minted else None
            code, kept = mint_code(occasion, request, beside=front)
            issuance, grant_id = replace(issuance, codes=(*issuance.codes, kept)), kept.grant_id
        signed = None
        if "id_token" in wants:
            access_token = minted.text if minted else None
            signed = await mint_id_token(
                self.signer, occasion, access_token=access_token, code=code
            )
        await self.issuances.commit(env, issuance, now=occasion.now)
        for event in (authorization_answered(occasion, wants, grant_id), *events):
            self.events.emit(event)
        return FrontChannelTokens(code, self._answer(minted) if minted else None, signed)

    async def _issue_for_user(self, occasion: Occasion, manager: TokenManager) -> IssuedTokens:
        authorization = occasion.authorization
        minted, settled = await self._mint_for_user(occasion, manager)
        signed = None
        if OPENID in authorization.scopes:
            signed = await mint_id_token(self.signer, occasion, access_token=minted.text)
        issuance = _with_token(Issuance(redeems=authorization.redeems), minted, settled)
        await self.issuances.commit(occasion.env, issuance, now=occasion.now)
        self.events.emit(user_token_issued(occasion, settled, minted.token))
        answer = self._answer(minted)
        return replace(answer, refresh_token=settled.refresh_token, id_token=signed)

    async def _mint_for_user(
        self, occasion: Occasion, manager: TokenManager
    ) -> tuple[Minted, Settled]:
        settled = settle(occasion, manager)
        token = describe_for_user(occasion, manager, settled.grant)
        minted = await mint_access_token(occasion.env, self.signer, manager, token, occasion.now)
        return minted, settled

    def _answer(self, minted: Minted) -> IssuedTokens:
        # Whole seconds that are left when the answer goes out, as PingFederate counts them.
        expires_in = int(minted.token.expires_at - self.clock.now())
        return IssuedTokens(
            access_token=minted.text, expires_in=max(0, expires_in), scopes=minted.token.scopes
        )


def _with_token(issuance: Issuance, minted: Minted, settled: Settled) -> Issuance:
    return replace(
        issuance,
        reference_tokens=(*issuance.reference_tokens, *minted.records),
        grants=(*issuance.grants, *settled.made),
        rotates=settled.rotates,
    )
