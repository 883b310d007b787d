"""How somebody signs on, by the name that they type: here with a password, or at another house."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse

from ostiary_client.errors import ConfigurationError
from ostiary_client.secret import Secret

_PATHS = ("/getLoginScheme", "/getLoginSchema")
_LONGEST = 320
_MOST_BYTES = 4096


class AuthenticationType(StrEnum):
    """Whose house checks the password."""

    OUTBOUND = "O"
    """Ours: the password grant."""
    INBOUND = "I"
    """Another one's: a browser is sent there, and comes back with a code."""


@dataclass(frozen=True, slots=True)
class LoginScheme:
    """How somebody signs on.

    client_id, client_secret: as which client the program asks for tokens. A secret that every
        program is told is none: use one only where the program is your own.
    authorization_url: where a browser goes; for inbound ones.
    """

    type: AuthenticationType
    client_id: str
    client_secret: Secret | None = None
    authorization_url: str = ""

    def __post_init__(self) -> None:
        """Refuse what a program could do nothing with."""
        if self.type is AuthenticationType.INBOUND and not self.authorization_url:
            raise ConfigurationError("Whoever signs on elsewhere needs an authorization_url")

    def members(self) -> dict[str, Any]:
        """Return what a program is told."""
        told: dict[str, Any] = {"AuthenticationType": self.type, "client_id": self.client_id}
        if self.client_secret is not None:
            told["client_secret"] = self.client_secret.reveal()
        if self.authorization_url:
            told["authorization_url"] = self.authorization_url
        return told


Find = Callable[[str], LoginScheme | Awaitable[LoginScheme | None] | None]


def login_scheme_router(find: Find, *, default: LoginScheme) -> APIRouter:
    """Return the routes `getLoginScheme` and `getLoginSchema`, by GET and POST.

    Both take `username`, an e-mail address mostly.
    Args:
        find: returns the scheme of a name, by its domain for example; None for `default`.
        default: of every other name, so that nobody learns from it which ones there are.
    """

    async def answer(username: str) -> JSONResponse:
        found = find(username)
        scheme = await found if inspect.isawaitable(found) else found
        return JSONResponse((scheme or default).members(), headers={"Cache-Control": "no-store"})

    async def by_query(
        username: Annotated[str, Query(min_length=1, max_length=_LONGEST)],
    ) -> JSONResponse:
        """Say how somebody signs on."""
        return await answer(username)

    async def by_form(request: Request) -> JSONResponse:
        """Say how somebody signs on, without the name in an address."""
        names = _names_in(await _read(request))
        if len(names) != 1 or len(names[0]) > _LONGEST:
            raise HTTPException(422, f"Send one username, of at most {_LONGEST} characters")
        return await answer(names[0])

    router = APIRouter()
    for path in _PATHS:
        router.add_api_route(path, by_query, methods=["GET"])
        router.add_api_route(path, by_form, methods=["POST"])
    return router


async def _read(request: Request) -> bytes:
    """Return the body, or nothing of one that is longer than any name could make it."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return b""
    return bytes(body)


def _names_in(form: bytes) -> list[str]:
    try:
        sent = parse_qs(form.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError:
        return []
    return sent.get("username", [])
