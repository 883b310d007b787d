"""Events about what administrators and their programs do."""

import msgspec

from ostiary.core.base.ids import ClientId, EnvironmentId, TargetId, UserId


class ConfigurationApplied(msgspec.Struct, frozen=True):
    """A new version of the configuration is the truth now."""

    version: int
    changes: int
    source: str


class ManagementDone(msgspec.Struct, frozen=True):
    """A program changed something by a management API, or was shown a secret there.

    Args:
        client: whose token it was; `caller` is the user it was for, None for the client itself.
        endpoint: what was done, in a word of ours such as `users.create`.
        target: the id of what it was done to.
    """

    environment: EnvironmentId
    client: ClientId
    caller: UserId | None
    endpoint: str
    target: TargetId
    address: str
