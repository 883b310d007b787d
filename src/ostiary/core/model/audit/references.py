"""Events about attributes that the server and applications hand each other."""

import msgspec

from ostiary.core.base.ids import ClientId, EnvironmentId, SessionId, UserId


class AttributesDropped(msgspec.Struct, frozen=True):
    """An application dropped off what it knows of a person."""

    environment: EnvironmentId
    adapter: str
    address: str


class AttributesPickedUp(msgspec.Struct, frozen=True):
    """An application asked what a reference stands for.

    Args: is_found: False for a reference that is unknown, spent, over or another adapter's.
    """

    environment: EnvironmentId
    adapter: str
    is_found: bool
    address: str


class AttributesHandedOver(msgspec.Struct, frozen=True):
    """Somebody signed on for an application, and it may fetch what it is to know of the person."""

    environment: EnvironmentId
    adapter: str
    user: UserId
    session: SessionId | None
    address: str


class ReferenceRefused(msgspec.Struct, frozen=True):
    """A browser came back with a reference that signs nobody on.

    Args:
        user: whom it would have signed on, where that is known.
        reason: `unknown`, `own`, `foreign`, `declined`, `nameless`, `unfit`, `taken`, `absent`,
            `other` or `closed`.
    """

    environment: EnvironmentId
    adapter: str
    client: ClientId
    user: UserId | None
    reason: str
    address: str
