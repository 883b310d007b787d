"""Which environment a request on PingOne's paths is for: the first segment says it."""

from dataclasses import dataclass

from ostiary.core.base.ids import EnvironmentId
from ostiary.core.model.environment import Environment, Face
from ostiary.core.ports.configuration import Snapshots
from ostiary.dialects.pingone.paths import ENVIRONMENT_VARIABLE
from ostiary.http.errors import not_found
from ostiary.http.message import Request
from ostiary.http.origins import find_caller_origins


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Maps environment ids, exactly as written, to environments."""

    snapshots: Snapshots

    def resolve(self, request: Request) -> Environment:
        """Return the environment of the path; a path without one is the platform's default.

        Raises: HTTPError 404 for an id that is unknown, disabled or of another face;
            UnavailableError before the first snapshot.
        """
        snapshot = self.snapshots.current
        environment_id = request.path_values.get(ENVIRONMENT_VARIABLE)
        if environment_id is None:
            env = snapshot.pingone_default
        else:
            env = snapshot.environments.get(EnvironmentId(environment_id))
        if env is None or env.face is not Face.PINGONE:
            raise not_found()
        return env

    def find_origins(self, request: Request) -> frozenset[str]:
        """Return the browser origins that may call the environment's endpoints."""
        return self.resolve(request).allowed_origins

    def find_caller_origins(self, request: Request) -> frozenset[str]:
        """Return the request's origin if pages on it may sign people on."""
        return find_caller_origins(self.resolve(request), request)
