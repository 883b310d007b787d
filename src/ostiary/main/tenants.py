"""Whose share of a worker a request uses, whichever face it comes to."""

from dataclasses import dataclass

from ostiary.core.base.ids import EnvironmentId
from ostiary.core.ports.configuration import Snapshots
from ostiary.dialects.pingone.paths import ENVIRONMENT_VARIABLE
from ostiary.http.message import Request

NOBODY = ""
"""Requests for no environment share one share."""


@dataclass(frozen=True, slots=True)
class Tenants:
    """Tells environments apart before anything of a request is decided."""

    snapshots: Snapshots

    def find(self, request: Request) -> str | None:
        """Return the id of the environment that a request names; None where there is one alone.

        Raises: UnavailableError before the first snapshot.
        """
        snapshot = self.snapshots.current
        if len(snapshot.environments) == 1:
            return None
        named = request.path_values.get(ENVIRONMENT_VARIABLE)
        if named is not None:
            return NOBODY if EnvironmentId(named) not in snapshot.environments else named
        env = snapshot.by_host.get(request.host) or snapshot.default
        return NOBODY if env is None else env.id
