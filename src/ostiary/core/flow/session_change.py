"""What signing on makes of a browser's session: another cookie each time, the old one is dead."""

import msgspec
from msgspec.structs import replace

from ostiary.core.base.ids import (
    BrowserKey,
    ClientId,
    SessionId,
    browser_key,
    mint_alphanumeric,
)
from ostiary.core.base.user_agents import name_browser
from ostiary.core.flow.browser import Browser, BrowserChange
from ostiary.core.flow.browsers import COOKIE_CHARACTERS, PERSISTENT_CHARACTERS, Recognized
from ostiary.core.flow.satisfaction import add_passed
from ostiary.core.model.environment import Environment
from ostiary.core.model.own_pages import OWN_PAGES
from ostiary.core.model.session import (
    MAX_CLIENTS,
    MAX_FORMER,
    Authentication,
    Session,
    SignOnPlace,
)
from ostiary.core.model.token import SessionChange


class Rotated(msgspec.Struct, frozen=True):
    """A session under a new cookie: what to store, and what the browser is to keep."""

    stored: SessionChange
    change: BrowserChange

    @property
    def session(self) -> Session:
        return self.stored.session


def sign_on(  # noqa: PLR0913, PLR0917 - one parameter a fact
    env: Environment,
    recognized: Recognized,
    authentication: Authentication,
    binding: BrowserKey,
    browser: Browser,
    client_id: ClientId,
) -> Rotated:
    """Return the session of a browser in which somebody has just proved who it is.

    The same user keeps the session, and what was satisfied in it before; another one gets a new
    one.
    Args:
        binding: the flow's, of the cookie that the browser had when it began.
        client_id: for which the user signed on.
    """
    known = recognized.session
    if known is not None and known.authentication.user_id == authentication.user_id:
        passed = add_passed(known.authentication.passed, authentication.passed[-1])
        authentication = replace(authentication, passed=passed)
        id, created_at, clients = known.id, known.created_at, known.clients
    else:
        created_at = authentication.at
        id, clients = SessionId(env.traits.mint_session_id(created_at)), ()
    cookie = mint_alphanumeric(COOKIE_CHARACTERS)
    persistent = mint_alphanumeric(PERSISTENT_CHARACTERS) if env.sessions.is_persistent else None
    session = Session(
        id=id,
        key=browser_key(cookie),
        authentication=authentication,
        created_at=created_at,
        used_at=authentication.at,
        persistent_key=None if persistent is None else browser_key(persistent),
        former=_former(recognized, binding),
        place=_place(browser),
        clients=_with_client(clients, client_id),
    )
    change = BrowserChange(cookie=cookie, persistent_cookie=persistent)
    return Rotated(_stored(env, session, recognized.shown), change)


def renew_cookie(env: Environment, recognized: Recognized, session: Session, now: float) -> Rotated:
    """Give a browser that was recognised by its lasting cookie another one until it closes."""
    cookie = mint_alphanumeric(COOKIE_CHARACTERS)
    former = _former(recognized, session.key)
    renewed = replace(session, key=browser_key(cookie), used_at=now, former=former)
    return Rotated(_stored(env, renewed, session), BrowserChange(cookie=cookie))


def _place(browser: Browser) -> SignOnPlace:
    return SignOnPlace(browser.address, *name_browser(browser.user_agent))


def _with_client(before: tuple[ClientId, ...], client_id: ClientId) -> tuple[ClientId, ...]:
    if client_id in before or client_id == OWN_PAGES:
        return before
    return (*before, client_id)[-MAX_CLIENTS:]


def _former(recognized: Recognized, binding: BrowserKey) -> tuple[BrowserKey, ...]:
    cookie = () if recognized.cookie is None else (browser_key(recognized.cookie),)
    known = recognized.session
    earlier = () if known is None else (known.key, *known.former)
    return tuple(dict.fromkeys((*cookie, binding, *earlier)))[:MAX_FORMER]


def _stored(env: Environment, session: Session, replaced: Session | None) -> SessionChange:
    return SessionChange(
        session=session,
        expires_at=env.sessions.expires_at(session),
        replaces=None if replaced is None else replaced.key,
        is_continued=replaced is not None and replaced.id == session.id,
    )
