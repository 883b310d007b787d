"""One token for many callers: at most one request for the same token is under way."""

import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

import anyio

from ostiary_client.caching.refresh_policy import Freshness, RefreshPolicy
from ostiary_client.caching.shelf import TokenShelf
from ostiary_client.caching.token_request import TokenRequest
from ostiary_client.errors import (
    RateLimitedError,
    ServerFailedError,
    TransportError,
    UnreadableResponseError,
)
from ostiary_client.tokens import AccessToken

_PASSING = (TransportError, RateLimitedError, ServerFailedError, UnreadableResponseError)
"""What may be over in a moment, so that a token that is still good is used meanwhile."""


class TokenSource:
    """Hands out tokens to threads."""

    def __init__(
        self,
        policy: RefreshPolicy,
        now: Callable[[], float],
        fetch: Callable[[TokenRequest], AccessToken],
    ) -> None:
        self._shelf = TokenShelf(policy)
        self._now = now
        self._fetch = fetch
        self._flights: dict[TokenRequest, Future[AccessToken | None]] = {}
        self._lock = threading.Lock()

    def get(self, request: TokenRequest) -> AccessToken:
        """Return the token that is held, or a new one when that is due.

        Those who wait for somebody else's request share its token, or its error.
        """
        token = None
        while token is None:
            with self._lock:
                freshness, held = self._shelf.look(request, self._now())
                leads = request not in self._flights
                if held is not None and (freshness is Freshness.FRESH or not leads):
                    return held
                flight = self._flights.setdefault(request, Future())
            token = self._lead(request, flight) if leads else flight.result()
        return token

    def put(self, request: TokenRequest, token: AccessToken, fetched_at: float) -> None:
        """Take a token that came from elsewhere."""
        with self._lock:
            self._shelf.put(request, token, fetched_at)

    def forget(self, value: str | None = None) -> None:
        """Throw away the token with that value, or all of them."""
        with self._lock:
            self._shelf.forget(value)

    def _lead(self, request: TokenRequest, flight: Future[AccessToken | None]) -> AccessToken:
        """Fetch for everybody; when this thread is stopped midway, another one takes over."""
        token = None
        try:
            token = self._renewed(request)
        except Exception as error:
            flight.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._flights[request]
            if not flight.done():
                flight.set_result(token)
        return token

    def _renewed(self, request: TokenRequest) -> AccessToken:
        asked_at = self._now()
        try:
            token = self._fetch(request)
        except _PASSING:
            with self._lock:
                held = self._shelf.postpone(request, self._now())
            if held is None:
                raise
            return held
        with self._lock:
            self._shelf.put(request, token, asked_at)
        return token


@dataclass(slots=True)
class _Flight:
    """A request under way, and what came of it; neither when it was cancelled."""

    landed: anyio.Event = field(default_factory=anyio.Event)
    token: AccessToken | None = None
    error: Exception | None = None

    async def result(self) -> AccessToken | None:
        await self.landed.wait()
        if self.error is not None:
            raise self.error
        return self.token


class AsyncTokenSource:
    """Hands out tokens to the tasks of one event loop."""

    def __init__(
        self,
        policy: RefreshPolicy,
        now: Callable[[], float],
        fetch: Callable[[TokenRequest], Awaitable[AccessToken]],
    ) -> None:
        self._shelf = TokenShelf(policy)
        self._now = now
        self._fetch = fetch
        self._flights: dict[TokenRequest, _Flight] = {}

    async def get(self, request: TokenRequest) -> AccessToken:
        """Return the token that is held, or a new one when that is due.

        Those who wait for somebody else's request share its token, or its error.
        """
        token = None
        while token is None:
            freshness, held = self._shelf.look(request, self._now())
            flight = self._flights.get(request)
            if held is not None and (freshness is Freshness.FRESH or flight is not None):
                return held
            if flight is None:
                token = await self._lead(request)
            else:
                token = await flight.result()
        return token

    def put(self, request: TokenRequest, token: AccessToken, fetched_at: float) -> None:
        """Take a token that came from elsewhere."""
        self._shelf.put(request, token, fetched_at)

    def forget(self, value: str | None = None) -> None:
        """Throw away the token with that value, or all of them."""
        self._shelf.forget(value)

    async def _lead(self, request: TokenRequest) -> AccessToken:
        """Fetch for everybody; when this task is cancelled midway, another one takes over."""
        flight = self._flights[request] = _Flight()
        try:
            flight.token = await self._renewed(request)
        except Exception as error:
            flight.error = error
            raise
        finally:
            del self._flights[request]
            flight.landed.set()
        return flight.token

    async def _renewed(self, request: TokenRequest) -> AccessToken:
        asked_at = self._now()
        try:
            token = await self._fetch(request)
        except _PASSING:
            held = self._shelf.postpone(request, self._now())
            if held is None:
                raise
            return held
        self._shelf.put(request, token, asked_at)
        return token
