"""Where a sign-on flow stands, and what the answer says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary_client.printable import printable


@dataclass(frozen=True, slots=True)
class FlowState:
    """Where a flow stands: `actions` are the names of what can be done, `fields` all that it says.

    States that programs meet often have a class of their own; every other has this one, and says
    in `status` what it is. Names of actions, fields and states are the server's.
    """

    status: str
    id: str
    actions: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """Return a field that is a text, fit to be shown, or an empty one."""
        value = self.fields.get(name)
        return printable(value) if isinstance(value, str) else ""

    def flag(self, name: str, *, usual: bool = False) -> bool:
        """Return a field that is true or false, or what it usually is."""
        value = self.fields.get(name)
        return value if isinstance(value, bool) else usual

    def count(self, name: str) -> int | None:
        """Return a field that is a whole number, or nothing."""
        value = self.fields.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def inner(self, name: str) -> Mapping[str, Any]:
        """Return a field that has members of its own, or one without any."""
        value = self.fields.get(name)
        return value if isinstance(value, dict) else {}

    def items(self, name: str, *, most: int) -> tuple[Mapping[str, Any], ...]:
        """Return the members of a list that have members of their own, up to so many."""
        value = self.fields.get(name)
        entries = value[:most] if isinstance(value, list) else []
        return tuple(entry for entry in entries if isinstance(entry, dict))
