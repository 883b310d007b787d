"""The snapshot: the whole configuration at one version, swapped as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ostiary.core.base.ids import EnvironmentId
from ostiary.core.model.environment import Environment


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Everything configured, immutable.

    Args:
        version: grows by one with each applied change.
        by_host: environment with PingFederate's face by lower-case host name, without a port;
            `default` answers on every other allowed host.
        allowed_hosts: lower-case host names, without ports, that requests may be addressed to.
        client_authorities: certificates, DER, that programs' certificates may come from, in any
            environment.
        pingone_default: the environment that answers PingOne paths without an environment id.
        errors_url: where refusals are explained, without a fragment; None for nowhere.
    """

    version: int
    environments: Mapping[EnvironmentId, Environment]
    by_host: Mapping[str, Environment] = field(default_factory=dict)
    default: Environment | None = None
    pingone_default: Environment | None = None
    allowed_hosts: frozenset[str] = frozenset()
    client_authorities: frozenset[bytes] = frozenset()
    errors_url: str | None = None
