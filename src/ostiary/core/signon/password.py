"""The one place where an attempt to sign on with a password is decided, for every entrance."""

from dataclasses import dataclass, replace
from typing import NewType, assert_never

import msgspec

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import UserId, UsernameDigest
from ostiary.core.base.usernames import UsernameRefusedError, username_key
from ostiary.core.crypto.passwords import PasswordCheck, fold
from ostiary.core.model.audit.accounts import PasswordUpgraded
from ostiary.core.model.audit.sign_on import PasswordAccepted, PasswordLocked, PasswordRefused
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Admission, Standing
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory, FailedAttempt
from ostiary.core.ports.events import Events
from ostiary.core.ports.password_hashing import PasswordHashing
from ostiary.core.ports.users import Attempt, PasswordAttempts
from ostiary.core.signon.outcomes import Accepted, Locked, MustChange, Outcome, Rejected

Entrance = NewType("Entrance", str)
"""Where somebody signs on: a word of ours, for the event log."""


class KnownDevice(msgspec.Struct, frozen=True):
    """A device on which a user has signed on before; whoever names it has verified that.

    Args: is_confirmed: with a second factor, too. A password alone makes no device known to those
        who guess at second factors: each time it would give them another count.
    """

    user: UserId
    id: str
    is_confirmed: bool = False


class PresentedPassword(msgspec.Struct, frozen=True):
    """What somebody presents to sign on, and from where.

    Args:
        known_device: gives the attempt a count of its own, so that strangers who guess cannot
            lock the user out there.
        directories: keys of those that are asked, in this order; () for the environment's.
    """

    username: str
    password: str
    entrance: Entrance
    address: str
    known_device: KnownDevice | None = None
    directories: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "PresentedPassword(…)"


class _Trial(msgspec.Struct, frozen=True):
    """An attempt that was let in or not, and when."""

    attempt: Attempt
    standing: Standing
    began_at: float


@dataclass(frozen=True, slots=True)
class PasswordSignOn:
    """Decides attempts: counted first, compared then, always at the same cost."""

    directory: Directory
    attempts: PasswordAttempts
    hashing: PasswordHashing
    events: Events
    clock: Clock

    async def attempt(self, env: Environment, presented: PresentedPassword) -> Outcome:
        """Decide one attempt.

        The names that nobody has are counted like users, and a hash is computed for them, for
        disabled and for locked users as for all others.
        Stores: a failure, counted before the password is compared; when it is right, its trace is
            removed again and a stronger hash kept, in one transaction.
        Raises: UnavailableError when the store is down or too many attempts wait; nothing is
            counted then. It is raised, too, where a directory that might have the user is out of
            order, for everybody alike who would be refused: users of another directory could be
            told from strangers else. Such an attempt is counted; a right password of a user who
            was found all the same lets in.
        """
        name = _digest(env, presented.username)
        async with self.hashing.turn(env, name):
            user, not_found = await self._find(env, presented)
            attempt, now = _attempt(env, user, name, presented), self.clock.now()
            standing = await self.attempts.begin(env, attempt, now=now)
            usable = user if _is_usable(user, standing) else None
            trial = _Trial(attempt, standing, now)
            check, not_checked = await self._check(env, trial, usable, presented.password)
            if usable is not None and check.is_right:
                return await self._accept(env, presented, attempt, usable, check)
            failed = _failed(presented, user, is_compared=usable is not None)
            not_asked = await self._even_out(env, failed)
        # Whoever's directory it is that is out of order: what is refused then reads the same.
        failure = not_checked or not_found or not_asked
        refusal = _UNAVAILABLE if not_found or not_checked else check.refusal
        outcome = self._refuse(env, presented, name, user, standing, refusal=refusal)
        if failure is not None:
            raise failure
        return outcome

    async def _find(
        self, env: Environment, presented: PresentedPassword
    ) -> tuple[User | None, UnavailableError | None]:
        try:
            user = await self.directory.find_by_username(
                env, presented.username, among=presented.directories
            )
        except UnavailableError as failure:
            return None, failure
        return user, None

    async def _check(
        self, env: Environment, trial: _Trial, usable: User | None, password: str
    ) -> tuple[PasswordCheck, UnavailableError | None]:
        """Compare; unless the password is right, the attempt stays counted, come what may."""
        check, failure = _NOT_COMPARED, None
        try:
            check = await self.directory.check_password(env, usable, password)
        except UnavailableError as unavailable:
            failure = unavailable
        finally:
            if trial.standing.is_admitted and (usable is None or not check.is_right):
                await self.attempts.fail(env, trial.attempt, now=trial.began_at)
        return check, failure

    async def _even_out(self, env: Environment, failed: FailedAttempt) -> UnavailableError | None:
        try:
            await self.directory.even_out(env, failed)
        except UnavailableError as failure:
            return failure
        return None

    async def _accept(
        self,
        env: Environment,
        presented: PresentedPassword,
        attempt: Attempt,
        user: User,
        check: PasswordCheck,
    ) -> Outcome:
        upgraded = _upgrade(user, check)
        await self.attempts.clear(env, attempt, replaces=upgraded)
        if upgraded is not None:
            self.events.emit(PasswordUpgraded(env.id, user.id))
        kept = user.password
        must_change = check.must_change or (
            kept is not None and kept.is_to_be_changed(self.clock.now())
        )
        self.events.emit(
            PasswordAccepted(env.id, user.id, presented.entrance, must_change, presented.address)
        )
        return MustChange(user) if must_change else Accepted(user)

    def _refuse(  # noqa: PLR0913 - all of them say why
        self,
        env: Environment,
        presented: PresentedPassword,
        name: UsernameDigest,
        user: User | None,
        standing: Standing,
        *,
        refusal: str,
    ) -> Outcome:
        known, claimed = (None, name) if user is None else (user.id, None)
        reason = _reason(user, standing, refusal)
        self.events.emit(
            PasswordRefused(env.id, known, claimed, reason, presented.entrance, presented.address)
        )
        failures = standing.failures
        if standing.is_admitted and failures.locked_until:
            self.events.emit(
                PasswordLocked(
                    env.id, known, claimed, failures.failures, presented.entrance, presented.address
                )
            )
        if standing.admission is Admission.LOCKED:
            return Locked(failures.locked_until)
        return Rejected(standing.remaining)


def _attempt(
    env: Environment, user: User | None, name: UsernameDigest, presented: PresentedPassword
) -> Attempt:
    device = presented.known_device
    is_known = user is not None and device is not None and device.user == user.id
    return Attempt(
        subject=f"name:{name}" if user is None else subject_of(user),
        device=device.id if device is not None and is_known else "",
        mark=env.client_secrets.mark("password trial", fold(presented.password))[:_MARK_BYTES],
    )


_NOT_COMPARED = PasswordCheck(is_right=False)
_UNAVAILABLE = "unavailable"
"""Nobody could say whether the password is right."""
_MARK_BYTES = 8
"""Enough to tell passwords of five minutes apart, and not enough to be sure of one."""


def subject_of(user: User) -> str:
    """Return whom attempts of this user count for: the same for every way of naming it."""
    return f"user:{user.id}"


def _digest(env: Environment, username: str) -> UsernameDigest:
    """Return what stands for a name that may be nobody's, the same for all its spellings."""
    try:
        key: str = username_key(username)
    except UsernameRefusedError:
        key = username
    return UsernameDigest(env.client_secrets.mark("username", key).hex()[:32])


def _upgrade(user: User, check: PasswordCheck) -> User | None:
    if check.replacement is None or user.password is None:
        return None
    return replace(user, password=replace(user.password, hash=check.replacement))


def _is_usable(user: User | None, standing: Standing) -> bool:
    return user is not None and user.may_sign_on and standing.is_admitted


def _failed(presented: PresentedPassword, user: User | None, *, is_compared: bool) -> FailedAttempt:
    among = presented.directories
    return FailedAttempt(presented.username, presented.password, user, is_compared, among)


def _reason(user: User | None, standing: Standing, refusal: str) -> str:
    match standing.admission:
        case Admission.LOCKED | Admission.SPRAYED:
            return standing.admission.value
        case Admission.ADMITTED:
            if user is None:
                return refusal or "unknown"
            return refusal or "wrong" if user.may_sign_on else "disabled"
        case never:
            assert_never(never)
