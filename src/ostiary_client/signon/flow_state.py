"""The states of a sign-on flow: what each asks for, and what can be done in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ostiary_client.printable import printable


@dataclass(frozen=True, slots=True)
class FlowState:
    """Where a flow stands: `actions` are the names of what can be done, `fields` all that it says.

    States that programs meet often have a class of their own; every other has this one, and says
    in `status` what it is.
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


class UsernamePasswordRequired(FlowState):
    """Username and password are asked for: `checkUsernamePassword`."""

    __slots__ = ()

    @property
    def username(self) -> str:
        """The username that is filled in already, if any."""
        return self.text("username")

    @property
    def may_edit_username(self) -> bool:
        """Whether another username may be given."""
        return self.flag("allowUsernameEdits", usual=True)


class IdentifierRequired(FlowState):
    """A username alone is asked for: `submitIdentifier`."""

    __slots__ = ()

    @property
    def previous_identifiers(self) -> tuple[str, ...]:
        """Those that were given here before."""
        value = self.fields.get("previouslySubmittedIdentifiers")
        items = value if isinstance(value, list) else []
        return tuple(item for item in items if isinstance(item, str))


class Canceled(FlowState):
    """Something was broken off: `operation` says what."""

    __slots__ = ()

    @property
    def operation(self) -> str:
        """What was broken off, such as `PASSWORD_CHANGE`."""
        return self.text("canceledOperation")


class Failed(FlowState):
    """The flow is over, and nobody is signed on."""

    __slots__ = ()

    @property
    def code(self) -> str:
        """Why, in a word."""
        return self.text("code")

    @property
    def message(self) -> str:
        """Why, for programs."""
        return self.text("message")

    @property
    def user_message(self) -> str:
        """Why, for people."""
        return self.text("userMessage")


class Completed(FlowState):
    """Somebody has signed on: the flow's `tokens` can be had."""

    __slots__ = ()

    @property
    def authorize_response(self) -> Mapping[str, Any]:
        """What a browser would have been sent back with: a code, or tokens, and the state."""
        value = self.fields.get("authorizeResponse")
        return value if isinstance(value, dict) else {}


_KINDS: Mapping[str, type[FlowState]] = MappingProxyType(
    {
        "USERNAME_PASSWORD_REQUIRED": UsernamePasswordRequired,
        "IDENTIFIER_REQUIRED": IdentifierRequired,
        "CANCELED": Canceled,
        "FAILED": Failed,
        "COMPLETED": Completed,
    }
)


def flow_state(
    status: str, id: str, actions: tuple[str, ...], fields: Mapping[str, Any]
) -> FlowState:
    """Return a state as what it is."""
    return _KINDS.get(status, FlowState)(status, id, actions, fields)
