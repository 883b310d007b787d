"""Events about programs without a browser, whose users sign on elsewhere."""

import msgspec

from ostiary.core.base.ids import ClientId, EnvironmentId, UserId


class DeviceRequestBegun(msgspec.Struct, frozen=True):
    """A program without a browser got its codes."""

    environment: EnvironmentId
    client: ClientId
    scope: str
    address: str


class DeviceRequestDecided(msgspec.Struct, frozen=True):
    """Somebody let a device in, or refused it.

    Args:
        address: of whoever decided.
        begun_at: the address from which the codes were asked for.
    """

    environment: EnvironmentId
    client: ClientId
    user: UserId
    is_approved: bool
    scope: str
    address: str
    begun_at: str


class UserCodeRefused(msgspec.Struct, frozen=True):
    """Somebody typed a code that no device has now."""

    environment: EnvironmentId
    user: UserId
    address: str
