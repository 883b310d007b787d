"""What a client-authentication method is, and what a request presents to it."""

from dataclasses import dataclass
from typing import Protocol

import msgspec

from ostiary.core.base.params import Params
from ostiary.core.crypto.client_certificates import ClientCertificate
from ostiary.core.crypto.jws import UnverifiedJWS
from ostiary.core.model.client import AuthMethod, Client
from ostiary.core.model.environment import Environment


class BasicCredentials(msgspec.Struct, frozen=True):
    """User and password of an HTTP Basic header, as they stood there: not form-decoded.

    Spec: RFC 7617 §2. `has_colon` is False for a bare user, which real clients send.
    """

    user: str
    password: str
    has_colon: bool = True

    def __repr__(self) -> str:
        return f"BasicCredentials(user={self.user!r}, password=…)"


class UnverifiedAssertion(msgspec.Struct, frozen=True):
    """A client assertion as it was read, once for all methods; nobody has verified it yet.

    Args:
        jws: None for what is unreadable, also in its claims.
        subject: the client that it claims; "" where it names none.
    """

    jws: UnverifiedJWS | None
    subject: str = ""


class Presented(msgspec.Struct, frozen=True):
    """What a request shows of its sender, beside its parameters.

    Args:
        address: the caller's IP address, after trusted proxies.
        endpoints: paths, below the environment's base URL, that an assertion may be addressed to:
            the called endpoint and the token endpoint.
        basic: None when there is no Basic header, or an unreadable one.
        is_unreadable: an Authorization header is there that is not readable Basic.
        assertion: what the parameters hold of one; read when the client is authenticated.
        certificate: of the TLS connection, where the caller showed one.
    """

    address: str
    endpoints: tuple[str, ...]
    basic: BasicCredentials | None = None
    is_unreadable: bool = False
    assertion: UnverifiedAssertion | None = None
    certificate: ClientCertificate | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A proof that does not hold; the reason is for the event log only."""

    reason: str


class ClientAuthenticator(Protocol):
    """One way in which a client proves who it is."""

    @property
    def method(self) -> AuthMethod:
        """Return the method's registered name."""
        ...

    @property
    def is_silent(self) -> bool:
        """Tell whether a request shows nothing of it but a `client_id`.

        Of several such methods the client's own is meant; of all others a request carries one.
        """
        ...

    def find_claimed(self, params: Params, presented: Presented) -> str | None:
        """Return the client id that a request claims by this method.

        None means that this method's credentials are not there at all; "" that they are, without
        an id.
        """
        ...

    async def verify(
        self, env: Environment, claimed: str, params: Params, presented: Presented
    ) -> Client | Rejected:
        """Return the client whose proof holds.

        An unknown client costs as much as a known one with a wrong proof.
        Raises: UnavailableError when the proof cannot be checked now.
        """
        ...
