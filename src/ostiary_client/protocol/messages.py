"""What goes over the wire, as values, and the shape of a conversation."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, to be sent after a pause of `after_seconds`.

    `is_repeatable` says that a second copy does no harm although the first may have arrived;
    `secrets` are the texts in it that no message may show.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    is_repeatable: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)
    after_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer; the names of `headers` are in lower case.

    `set_cookies` are its headers `Set-Cookie`, which cannot be joined into one.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    set_cookies: tuple[str, ...] = field(default=(), repr=False)


Exchange: TypeAlias = Generator[Request, Response, T]
"""A conversation: it yields requests, is sent their responses, and returns what it was for.

When no answer comes, the one who drives it throws a `TransportError` into it.
"""
