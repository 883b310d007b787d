"""What people end of their own: other sessions of theirs, and what they once allowed a client."""

import hmac
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

import msgspec

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import ClientId, SessionId
from ostiary.core.flow.browser import Browser
from ostiary.core.flow.browsers import BrowserSessions
from ostiary.core.model.audit.sign_on import ConsentWithdrawn, OwnSessionEnded
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Session
from ostiary.core.model.user import User
from ostiary.core.oauth.authorize import Authorize
from ostiary.core.oidc.own_account import (
    MAX_GRANTS,
    Receipt,
    request_page,
    token_of,
    write_receipt,
)
from ostiary.core.ports.events import Events
from ostiary.core.ports.sessions import Sessions
from ostiary.core.ports.user_grants import Consents, UserGrants
from ostiary.core.signon.second_factors import SecondFactors
from ostiary.core.tokens.codes import first_live_key


class EndSession(msgspec.Struct, frozen=True):
    """End one session, but not the one in which that is wished."""

    session_id: SessionId


class EndOthers(msgspec.Struct, frozen=True):
    """End every session but the one in which that is wished."""


class Withdraw(msgspec.Struct, frozen=True):
    """Take back what a client was allowed."""

    client_id: ClientId


class ForgetBrowsers(msgspec.Struct, frozen=True):
    """Ask for a second factor again in every browser that was remembered."""


Wish = EndSession | EndOthers | Withdraw | ForgetBrowsers
SOURCE = "account"


class Unchanged(Enum):
    """Why nothing was changed."""

    NOBODY = auto()
    """Nobody is signed on, or not as freshly as it takes."""
    ABSENT = auto()
    """There is no such thing, or it is somebody else's."""


@dataclass(frozen=True, slots=True)
class OwnChanges:
    """Ends what people want ended, if they are who they seem to be and it is theirs."""

    authorize: Authorize
    browsers: BrowserSessions
    sessions: Sessions
    user_grants: UserGrants
    consents: Consents
    second_factors: SecondFactors
    events: Events
    clock: Clock

    async def carry_out(
        self, env: Environment, wish: Wish, presented: str, browser: Browser
    ) -> str | Unchanged:
        """Do what a person wants, and return a receipt for `OwnAccount.show`.

        Args: presented: the token of the page.
        Stores: the end of sessions and grants, durably. Raises: UnavailableError.
        """
        recognized = await self.browsers.recognize(env, browser)
        session, user = recognized.session, recognized.user
        if session is None or user is None:
            return Unchanged.NOBODY
        if not hmac.compare_digest(
            presented.encode(errors="replace"), token_of(env, session).encode()
        ):
            return write_receipt(env, session, Receipt.STALE)
        if not await self.authorize.is_satisfied(env, request_page("", is_fresh=True), browser):
            return Unchanged.NOBODY
        receipt = await self._do(env, wish, session, user, browser.address)
        return Unchanged.ABSENT if receipt is None else write_receipt(env, session, receipt)

    async def _do(
        self, env: Environment, wish: Wish, by: Session, user: User, address: str
    ) -> Receipt | None:
        match wish:
            case EndSession():
                return await self._end(env, wish.session_id, by, user, address)
            case EndOthers():
                return await self._end_others(env, by, user, address)
            case Withdraw():
                return await self._withdraw(env, wish.client_id, by, user, address)
            case ForgetBrowsers():
                await self.second_factors.forget_browsers(env, user, source=SOURCE)
                return Receipt.FORGOTTEN
            case never:
                assert_never(never)

    async def _end(
        self, env: Environment, session_id: SessionId, by: Session, user: User, address: str
    ) -> Receipt | None:
        # No id from outside reaches the store: it is one of the person's own, or of nothing.
        own = await self.sessions.select_of_user(env, user.id, now=self.clock.now())
        is_own = session_id in {each.id for each in own}
        if not is_own or session_id == by.id or not await self.sessions.end(env, session_id):
            return None
        self.events.emit(OwnSessionEnded(env.id, user.id, session_id, by.id, address))
        return Receipt.ENDED

    async def _end_others(
        self, env: Environment, by: Session, user: User, address: str
    ) -> Receipt | None:
        for each in await self.sessions.select_of_user(env, user.id, now=self.clock.now()):
            if each.id != by.id and await self.sessions.end(env, each.id):
                self.events.emit(OwnSessionEnded(env.id, user.id, each.id, by.id, address))
        return Receipt.ENDED_OTHERS

    async def _withdraw(
        self, env: Environment, client_id: ClientId, by: Session, user: User, address: str
    ) -> Receipt | None:
        now = self.clock.now()
        grants = await self.user_grants.select_of_user(env, user.id, now=now, limit=MAX_GRANTS)
        consents = await self.consents.select_of_user(env, user.id)
        if client_id not in {
            *(each.client_id for each in grants),
            *(e.client_id for e in consents),
        }:
            return None
        revoked = await self.user_grants.revoke_of_user(
            env, user.id, client_id, codes_from=first_live_key(env, now)
        )
        self.events.emit(ConsentWithdrawn(env.id, user.id, client_id, revoked, by.id, address))
        return Receipt.WITHDRAWN
