"""Members of what the management API answers, each read as what it should be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ostiary_client.errors import UnreadableResponseError
from ostiary_client.protocol.answers import number_of, text_member

WHAT = "The answer of the management API"


@dataclass(frozen=True, slots=True)
class Members:
    """An object of an answer; what is not there, or is something else, is None."""

    document: Mapping[str, Any] = field(repr=False)

    def id(self) -> str:
        """Return the id of a resource.

        Raises: UnreadableResponseError when there is none.
        """
        found = self.text("id")
        if found is None:
            raise UnreadableResponseError(f"{WHAT} holds a resource without an id")
        return found

    def text(self, name: str) -> str | None:
        """Return a text with something in it."""
        return text_member(self.document, name)

    def words(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        value = self.document.get(name)
        given = value if isinstance(value, list) else []
        return tuple(each for each in given if isinstance(each, str))

    def flag(self, name: str) -> bool | None:
        """Return true or false."""
        value = self.document.get(name)
        return value if isinstance(value, bool) else None

    def count(self, name: str) -> int | None:
        """Return a whole number that is not below nothing."""
        number = number_of(self.document.get(name))
        return None if number is None or number < 0 or number % 1 else int(number)

    def moment(self, name: str) -> datetime | None:
        """Return a time with its zone."""
        text = self.text(name)
        try:
            found = None if text is None else datetime.fromisoformat(text)
        except ValueError:
            return None
        return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found

    def inner(self, name: str) -> "Members":
        """Return an object in this one; one without members where there is none."""
        value = self.document.get(name)
        return Members(value if isinstance(value, Mapping) else {})

    def inner_id(self, name: str) -> str | None:
        """Return the id of another resource that this one names."""
        return self.inner(name).text("id")
