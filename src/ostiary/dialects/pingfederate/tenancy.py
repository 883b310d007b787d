"""Which environment a request on PingFederate's paths is for: decided by its host name."""

from dataclasses import dataclass

from ostiary.core.model.environment import Environment
from ostiary.core.ports.configuration import Snapshots
from ostiary.http.errors import not_found
from ostiary.http.message import Request
from ostiary.http.origins import find_application_origins


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Maps host names to environments, as PingFederate's virtual host names do."""

    snapshots: Snapshots

    def resolve(self, request: Request) -> Environment:
        """Return the environment that claims the host, or the default one.

        Raises: HTTPError 404 when there is neither; UnavailableError before the first
            snapshot.
        """
        snapshot = self.snapshots.current
        env = snapshot.by_host.get(request.host) or snapshot.default
        if env is None:
            raise not_found()
        return env

    def find_origins(self, request: Request) -> frozenset[str]:
        """Return the browser origins that may call the environment's endpoints."""
        return self.resolve(request).allowed_origins

    def find_application_origins(self, request: Request) -> frozenset[str]:
        """Return the request's origin if an authentication application may call from it."""
        return find_application_origins(self.resolve(request), request)
