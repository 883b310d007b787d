"""The ways in which an application shows a Reference ID adapter who it is."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ostiary_client.errors import ConfigurationError
from ostiary_client.protocol.client_authentication import Credentials
from ostiary_client.secret import Secret

Method: TypeAlias = Literal["basic", "headers", "bearer", "certificate"]
METHODS: tuple[Method, ...] = ("basic", "headers", "bearer", "certificate")


@dataclass(frozen=True, slots=True)
class NamesOfHeaders:
    """How headers of the adapter's own are written: with dots, or with dashes."""

    joint: str = "."

    @property
    def adapter(self) -> str:
        """The one that names the adapter."""
        return f"ping{self.joint}instanceId"

    @property
    def username(self) -> str:
        """The one with the user name of the application."""
        return f"ping{self.joint}uname"

    @property
    def pass_phrase(self) -> str:
        """The one with its pass phrase."""
        return f"ping{self.joint}pwd"


def by_basic(username: str, pass_phrase: Secret) -> Credentials:
    """Return user name and pass phrase in the header `Authorization`, as they are.

    Spec: RFC 7617 §2.
    Raises: ConfigurationError for a name that cannot stand there.
    """
    if ":" in username:
        raise ConfigurationError(
            "A user name with a colon cannot be sent by HTTP Basic",
            remedy="Choose method='headers'",
        )
    secret = pass_phrase.reveal()
    encoded = b64encode(f"{username}:{secret}".encode()).decode()
    return Credentials({"authorization": f"Basic {encoded}"}, secrets=(secret, encoded))


def by_headers(names: NamesOfHeaders, username: str, pass_phrase: Secret) -> Credentials:
    """Return user name and pass phrase in two headers.

    Raises: ConfigurationError for texts that no header carries unchanged.
    """
    secret = pass_phrase.reveal()
    if not all(map(is_header_value, (username, secret))):
        raise ConfigurationError(
            "User name or pass phrase hold characters that headers do not carry unchanged",
            remedy="Choose method='basic'",
        )
    return Credentials({names.username: username, names.pass_phrase: secret}, secrets=(secret,))


def by_token(token: str) -> Credentials:
    """Return an access token in the header `Authorization`.

    Spec: RFC 6750 §2.1.
    """
    return Credentials({"authorization": f"Bearer {token}"}, secrets=(token,))


def is_header_value(text: str) -> bool:
    """Tell whether a text stands in a header as it is: visible ASCII, no spaces around it."""
    return text.isascii() and text.isprintable() and text == text.strip()
