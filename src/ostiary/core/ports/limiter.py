"""Who may still try, or begin."""

from typing import Protocol

from ostiary.core.model.environment import Environment


class Limiter(Protocol):
    """Counts what a subject may not do too often, in windows of time; state is bounded."""

    def check(self, env: Environment, *subjects: tuple[str, ...]) -> None:
        """Refuse when any subject has used up its allowance.

        Raises: TooManyAttemptsError with the seconds to wait.
        """
        ...

    def count(self, env: Environment, *subjects: tuple[str, ...]) -> None:
        """Count one more for each subject."""
        ...

    def forgive(self, env: Environment, *subjects: tuple[str, ...]) -> None:
        """Count one less for each subject: what was counted beforehand turned out well."""
        ...
