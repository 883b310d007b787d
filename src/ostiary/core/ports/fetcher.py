"""What the core asks of the internet: one request to one URL, and nothing that it leads to.

Whoever implements this resolves the host once, checks every address that comes of it, connects to
such an address and no other, verifies the certificate, follows no redirect, reads no proxy from
the surroundings, and gives up in time.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from ostiary.core.model.environment import Environment

MAX_ANSWER_BYTES = 256 * 1024


class FetchFailure(StrEnum):
    """Why there is no answer."""

    URL = "url"
    SCHEME = "scheme"
    PORT = "port"
    ADDRESS = "address"
    """The host leads to an address that the server may not connect to."""
    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    TIME = "time"
    REDIRECT = "redirect"
    HEADERS = "headers"
    """There are too many of them, or they are too long."""
    ENCODING = "encoding"
    SIZE = "size"
    PROTOCOL = "protocol"
    """What came is no HTTP, or broke off."""


class FetchFailedError(Exception):
    """Nothing was fetched; nothing of what came instead is in here."""

    def __init__(self, reason: FetchFailure) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One request.

    Args:
        purpose: what it is for, one word of few, for events.
        url: not trusted.
        authorization: the header of that name, for a host that its owner trusts with it.
        body: of a POST; it may hold what nobody else may see.
        max_bytes: a longer answer counts as none.
        skips_host_name_check: a certificate for another host will do, if its authority is known.
    """

    purpose: str
    url: str
    method: Literal["GET", "POST"] = "GET"
    content_type: str | None = None
    authorization: str | None = field(default=None, repr=False)
    body: bytes = field(default=b"", repr=False)
    accept: str = "*/*"
    max_bytes: int = MAX_ANSWER_BYTES
    skips_host_name_check: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status but a redirect; its body is not trusted."""

    status: int
    content_type: str | None = None
    body: bytes = field(default=b"", repr=False)


class Fetcher(Protocol):
    """Fetches what somebody else named."""

    async def fetch(self, env: Environment, request: FetchRequest) -> Fetched:
        """Send a request and return its answer.

        Raises: FetchFailedError; an event has said so by then.
        """
        ...
