"""Links that recover a password: who opens one chooses another password, in whatever browser."""

import hmac
import math
from dataclasses import dataclass

import msgspec

from ostiary.core.base import b64
from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import UserId, is_uuid
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.page_addresses import PageAddresses
from ostiary.core.ports.users import UserChangedError
from ostiary.core.signon.contacts import email_of
from ostiary.core.signon.message_rate import MessageRate
from ostiary.core.signon.new_passwords import Owner, Unmet, WeakPasswordError, find_unmet
from ostiary.core.signon.password_changes import PasswordChanges

LINK_MINUTES = 10
MAX_VALUE_CHARACTERS = 256
SOURCE = "recovery"
_PURPOSE = "recovery link"
_PARTS = 3
_TRIES = 4
"""What else of a user was changed meanwhile, such as its address, is no reason to refuse."""


class ChosenPassword(msgspec.Struct, frozen=True):
    """The user has the new password, and the link is spent."""


class WeakPassword(msgspec.Struct, frozen=True):
    """The new password breaks rules; the link stays good."""

    unmet: tuple[Unmet, ...]


class SpentLink(msgspec.Struct, frozen=True):
    """The link is none of ours, too old or used, or password or address were changed since."""


@dataclass(frozen=True, slots=True)
class RecoveryLinks:
    """Makes such links, and sets the password of whoever has one.

    A link says for whom and until when it is good, and bears a keyed digest of that, the user's
    credential and its address. So nothing of it is stored, and another password ends it, or another
    address; another link does not.
    """

    directory: Directory
    changes: PasswordChanges
    message_rate: MessageRate
    page_addresses: PageAddresses
    clock: Clock

    def make(self, env: Environment, user: User) -> str:
        """Return the URL that is sent to a user."""
        until = str(math.ceil(self.clock.now()) + LINK_MINUTES * 60)
        value = ".".join((user.id, until, _mark(env, user, until)))
        return self.page_addresses.recovery_link(env, value)

    async def find(self, env: Environment, value: str) -> User | None:
        """Return the user whose password a link sets, as the directory has it now.

        Raises: UnavailableError.
        """
        parts = value.split(".") if len(value) <= MAX_VALUE_CHARACTERS else []
        if len(parts) != _PARTS or not is_uuid(parts[0]) or not _is_on(env):
            return None
        user_id, until, mark = parts
        user = await self.directory.find(env, UserId(user_id))
        if user is None or not user.enabled:
            return None
        expected = _mark(env, user, until)
        if not hmac.compare_digest(mark.encode(errors="surrogatepass"), expected.encode()):
            return None
        return user if self.clock.now() < int(until) else None

    async def choose(
        self, env: Environment, value: str, password: str, *, locale: str
    ) -> ChosenPassword | WeakPassword | SpentLink:
        """Give the user of a link another password, once.

        Args: locale: language tag of whoever has opened it.
        Stores: as `PasswordChanges.set`.
        Raises: UnavailableError, AccessLeftError; TooManyAttemptsError.
        """
        for _ in range(_TRIES):
            user = await self.find(env, value)
            if user is None:
                break
            if unmet := find_unmet(env.passwords, Owner.of(user), password):
                return WeakPassword(unmet)
            if env.passwords.history:
                await self.message_rate.count_choice(env, value)
            if unmet := await self.changes.find_unmet(env, user, password):
                return WeakPassword(unmet)
            try:
                await self.changes.set(
                    env, user, password, must_change=False, source=SOURCE, locale=locale
                )
            except UserChangedError:
                continue
            except WeakPasswordError as weak:
                return WeakPassword(weak.unmet)
            await self.message_rate.clear_recovery(env, user.username, user, cookie=None)
            return ChosenPassword()
        return SpentLink()


def _is_on(env: Environment) -> bool:
    """Tell whether any step of the environment sends links still."""
    settings = (step.settings for step in env.steps.values())
    return any(
        each.get("recovery") is True and each.get("recovery_by") == "link" for each in settings
    )


def _mark(env: Environment, user: User, until: str) -> str:
    # No part has a space but the last, whatever an address is.
    bound = f"{user.id} {until} {user.credential!r} {email_of(env, user)}"
    return b64.encode(env.client_secrets.mark(_PURPOSE, bound))
