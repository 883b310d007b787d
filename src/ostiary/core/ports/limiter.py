"""Who may still try."""

from typing import Protocol

from ostiary.core.model.environment import Environment


class Limiter(Protocol):
    """Counts failures per subject, in windows of time; state is bounded."""

    def check(self, env: Environment, *subjects: tuple[str, ...]) -> None:
        """Refuse when any subject has failed too often lately.

        Raises: TooManyAttemptsError with the seconds to wait.
        """
        ...

    def count_failure(self, env: Environment, *subjects: tuple[str, ...]) -> None:
        """Count one failure for each subject."""
        ...
