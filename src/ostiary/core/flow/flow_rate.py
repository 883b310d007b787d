"""How many flows one caller may begin: each is a row for a quarter of an hour, free of charge."""

from dataclasses import dataclass

from ostiary.core.base.errors import TooManyAttemptsError
from ostiary.core.model.environment import Environment
from ostiary.core.ports.limiter import Limiter


@dataclass(frozen=True, slots=True)
class FlowRate:
    """Counts the flows that are about to be stored, by the address of whoever begins them."""

    limiter: Limiter

    def count(self, env: Environment, address: str) -> None:
        """Count one more flow, or refuse it.

        Raises: TooManyAttemptsError.
        """
        caller = ("flow", address)
        try:
            self.limiter.check(env, caller)
        except TooManyAttemptsError as error:
            raise TooManyAttemptsError(
                "Too many sign-ons were begun from this address; wait before the next one.",
                retry_after_seconds=error.retry_after_seconds,
            ) from error
        self.limiter.count(env, caller)
