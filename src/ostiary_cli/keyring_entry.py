"""A kept token in the system's keyring, which is closed while its owner is not signed on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ostiary_client.errors import ConfigurationError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "ostiary"
"""What entries stand under; the name of each is what the name of its file would be."""
_REMEDY = 'Open the keyring, or set token_store = "file", or use --no-cache'
_INSTALL = 'Run   pip install "ostiary[keyring]"   or set token_store = "file"'
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class KeyringEntry:
    """One entry, with the same text in it as a file would have."""

    keyring: "KeyringBackend"
    name: str

    def read(self) -> str:
        """Return what it holds, "" where there is none.

        Raises: ConfigurationError.
        """
        return _told(lambda: self.keyring.get_password(SERVICE, self.name)) or ""

    def write(self, text: str) -> None:
        """Put a text in the place of another.

        Raises: ConfigurationError.
        """
        _told(lambda: self.keyring.set_password(SERVICE, self.name, text))

    def remove(self) -> None:
        """Remove it, if it is there.

        Raises: ConfigurationError.
        """
        if self.read():
            _told(lambda: self.keyring.delete_password(SERVICE, self.name))


def open_keyring() -> "KeyringBackend":
    """Return the keyring of this system, or the one that the user has chosen for it.

    Of those that are found it takes what the package recommends: no plain file, and none that
    forgets. A file of our own would be as good as the former.

    Raises: ConfigurationError when there is none.
    """
    # Imported late: it looks at every backend that is installed.
    try:
        from keyring.backends import fail, null
        from keyring.core import get_keyring, init_backend, recommended
    except ImportError:
        raise ConfigurationError("The package keyring is not installed", remedy=_INSTALL) from None
    _told(lambda: init_backend(limit=recommended))
    found = get_keyring()
    if isinstance(found, fail.Keyring | null.Keyring):
        raise ConfigurationError("This system has no keyring that can be used", remedy=_REMEDY)
    return found


def _told(work: Callable[[], Result]) -> Result:
    """Return what the keyring answers, and say what is wrong with it otherwise."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - every kind of keyring has errors of its own
        reason = str(error) or type(error).__name__
        raise ConfigurationError(f"The keyring cannot be used: {reason}", remedy=_REMEDY) from None
