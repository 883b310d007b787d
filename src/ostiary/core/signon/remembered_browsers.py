"""Remembered browsers: where a second factor is not asked for again, for a while.

What a browser keeps says when, and a keyed digest of what was true then: the step as it was set,
the user's password, and its authenticators. So nothing is stored for it, and it is over as soon as
one of these is another one.
"""

import hmac
import re
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from ostiary.core.base import b64
from ostiary.core.base.clock import Clock
from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.environment import Environment
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.user import User
from ostiary.core.ports.authenticators import AuthenticatorChangedError, Authenticators

MAX_REMEMBERED = 4
"""So many steps, or users of one browser, are remembered in it; the oldest are forgotten."""
_TRIES = 5
_LEAST_STEP = 0.001
_PURPOSE = "remembered browser"
_ENTRY = re.compile(r"([0-9]{1,12})\.([0-9A-Za-z_-]{43})")
_BETWEEN = "~"


class Remembrance(msgspec.Struct, frozen=True):
    """What a browser is remembered for.

    Args: authenticators: all of the user's that are active, usable here and now or not.
    """

    step: StepInstance
    user: User
    authenticators: tuple[Authenticator, ...]

    @property
    def lasts_seconds(self) -> int:
        """Return for how long, as the step is set now; 0 for not at all."""
        minutes = self.step.settings.get("remember_minutes")
        return minutes * 60 if isinstance(minutes, int) else 0

    def bound_at(self, second: str) -> str:
        """Return everything that must be the same later on."""
        held = sorted((each.id, each.forgotten_at) for each in self.authenticators)
        bound = (self.step.mark, self.user.id, self.user.credential, held, second)
        return msgspec.json.encode(bound).decode()


@dataclass(frozen=True, slots=True)
class RememberedBrowsers:
    """Makes and reads the cookie of browsers in which a second factor was given."""

    clock: Clock

    def knows(self, env: Environment, cookie: str | None, wanted: Remembrance) -> bool:
        """Tell whether a browser shows that it need not be asked."""
        oldest = self.clock.now() - wanted.lasts_seconds
        return any(
            int(second) > oldest
            for second, digest in _entries(cookie)
            if _is_genuine(env, wanted, second, digest)
        )

    def remember(self, env: Environment, cookie: str | None, wanted: Remembrance) -> str:
        """Return the cookie of a browser in which a second factor was just given.

        Args: cookie is what it shows; what it is remembered for beside this is kept.
        """
        now = str(int(self.clock.now()))
        others = [each for each in _entries(cookie) if not _is_genuine(env, wanted, *each)]
        kept = [(now, _digest(env, wanted, now)), *others][:MAX_REMEMBERED]
        return _BETWEEN.join(map(".".join, kept))


async def forget_browsers(
    env: Environment, user: User, authenticators: Authenticators, clock: Clock
) -> bool:
    """Remember no browser of a user any more, and tell whether the user has a second factor at all.

    Stores: the moment, with every authenticator: whichever goes later, nothing is as it was before.
    Raises: AuthenticatorChangedError when it changes all the time; UnavailableError.
    """
    for _ in range(_TRIES):
        active = [each for each in await authenticators.select(env, user.id) if each.is_active]
        if not active:
            return False
        now = clock.now()
        try:
            for kept in active:
                # It grows, whatever the clock says.
                changed = replace(kept, forgotten_at=max(now, kept.forgotten_at + _LEAST_STEP))
                await authenticators.save(env, changed, expected_version=kept.version)
        except AuthenticatorChangedError:
            continue
        return True
    raise AuthenticatorChangedError


def _entries(cookie: str | None) -> list[tuple[str, str]]:
    """Read what a browser shows; nothing of it is verified."""
    if not cookie:
        return []
    found = [_ENTRY.fullmatch(each) for each in cookie.split(_BETWEEN)[:MAX_REMEMBERED]]
    return [(entry[1], entry[2]) for entry in found if entry is not None]


def _is_genuine(env: Environment, wanted: Remembrance, second: str, digest: str) -> bool:
    return hmac.compare_digest(digest, _digest(env, wanted, second))


def _digest(env: Environment, wanted: Remembrance, second: str) -> str:
    return b64.encode(env.client_secrets.mark(_PURPOSE, wanted.bound_at(second)))
