"""Where the access token comes from that an application shows."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from anyio.to_thread import run_sync

from ostiary_client.async_client import AsyncClient
from ostiary_client.client import Client
from ostiary_client.errors import ConfigurationError
from ostiary_client.protocol.answers import is_presentable
from ostiary_client.secret import Secret
from ostiary_client.signon.session import AsyncSession, Session
from ostiary_client.tokens import AccessToken

Token: TypeAlias = str | AccessToken
TokenSource: TypeAlias = (
    str
    | Secret
    | AccessToken
    | Client
    | AsyncClient
    | Session
    | AsyncSession
    | Callable[[], Token | Awaitable[Token]]
)
"""A token, whoever keeps one, or a function that is asked for one before each call."""


@dataclass(frozen=True, slots=True)
class GivenToken:
    """Asks for a token when one is needed.

    Args: scope is what a client asks for; a session has what its person signed on for.
    """

    source: TokenSource = field(repr=False)
    scope: str | None = None

    def get(self) -> str:
        """Return a token.

        Raises: ConfigurationError for a source that has to be awaited; as `Client.token`.
        """
        match self.source:
            case Client() as client:
                return _text(client.token(self.scope))
            case Session() as session:
                return _text(session.token())
            case AsyncClient() | AsyncSession():
                raise _has_to_be_awaited()
            case str() | Secret() | AccessToken() as token:
                return _text(token)
            case function:
                found = function()
        if inspect.isawaitable(found):
            if inspect.iscoroutine(found):
                found.close()
            raise _has_to_be_awaited()
        return _text(found)

    async def get_async(self) -> str:
        """Do as `get`, without holding up other tasks; functions run in the loop."""
        match self.source:
            case AsyncClient() as client:
                return _text(await client.token(self.scope))
            case AsyncSession() as session:
                return _text(await session.token())
            case Client() | Session():
                return await run_sync(self.get)
            case str() | Secret() | AccessToken() as token:
                return _text(token)
            case function:
                found = function()
        return _text(await found if inspect.isawaitable(found) else found)

    def forget(self, token: str) -> None:
        """Have a token that was refused not used again."""
        if isinstance(self.source, Client | AsyncClient | Session | AsyncSession):
            self.source.forget(token)


def _text(token: str | Secret | AccessToken) -> str:
    match token:
        case Secret():
            text = token.reveal()
        case AccessToken():
            text = token.value
        case _:
            text = token
    if not is_presentable(text):
        raise ConfigurationError("The access token can be none: it would not stand in a header")
    return text


def _has_to_be_awaited() -> ConfigurationError:
    return ConfigurationError(
        "The token has to be awaited", remedy="Use AsyncReferenceId, or another source of tokens"
    )
