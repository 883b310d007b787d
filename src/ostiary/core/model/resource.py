"""A resource: a protected API, its audience and its scopes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resource:
    """One API that tokens are for.

    Spec: RFC 8707 (`audience` is what `resource` names); PingOne "Resources".
    """

    id: str
    key: str
    audience: str
    scopes: frozenset[str]
