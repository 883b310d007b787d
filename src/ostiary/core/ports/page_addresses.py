"""Where pages of this server are: asked for what is sent to people by mail."""

from typing import Protocol

from ostiary.core.model.environment import Environment


class PageAddresses(Protocol):
    """Knows the addresses of pages in an environment, below its own base URL."""

    def recovery_link(self, env: Environment, value: str) -> str:
        """Return the URL of the page on which whoever has `value` chooses another password.

        Args: value has letters, digits, `-`, `_` and `.` alone.
        """
        ...
