"""Recognising a browser: the session that its cookie shows, and the flows that it may open."""

import string
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import BrowserKey, browser_key
from ostiary.core.flow.browser import Browser
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Session
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.sessions import Sessions

COOKIE_CHARACTERS, PERSISTENT_CHARACTERS = 22, 32
TOUCH_SECONDS = 60.0
"""A session's last use is written down at most so often."""
_ALPHANUMERICS = frozenset(string.ascii_letters + string.digits)


class Recognized(msgspec.Struct, frozen=True):
    """What is known of a browser by what it shows.

    Args:
        bindings: flows bound to one of these are open to it.
        session, user: somebody is signed on in it, and that holds; for `is_to_end` a session may
            be there without its user.
        shown: the session that its cookies name, whether it holds or not.
        cookie: its cookie, where it is one of ours by its looks.
        is_by_persistent: only the cookie that outlives the browser showed the session.
    """

    bindings: frozenset[BrowserKey] = frozenset()
    session: Session | None = None
    user: User | None = None
    shown: Session | None = None
    cookie: str | None = None
    is_by_persistent: bool = False

    def __repr__(self) -> str:
        return "Recognized(…)"


NOBODY = Recognized()


@dataclass(frozen=True, slots=True)
class BrowserSessions:
    """Recognises browsers; it asks the store and the directory, and changes nothing."""

    sessions: Sessions
    directory: Directory
    clock: Clock

    async def recognize(
        self,
        env: Environment,
        browser: Browser,
        *,
        is_to_end: bool = False,
        blank: BrowserKey | None = None,
    ) -> Recognized:
        """Return what a browser's cookies show.

        A session holds while its user exists, is enabled, and has the credential of then.

        Args:
            is_to_end: nobody is let in by it. Then a session is returned without its user, too,
                where the user's directory cannot be asked.
            blank: of a cookie that no session was ever stored under; the store is not asked for it.
        Raises: UnavailableError.
        """
        cookie = browser.cookie if _is_ours(browser.cookie, COOKIE_CHARACTERS) else None
        key = None if cookie is None else browser_key(cookie)
        shown = None if key is None or key == blank else await self._find(env, key)
        is_by_persistent = False
        if shown is None and env.sessions.is_persistent:
            shown = await self._find_persistent(env, browser.persistent_cookie)
            is_by_persistent = shown is not None
        user, is_unasked = None, False
        try:
            user = None if shown is None else await self._find_signed_on(env, shown)
        except UnavailableError:
            if not is_to_end:
                raise
            is_unasked = True
        session = None if user is None and not is_unasked else shown
        keys = [key, *((session.key, *session.former) if session is not None else ())]
        return Recognized(
            bindings=frozenset(each for each in keys if each is not None),
            session=session,
            user=user,
            shown=shown,
            cookie=cookie,
            is_by_persistent=is_by_persistent,
        )

    async def touch(self, env: Environment, session: Session) -> None:
        """Write down that a session is used, if that was not done just now."""
        now = self.clock.now()
        if now - session.used_at >= TOUCH_SECONDS:
            used = replace(session, used_at=now)
            await self.sessions.touch(env, used, expires_at=env.sessions.expires_at(used))

    async def _find(self, env: Environment, key: BrowserKey) -> Session | None:
        now = self.clock.now()
        return _unless_over(env, await self.sessions.find(env, key, now=now), now)

    async def _find_persistent(self, env: Environment, cookie: str | None) -> Session | None:
        if cookie is None or not _is_ours(cookie, PERSISTENT_CHARACTERS):
            return None
        now = self.clock.now()
        found = await self.sessions.find_persistent(env, browser_key(cookie), now=now)
        return _unless_over(env, found, now)

    async def _find_signed_on(self, env: Environment, session: Session) -> User | None:
        authentication = session.authentication
        kept_in = authentication.directory
        user = await self.directory.find(env, authentication.user_id, kept_in=kept_in)
        return user if user is not None and authentication.holds_for(user) else None


def _unless_over(env: Environment, session: Session | None, now: float) -> Session | None:
    """Hold a session against the times that the configuration gives now; stores keep older ones."""
    return session if session is not None and env.sessions.expires_at(session) > now else None


def is_alphanumeric(text: str) -> bool:
    """Tell whether a text has characters of our own mint only."""
    return _ALPHANUMERICS.issuperset(text)


def _is_ours(value: str | None, characters: int) -> bool:
    return value is not None and len(value) == characters and is_alphanumeric(value)
