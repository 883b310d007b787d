"""The ways in which a client shows a server who it is."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote_plus

from ostiary_client.protocol.metadata import Metadata
from ostiary_client.secret import Secret


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one request carries to show who sends it; `secrets` must not be shown."""

    headers: dict[str, str] = field(default_factory=dict, repr=False)
    form: dict[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


class ClientAuthentication(Protocol):
    """One way to authenticate; asked anew for each request."""

    @property
    def client_id(self) -> str:
        """The client's id."""
        ...

    def credentials(self, metadata: Metadata, now: float) -> Credentials:
        """Return the credentials for one request, to be sent within a minute."""
        ...


@dataclass(frozen=True, slots=True)
class NoAuthentication:
    """A public client: it says its id, and proves nothing."""

    client_id: str

    def credentials(self, metadata: Metadata, now: float) -> Credentials:
        """Return the id as a parameter."""
        return Credentials(form={"client_id": self.client_id})


@dataclass(frozen=True, slots=True)
class ClientSecretBasic:
    """Id and secret in the header, each form-encoded first.

    Spec: RFC 6749 §2.3.1.
    """

    client_id: str
    client_secret: Secret

    def credentials(self, metadata: Metadata, now: float) -> Credentials:
        """Return the header `Authorization`."""
        secret = self.client_secret.reveal()
        pair = f"{quote_plus(self.client_id)}:{quote_plus(secret)}"
        encoded = b64encode(pair.encode()).decode()
        return Credentials(
            headers={"authorization": f"Basic {encoded}"},
            secrets=(secret, quote_plus(secret), encoded),
        )


@dataclass(frozen=True, slots=True)
class ClientSecretPost:
    """Id and secret as parameters.

    Spec: RFC 6749 §2.3.1.
    """

    client_id: str
    client_secret: Secret

    def credentials(self, metadata: Metadata, now: float) -> Credentials:
        """Return both parameters."""
        secret = self.client_secret.reveal()
        return Credentials(
            form={"client_id": self.client_id, "client_secret": secret},
            secrets=(secret, quote_plus(secret)),
        )
