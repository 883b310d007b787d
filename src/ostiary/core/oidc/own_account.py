"""What people see of their own account: where they are signed on, and who has access.

Only who is signed on in the browser that asks is shown anything, and of nobody else.
"""

import hmac
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from ostiary.core.base import b64
from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import ClientId, SessionId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.flow.browser import Browser
from ostiary.core.flow.browsers import BrowserSessions
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.environment import Environment
from ostiary.core.model.own_pages import OWN_PAGES
from ostiary.core.model.session import Session
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import UserGrant
from ostiary.core.oidc.client_access import ClientAccess, sum_up
from ostiary.core.oidc.logout import confirmation_of
from ostiary.core.ports.logout import LogoutNotices
from ostiary.core.ports.sessions import Sessions
from ostiary.core.ports.user_grants import Consents, UserGrants

FRESH_SECONDS = 3600
"""Whoever changes anything has signed on so lately: an open browser is no proof of a person."""
MAX_SESSIONS, MAX_GRANTS = 50, 1000
"""No page shows more sessions, nor looks at more grants."""


class Receipt(StrEnum):
    """What a person is told that has been done, or why it has not."""

    ENDED = "ended"
    ENDED_OTHERS = "ended_others"
    WITHDRAWN = "withdrawn"
    FORGOTTEN = "forgotten"
    STALE = "stale"
    """The form was of a page that is not the current one any more, or of somebody else's."""


class OwnSession(msgspec.Struct, frozen=True):
    """One session as its user sees it.

    Args: clients: names of those that are known to have taken part.
    """

    session: Session
    is_current: bool
    clients: tuple[str, ...]


class Account(msgspec.Struct, frozen=True):
    """What one person sees.

    Args:
        sessions: the current one first, then those used last.
        unseen: how many more sessions there are.
        accesses: by the clients' names.
        token: what only this page, in this browser, can bring back.
        confirmation: the same for signing off.
        receipt: what the person is to be told has just been done.
    """

    user: User
    sessions: tuple[OwnSession, ...]
    unseen: int
    accesses: tuple[ClientAccess, ...]
    token: str
    confirmation: str
    receipt: Receipt | None = None

    def __repr__(self) -> str:
        return "Account(…)"


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """Shows people what is theirs."""

    browsers: BrowserSessions
    sessions: Sessions
    user_grants: UserGrants
    consents: Consents
    logout_notices: LogoutNotices
    clock: Clock

    async def show(self, env: Environment, browser: Browser, receipt: str = "") -> Account | None:
        """Return what the person in a browser sees, or None where nobody is signed on.

        Args: receipt: as a change returned it; any other text says nothing.
        Stores: that the session is used. Raises: UnavailableError.
        """
        recognized = await self.browsers.recognize(env, browser)
        session, user = recognized.session, recognized.user
        if session is None or user is None:
            return None
        await self.browsers.touch(env, session)
        now = self.clock.now()
        grants = await self.user_grants.select_of_user(env, user.id, now=now, limit=MAX_GRANTS)
        sessions = await self._live_sessions(env, user, now)
        shown = _in_order(sessions, session.id)[:MAX_SESSIONS]
        return Account(
            user=user,
            sessions=await self._describe(env, shown, session.id, grants),
            unseen=len(sessions) - len(shown),
            accesses=sum_up(env, grants, await self.consents.select_of_user(env, user.id)),
            token=token_of(env, session),
            confirmation=confirmation_of(env, session),
            receipt=_read_receipt(env, session, receipt),
        )

    async def _live_sessions(self, env: Environment, user: User, now: float) -> tuple[Session, ...]:
        found = await self.sessions.select_of_user(env, user.id, now=now)
        return tuple(
            session
            for session in found
            if session.authentication.holds_for(user) and env.sessions.expires_at(session) > now
        )

    async def _describe(
        self,
        env: Environment,
        sessions: Iterable[Session],
        current: SessionId,
        grants: Iterable[UserGrant],
    ) -> tuple[OwnSession, ...]:
        by_session: defaultdict[SessionId | None, list[ClientId]] = defaultdict(list)
        for grant in grants:
            by_session[grant.session_id].append(grant.client_id)
        return tuple(
            [
                OwnSession(
                    each,
                    each.id == current,
                    _names(env, [*await self._participants(env, each), *by_session[each.id]]),
                )
                for each in sessions
            ]
        )

    async def _participants(self, env: Environment, session: Session) -> tuple[ClientId, ...]:
        """Return the clients that a session was begun for, and those to be told of its end."""
        if not any(client.logout.are_there for client in env.clients.values()):
            return session.clients
        now = self.clock.now()
        told = await self.logout_notices.find_participants(env, session.id, now=now)
        return (*session.clients, *(each.client_id for each in told))


def request_page(path: str, *, is_fresh: bool = False) -> AuthorizationRequest:
    """Return what a page asks for so that somebody signs on and comes back to it.

    Args:
        path: of the page, where the flow ends.
        is_fresh: whoever signed on long ago has to do so once more.
    """
    return AuthorizationRequest(
        client_id=OWN_PAGES,
        redirect_uri=path,
        response_types=("none",),
        response_mode=ResponseMode.QUERY,
        scopes=ScopeSet(),
        max_age=FRESH_SECONDS if is_fresh else None,
    )


def token_of(env: Environment, session: Session) -> str:
    """Return what only a page that was shown in the session's browser can bring back."""
    return b64.encode(env.client_secrets.mark("own account", session.key.hex()))


def write_receipt(env: Environment, session: Session, receipt: Receipt) -> str:
    """Return a receipt that only this session's page takes for one: nobody is told it by a link."""
    mark = env.client_secrets.mark("own account receipt", f"{session.key.hex()} {receipt}")
    return f"{receipt}.{b64.encode(mark)}"


def _read_receipt(env: Environment, session: Session, text: str) -> Receipt | None:
    if not text:
        return None
    presented = text.encode(errors="replace")
    for receipt in Receipt:
        if hmac.compare_digest(presented, write_receipt(env, session, receipt).encode()):
            return receipt
    return None


def _in_order(sessions: Iterable[Session], current: SessionId) -> list[Session]:
    return sorted(sessions, key=lambda each: (each.id != current, -each.used_at))


def _names(env: Environment, client_ids: Iterable[ClientId]) -> tuple[str, ...]:
    """Return the names of clients and receivers that are there, each once."""
    found = (env.find_requester(each) for each in client_ids)
    return tuple(sorted({each.name for each in found if each is not None}, key=str.casefold))
