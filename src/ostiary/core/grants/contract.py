"""What a grant type is: it reads a request and decides."""

from typing import Protocol, runtime_checkable

from ostiary.core.base.params import Params
from ostiary.core.crypto.client_certificates import ClientCertificate
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment


class Sender(Protocol):
    """Where a token request comes from; the client that sent it is known by then."""

    @property
    def address(self) -> str:
        """Return the IP address, after trusted proxies."""
        ...

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Return the paths of the token endpoint, which an assertion may be addressed to."""
        ...

    @property
    def certificate(self) -> ClientCertificate | None:
        """Return the certificate of the TLS connection, where one was shown."""
        ...


class Grant(Protocol):
    """One value of `grant_type`. It mints nothing, stores nothing and renders nothing."""

    @property
    def grant_type(self) -> str:
        """Return the value of `grant_type` that chooses this grant."""
        ...

    async def authorize(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """Decide what an authenticated client, allowed to use this grant, gets.

        Raises: OAuthError when it gets nothing.
        """
        ...


@runtime_checkable
class ContestedGrant(Grant, Protocol):
    """A grant that spends what two requests may spend at the same time."""

    async def after_losing(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """Decide once more, after another request was first to spend it.

        Args: as in `authorize`, which allowed it when nothing was spent yet.
        Stores: what must end because of it, before it is refused.
        Raises: OAuthError when it gets nothing.
        """
        ...
