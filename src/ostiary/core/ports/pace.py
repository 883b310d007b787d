"""How long an answer takes that must not tell what was found."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Pace(Protocol):
    """Hides from whoever waits how much there was to do."""

    def steadily(self) -> AbstractAsyncContextManager[None]:
        """Make what is done within take as long, whoever it is about.

        Spec: OWASP ASVS, V6.3.8.
        """
        ...
