"""How often somebody may try: guesses at factors, at new ones, and codes that are sent."""

import math
from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Standing
from ostiary.core.ports.users import Attempt, PasswordAttempts

_MARK_BYTES = 8


def subjects_of(user_id: UserId) -> tuple[str, ...]:
    """Return everything that is counted for a user: what unlocking it makes forgotten."""
    return guesses_of(user_id), enrolments_of(user_id), codes_of(user_id)


def guesses_of(user_id: UserId) -> str:
    """Return whom guesses at factors count for: the same for every kind, flow and entrance."""
    return f"factor:{user_id}"


def enrolments_of(user_id: UserId) -> str:
    """Return whom answers count for that activate a new authenticator.

    Apart from guesses at factors: a new one is its maker's, and proves nothing of the others.
    """
    return f"enrolment:{user_id}"


def codes_of(user_id: UserId) -> str:
    """Return whom codes that are sent count for."""
    return f"codes:{user_id}"


def codes_to_new(env: Environment, target: str) -> str:
    """Return what codes to an address count for that is being enrolled, whoever has them sent.

    Codes to one that is enrolled count for its user alone, whose password leads there: otherwise a
    stranger who enrols the same address could keep them from being sent.
    """
    return f"codes to new:{env.client_secrets.mark('code target', target.casefold()).hex()[:32]}"


@dataclass(frozen=True, slots=True)
class FactorCounts:
    """Counts by the environment's lockout policy, in the counts that passwords have too."""

    attempts: PasswordAttempts
    clock: Clock

    async def begin(self, env: Environment, subject: str, *, device: str = "") -> Standing:
        """Count one more, or refuse it; before anything is compared or sent.

        Args: device: one that the subject is known on, which has a count of its own.
        Raises: UnavailableError.
        """
        attempt, now = _attempt(env, subject, device), self.clock.now()
        standing = await self.attempts.begin(env, attempt, now=now)
        if standing.is_admitted:
            # Counted for good: what comes of it may come by another request, or never.
            await self.attempts.fail(env, attempt, now=now)
        return standing

    async def clear(self, env: Environment, *subjects: str, device: str = "") -> None:
        """Forget what was counted.

        Raises: UnavailableError.
        """
        for subject in subjects:
            await self.attempts.clear(env, _attempt(env, subject, device), replaces=None)

    async def find_lock(self, env: Environment, subject: str) -> int:
        """Return for how many seconds a subject is locked; 0 when it is not.

        Raises: UnavailableError.
        """
        failures = await self.attempts.find_failures(env, subject, now=self.clock.now())
        return self.seconds_until(failures.locked_until)

    def seconds_until(self, moment: float) -> int:
        """Return the whole seconds until a moment, 0 when it is over."""
        return max(0, math.ceil(moment - self.clock.now()))


def _attempt(env: Environment, subject: str, device: str) -> Attempt:
    # The mark is the subject's own: unlike a password, many people have the same code by chance.
    mark = env.client_secrets.mark("factor trial", subject)[:_MARK_BYTES]
    return Attempt(subject, device, mark)
