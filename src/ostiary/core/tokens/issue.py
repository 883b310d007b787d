"""The one place where tokens are issued: minted in memory, then one commit, then the answer."""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import SessionId
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import (
    AccessToken,
    FrontChannelTokens,
    Issuance,
    IssuedTokens,
    ReferenceToken,
)
from ostiary.core.model.token_manager import TokenManager
from ostiary.core.model.user_grant import UserGrant
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
from ostiary.core.tokens.minting import mint_access_token, mint_id_token
from ostiary.core.tokens.occasion import Occasion
from ostiary.core.tokens.participation import join

NOTHING_BESIDE = Issuance()


class _Minted(msgspec.Struct, frozen=True):
    """A user's access token that nobody has yet, and what is to be stored of it."""

    text: str
    token: AccessToken
    records: tuple[ReferenceToken, ...]
    settled: Settled


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
        Raises: AlreadyRedeemedError, SessionEndedError, UnavailableError; OAuthError invalid_scope
            from the audience.
        """
        now = self.clock.now()
        if authorization.person is not None:
            occasion = Occasion(env, authorization, authorization.person, now, address)
            return await self._issue_for_user(occasion, manager)
        token = describe(env, authorization, manager, now)
        text, records = await mint_access_token(env, self.signer, manager, token, now)
        if records or authorization.redeems:
            issuance = Issuance(redeems=authorization.redeems, reference_tokens=records)
            await self.issuances.commit(env, issuance, now=now)
        self.events.emit(token_issued(env, authorization, token, address))
        issued_type = authorization.issued_token_type
        return self._answer(text, token, issued_token_type=issued_type)

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
        Stores: all of that, the code, the access token with its grant, and that the client is to
            be told of the session's end, in one commit.
        Raises: AlreadyRedeemedError, FlowChangedError, SessionEndedError, UnavailableError;
            OAuthError invalid_scope from the audience.
        """
        if authorization.person is None:
            raise ValueError("nothing goes through a browser without a person")
        occasion = Occasion(env, authorization, authorization.person, self.clock.now(), address)
        issuance, minted, code, kept, signed = join(beside, occasion), None, None, None, None
        if "token" in wants:
            minted = await self._mint_for_user(occasion, manager)
            issuance = _with_token(issuance, minted)
        if "code" in wants:
            front = (minted.token.token_id, minted.token.expires_at) if minted else None
            code, kept = mint_code(occasion, request, beside=front)
            issuance = replace(issuance, codes=(*issuance.codes, kept))
        if "id_token" in wants:
            access_token = minted.text if minted else None
            signed = await mint_id_token(
                self.signer, occasion, access_token=access_token, code=code
            )
        await self.issuances.commit(env, issuance, now=occasion.now)
        self.events.emit(authorization_answered(occasion, wants, kept.grant_id if kept else None))
        if minted is None:
            return FrontChannelTokens(code, None, signed)
        self.events.emit(user_token_issued(occasion, minted.settled, minted.token))
        return FrontChannelTokens(code, self._answer(minted.text, minted.token), signed)

    async def _issue_for_user(self, occasion: Occasion, manager: TokenManager) -> IssuedTokens:
        authorization = occasion.authorization
        minted = await self._mint_for_user(occasion, manager)
        settled, signed = minted.settled, None
        if OPENID in authorization.scopes and authorization.has_id_token:
            signed = await mint_id_token(self.signer, occasion, access_token=minted.text)
        issuance = Issuance(
            redeems=authorization.redeems,
            reference_tokens=minted.records,
            grants=settled.made,
            rotates=settled.rotates,
            needs_session=_needed_session(settled.made),
        )
        await self.issuances.commit(occasion.env, issuance, now=occasion.now)
        self.events.emit(user_token_issued(occasion, settled, minted.token))
        return self._answer(
            minted.text,
            minted.token,
            settled.refresh_token,
            signed,
            authorization.issued_token_type,
        )

    async def _mint_for_user(self, occasion: Occasion, manager: TokenManager) -> _Minted:
        settled, env = settle(occasion, manager), occasion.env
        token = describe_for_user(occasion, manager, settled.grant)
        text, records = await mint_access_token(env, self.signer, manager, token, occasion.now)
        return _Minted(text, token, records, settled)

    def _answer(
        self,
        text: str,
        token: AccessToken,
        refresh_token: str | None = None,
        id_token: str | None = None,
        issued_token_type: str | None = None,
    ) -> IssuedTokens:
        # Whole seconds that are left when the answer goes out, as PingFederate counts them.
        expires_in = max(0, int(token.expires_at - self.clock.now()))
        return IssuedTokens(
            text,
            expires_in,
            token.scopes,
            refresh_token=refresh_token,
            id_token=id_token,
            issued_token_type=issued_token_type,
        )


def _with_token(issuance: Issuance, minted: _Minted) -> Issuance:
    settled = minted.settled
    # A session that begins by the same commit need not be there before.
    needed = issuance.needs_session
    if issuance.session is None:
        needed = _needed_session(settled.made, needed)
    return replace(
        issuance,
        reference_tokens=(*issuance.reference_tokens, *minted.records),
        grants=(*issuance.grants, *settled.made),
        rotates=settled.rotates,
        needs_session=needed,
    )


def _needed_session(
    made: tuple[UserGrant, ...], otherwise: SessionId | None = None
) -> SessionId | None:
    """Return the session with which a new grant ends: it must still be there."""
    for grant in made:
        if grant.ends_with_session:
            return grant.session_id
    return otherwise
