"""Public keys that other issuers publish, as of lately."""

from typing import Protocol

from ostiary.core.crypto.keys import VerificationKey
from ostiary.core.model.environment import Environment


class ForeignKeys(Protocol):
    """Reads key sets by the one way out, seldom, and remembers them for a while.

    Nobody outside can make it read more often: an id that is in no set is looked for again after
    a pause only.
    """

    async def find(
        self, env: Environment, url: str, *, kid: str | None
    ) -> tuple[VerificationKey, ...]:
        """Return the keys at a URL of the configuration.

        Args: kid is of the key that is needed; a set without it may be too old.
        Raises: UnavailableError when none could be read lately.
        """
        ...
