"""Codes that recover a password, sent at the wish of programs that manage users."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar, assert_never

import msgspec

from ostiary.core.admin.user_editing import ATTEMPTS, UserGoneError
from ostiary.core.base.errors import TooManyAttemptsError
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.delivery import Channel, Delivery, Message, Template
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.users import PasswordAttempts, UserChangedError
from ostiary.core.signon.contacts import email_of
from ostiary.core.signon.factor_counts import FactorCounts, codes_of
from ostiary.core.signon.new_passwords import WeakPasswordError
from ostiary.core.signon.one_time_codes import (
    CodeAlphabet,
    KeptCode,
    OneTimeCodes,
    OverCode,
    RightCode,
    WrongCode,
)
from ostiary.core.signon.password_changes import PasswordChanges

CODE_CHARACTERS = 8
CODE_MINUTES = 5
SOURCE = "recovery"
_PURPOSE = "recovery by management"
Result = TypeVar("Result")


class NoAddressError(Exception):
    """The user has no e-mail address that a code could go to."""


class RefusedCode(msgspec.Struct, frozen=True):
    """It is not the code, or there is none that is good any more.

    Args: remaining: how many more may be presented.
    """

    remaining: int = 0


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """Sends codes, and takes another password for them.

    What is kept of a code lies with the user, and so it is spent, counted and replaced by the
    user's version, and ends with the password.
    """

    directory: Directory
    attempts: PasswordAttempts
    one_time_codes: OneTimeCodes
    delivery: Delivery
    changes: PasswordChanges

    async def send(self, env: Environment, user: User) -> None:
        """Send a code, which takes the place of any before.

        Raises: NoAddressError, TooManyAttemptsError, UserGoneError, UserChangedError,
            UnavailableError (DeliveryFailedError where no mail is sent).
        """
        address = email_of(env, user)
        if address is None:
            raise NoAddressError
        counts = FactorCounts(self.attempts, self.one_time_codes.clock)
        standing = await counts.begin(env, codes_of(user.id))
        if not standing.is_admitted:
            raise TooManyAttemptsError(
                "Too many codes were sent to this user; wait before the next one.",
                retry_after_seconds=max(1, counts.seconds_until(standing.failures.locked_until)),
            )
        code = await self._again(env, user, lambda found: self._keep_new(env, found))
        values = {"code": code, "minutes": str(CODE_MINUTES)}
        template = Template.RECOVERY_CODE
        self.delivery.send(env, Message(Channel.EMAIL, address, template, values, user=user.id))

    async def recover(
        self, env: Environment, user: User, presented: str, password: str
    ) -> RefusedCode | None:
        """Give a user another password for a code; None when that is done.

        A wrong code is counted before anybody is told. Whether a password is good enough is said
        to nobody without the code.
        Stores: as `PasswordChanges.set`.
        Raises: WeakPasswordError, UserGoneError, UserChangedError, AccessLeftError,
            UnavailableError.
        """
        return await self._again(
            env, user, lambda found: self._recover(env, found, presented, password)
        )

    async def _recover(
        self, env: Environment, user: User, presented: str, password: str
    ) -> RefusedCode | None:
        if user.recovery_code is None:
            return RefusedCode()
        kept = KeptCode.from_state(user.recovery_code)
        result = self.one_time_codes.check(env, _PURPOSE, _bound_to(user), kept, presented)
        match result:
            case RightCode():
                await self._set(env, user, password)
                return None
            case WrongCode(counted):
                await self.directory.save(env, replace(user, recovery_code=counted.to_state()))
                return RefusedCode(counted.remaining)
            case OverCode():
                return RefusedCode()
            case never:
                assert_never(never)

    async def _set(self, env: Environment, user: User, password: str) -> None:
        if unmet := await self.changes.find_unmet(env, user, password):
            raise WeakPasswordError(unmet)
        await self.changes.set(env, user, password, must_change=False, source=SOURCE)
        counts = FactorCounts(self.attempts, self.one_time_codes.clock)
        await counts.clear(env, codes_of(user.id))

    async def _keep_new(self, env: Environment, user: User) -> str:
        code, kept = self._make(env, user)
        await self.directory.save(env, replace(user, recovery_code=kept.to_state()))
        return code

    async def _again(
        self, env: Environment, user: User, do: Callable[[User], Awaitable[Result]]
    ) -> Result:
        """Do something with a user, and again with what somebody else has left of it meanwhile."""
        for _ in range(ATTEMPTS - 1):
            try:
                return await do(user)
            except UserChangedError:
                user = await self._read(env, user)
        return await do(user)

    def _make(self, env: Environment, user: User) -> tuple[str, KeptCode]:
        return self.one_time_codes.make(
            env,
            _PURPOSE,
            _bound_to(user),
            length=CODE_CHARACTERS,
            alphabet=CodeAlphabet.ALPHANUMERIC,
            lifetime_seconds=CODE_MINUTES * 60,
        )

    async def _read(self, env: Environment, user: User) -> User:
        found = await self.directory.find(env, user.id)
        if found is None:
            raise UserGoneError
        return found


def _bound_to(user: User) -> str:
    return f"{user.id} {user.credential!r}"
