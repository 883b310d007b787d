"""How many codes strangers can have sent: to one account or mailbox, and by one caller."""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import TooManyAttemptsError
from ostiary.core.base.usernames import UsernameRefusedError, username_key
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.limiter import Limiter
from ostiary.core.ports.users import PasswordAttempts
from ostiary.core.signon.devices import Devices
from ostiary.core.signon.factor_counts import FactorCounts
from ostiary.core.signon.one_time_codes import KeptCode

_DAY_SECONDS = 86_400
_DIGEST_CHARACTERS = 32


def recoveries_of(env: Environment, username: str, now: float) -> str:
    """Return what codes count for that recover a password: a name's, whether anybody has it or not.

    Each day has a count of its own: its ceiling would else keep the owner out for good.
    """
    try:
        key: str = username_key(username)
    except UsernameRefusedError:
        key = username
    return _subject(env, "recovery", key, now)


def verifications_of(env: Environment, address: str, now: float) -> str:
    """Return what codes count for that prove an address: a mailbox's, by whatever sub-address.

    What follows a plus sign leads to the same mailbox nearly everywhere.
    """
    return _subject(env, "verification", _mailbox(address), now)


def reminders_of(env: Environment, address: str, now: float) -> str:
    """Return what mails count for that tell usernames: a mailbox's, by whatever sub-address."""
    return _subject(env, "reminder", _mailbox(address), now)


@dataclass(frozen=True, slots=True)
class MessageRate:
    """Limits what is sent for people who have proved nothing yet, before anything is sent."""

    attempts: PasswordAttempts
    limiter: Limiter
    devices: Devices
    clock: Clock

    async def count_recovery(
        self,
        env: Environment,
        username: str,
        user: User | None,
        *,
        address: str,
        cookie: str | None,
    ) -> int:
        """Count a code that recovers a password; return for how many seconds none is sent, or 0.

        A device on which the user is known has a count of its own, which no stranger uses up.
        Args: address and cookie (of a known device) are the caller's.
        Raises: UnavailableError.
        """
        subject = recoveries_of(env, username, self.clock.now())
        device = self._device(env, user, cookie)
        return await self._count(env, subject, address=address, device=device)

    async def count_verification(self, env: Environment, mailbox: str, *, address: str) -> int:
        """Count a code that proves a new user's address; return as `count_recovery`.

        Raises: UnavailableError.
        """
        subject = verifications_of(env, mailbox, self.clock.now())
        return await self._count(env, subject, address=address)

    async def count_reminder(self, env: Environment, mailbox: str, *, address: str) -> int:
        """Count a mail that tells usernames, before anybody is looked for; as `count_recovery`.

        Raises: UnavailableError.
        """
        subject = reminders_of(env, mailbox, self.clock.now())
        return await self._count(env, subject, address=address)

    async def may_guess(self, env: Environment, kept: KeptCode) -> bool:
        """Count one guess at a code before it is compared, and tell whether it may be.

        The flow counts too, but guesses at the same time all find the same flow.
        Raises: UnavailableError.
        """
        return (await self._counts().begin(env, _guesses_at(kept))).is_admitted

    async def count_choice(self, env: Environment, link: str) -> None:
        """Count a password that a link shall set, before it is compared with former ones.

        Raises: TooManyAttemptsError, UnavailableError.
        """
        counts = self._counts()
        standing = await counts.begin(env, _choices_by(env, link))
        if not standing.is_admitted:
            raise TooManyAttemptsError(
                "Too many passwords were tried with this link; wait before the next one.",
                retry_after_seconds=max(1, counts.seconds_until(standing.failures.locked_until)),
            )

    async def clear_guesses(self, env: Environment, kept: KeptCode) -> None:
        """Forget the guesses at a code: the right one may come again, with a better password.

        Raises: UnavailableError.
        """
        await self._counts().clear(env, _guesses_at(kept))

    async def clear_recovery(
        self, env: Environment, username: str, user: User, *, cookie: str | None
    ) -> None:
        """Forget the codes that were sent: whoever asked reads the mail.

        Raises: UnavailableError.
        """
        subject = recoveries_of(env, username, self.clock.now())
        await self._counts().clear(env, subject, device=self._device(env, user, cookie))

    async def clear_verification(self, env: Environment, mailbox: str) -> None:
        """Forget the codes that were sent: whoever asked reads the mail.

        Raises: UnavailableError.
        """
        await self._counts().clear(env, verifications_of(env, mailbox, self.clock.now()))

    async def _count(
        self, env: Environment, subject: str, *, address: str, device: str = ""
    ) -> int:
        counts, caller = self._counts(), ("message", address)
        try:
            self.limiter.check(env, caller)
        except TooManyAttemptsError as error:
            return max(1, error.retry_after_seconds)
        standing = await counts.begin(env, subject, device=device)
        if not standing.is_admitted:
            return max(1, counts.seconds_until(standing.failures.locked_until))
        self.limiter.count(env, caller)
        return 0

    def _device(self, env: Environment, user: User | None, cookie: str | None) -> str:
        known = self.devices.read(env, cookie)
        is_theirs = user is not None and known is not None and known.user == user.id
        return known.id if known is not None and is_theirs else ""

    def _counts(self) -> FactorCounts:
        return FactorCounts(self.attempts, self.clock)


def _mailbox(address: str) -> str:
    local, _, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _guesses_at(kept: KeptCode) -> str:
    return f"code:{kept.digest[:_DIGEST_CHARACTERS]}"


def _choices_by(env: Environment, link: str) -> str:
    return f"link:{env.client_secrets.mark('choices by link', link).hex()[:_DIGEST_CHARACTERS]}"


def _subject(env: Environment, kind: str, whom: str, now: float) -> str:
    digest = env.client_secrets.mark(f"codes for {kind}", whom).hex()[:_DIGEST_CHARACTERS]
    return f"{kind}:{digest}:{int(now // _DAY_SECONDS)}"
