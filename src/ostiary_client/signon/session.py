"""Somebody who is signed on: their access token, kept fresh for as long as the server lets it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ostiary_client.caching.source import AsyncTokenSource, TokenSource
from ostiary_client.caching.token_request import TokenRequest
from ostiary_client.errors import SignOnRequiredError
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.tokens import AccessToken, text_of
from ostiary_client.transport import AsyncTransport, SyncTransport

OnChange = Callable[[TokenSet], None]
"""Is told of each new set of tokens, so that a program can keep it."""
_ALL = TokenRequest()


class _Kept:
    """The tokens that hold now, and whether they can be renewed."""

    def __init__(self, tokens: TokenSet, on_change: OnChange | None) -> None:
        self.tokens = tokens
        self._on_change = on_change
        self._ended: SignOnRequiredError | None = None

    def check(self) -> None:
        """Refuse to ask once more with a refresh token that the server has refused."""
        if self._ended is not None:
            raise self._ended.with_traceback(None)

    def end(self, error: SignOnRequiredError) -> None:
        self._ended = error

    def change(self, tokens: TokenSet) -> AccessToken:
        """Take new tokens, and tell the program."""
        self.tokens = tokens
        if self._on_change is not None:
            self._on_change(tokens)
        return usable(tokens)


def usable(tokens: TokenSet) -> AccessToken:
    """Return the access token to keep: one whose end nobody knows does until it is refused."""
    token = tokens.as_access_token()
    return token if token.expires_at is not None else replace(token, expires_at=float("inf"))


class Session:
    """The tokens of one person, kept fresh; threads may share it.

    At most one refresh is under way, and a new refresh token takes the place of the old one. When
    the server renews them no longer, every call raises `SignOnRequiredError`. The auth classes of
    `ostiary_client.requests`, `.httpx` and `.auth` take a session in the place of a client.

    Args: on_change is called with each new set of tokens, before anybody uses it.
    """

    def __init__(
        self,
        people: SignOnConversations,
        transport: SyncTransport,
        tokens: TokenSet,
        on_change: OnChange | None = None,
    ) -> None:
        self._people, self._transport = people, transport
        self._kept = _Kept(tokens, on_change)
        self._source = TokenSource(people.base.refresh, people.base.now, self._refresh)
        self._source.put(_ALL, usable(tokens), _obtained_at(tokens, people))

    @property
    def tokens(self) -> TokenSet:
        """The tokens that hold now."""
        return self._kept.tokens

    def token(self) -> AccessToken:
        """Return the person's access token, a new one only when one is due.

        Raises: SignOnRequiredError; as `Client.refresh`.
        """
        return self._source.get(_ALL)

    def forget(self, token: AccessToken | str | None = None) -> None:
        """Do not use an access token again: the next call refreshes it."""
        self._source.forget(None if token is None else text_of(token))

    def userinfo(self) -> Mapping[str, Any]:
        """Ask who it is, with a fresh token."""
        subject = self.tokens.subject
        return self._transport.run(self._people.userinfo(self.token(), subject))

    def __repr__(self) -> str:
        return f"Session({self._people.base.base_url!r})"

    def _refresh(self, request: TokenRequest) -> AccessToken:
        self._kept.check()
        try:
            return self._kept.change(self._transport.run(self._people.refresh(self.tokens)))
        except SignOnRequiredError as error:
            self._kept.end(error)
            raise


class AsyncSession:
    """`Session`, awaited: tasks of one event loop may share it."""

    def __init__(
        self,
        people: SignOnConversations,
        transport: AsyncTransport,
        tokens: TokenSet,
        on_change: OnChange | None = None,
    ) -> None:
        self._people, self._transport = people, transport
        self._kept = _Kept(tokens, on_change)
        self._source = AsyncTokenSource(people.base.refresh, people.base.now, self._refresh)
        self._source.put(_ALL, usable(tokens), _obtained_at(tokens, people))

    @property
    def tokens(self) -> TokenSet:
        """The tokens that hold now."""
        return self._kept.tokens

    async def token(self) -> AccessToken:
        """Return the person's access token, a new one only when one is due.

        Raises: SignOnRequiredError; as `AsyncClient.refresh`.
        """
        return await self._source.get(_ALL)

    def forget(self, token: AccessToken | str | None = None) -> None:
        """Do not use an access token again: the next call refreshes it."""
        self._source.forget(None if token is None else text_of(token))

    async def userinfo(self) -> Mapping[str, Any]:
        """Ask who it is, with a fresh token."""
        token, subject = await self.token(), self.tokens.subject
        return await self._transport.run(self._people.userinfo(token, subject))

    def __repr__(self) -> str:
        return f"AsyncSession({self._people.base.base_url!r})"

    async def _refresh(self, request: TokenRequest) -> AccessToken:
        self._kept.check()
        try:
            return self._kept.change(await self._transport.run(self._people.refresh(self.tokens)))
        except SignOnRequiredError as error:
            self._kept.end(error)
            raise


def _obtained_at(tokens: TokenSet, people: SignOnConversations) -> float:
    now = people.base.now()
    return now if tokens.obtained_at is None else tokens.obtained_at
