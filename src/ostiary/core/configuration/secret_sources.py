"""Secrets fetched from where the configuration says they are."""

from typing import Protocol

from ostiary.core.base.secret import Secret
from ostiary.core.configuration.schema import SecretSource


class UnreadableFileError(Exception):
    """A file cannot be read; the message says why, without its content."""


class SecretUnavailableError(Exception):
    """A secret is not where its source says; the message names the place."""


class Surroundings(Protocol):
    """What the configuration refers to outside of itself."""

    def find_variable(self, name: str) -> str | None:
        """Return an environment variable, or None when it is not set."""
        ...

    def read_text(self, path: str) -> str:
        """Return the content of a file.

        Raises: UnreadableFileError.
        """
        ...

    def read_bytes(self, path: str, max_bytes: int) -> bytes:
        """Return the content of a file that is no text.

        Raises: UnreadableFileError, also for more than `max_bytes`.
        """
        ...

    def may_others_read(self, path: str) -> bool:
        """Tell whether the group or everybody may read a file; False when it is not there."""
        ...


def resolve(source: SecretSource, surroundings: Surroundings) -> Secret[str] | None:
    """Fetch a secret; None for one that is generated.

    One line break at the end of a file is dropped: editors put it there.
    Raises: SecretUnavailableError for an unset or empty variable, an unreadable or empty file.
    """
    if source.value is not None:
        return _filled(source.value.get_secret_value(), "the text")
    if source.env is not None:
        found = surroundings.find_variable(source.env)
        if found is None:
            raise SecretUnavailableError(f"the environment variable {source.env} is not set")
        return _filled(found, f"the environment variable {source.env}")
    if source.file is not None:
        return _filled(_read(source.file, surroundings), f"the file {source.file}")
    return None


def _read(path: str, surroundings: Surroundings) -> str:
    try:
        content = surroundings.read_text(path)
    except UnreadableFileError as error:
        raise SecretUnavailableError(f"the file {path} cannot be read: {error}") from error
    return content.removesuffix("\n").removesuffix("\r")


def _filled(text: str, place: str) -> Secret[str]:
    if not text:
        raise SecretUnavailableError(f"{place} is empty")
    return Secret(text)
