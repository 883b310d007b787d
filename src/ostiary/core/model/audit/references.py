"""Events about attributes that the server and applications hand each other."""

import msgspec

from ostiary.core.base.ids import EnvironmentId


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
