"""The tokens that a client holds, and what is due with each."""

from collections import OrderedDict
from dataclasses import dataclass

from ostiary_client.caching.refresh_policy import Freshness, RefreshPolicy
from ostiary_client.caching.token_request import TokenRequest
from ostiary_client.tokens import AccessToken

_MOST_TOKENS = 1000
_QUIET_SECONDS = 5.0
"""How long a token that could not be renewed early is left alone."""


@dataclass(slots=True)
class _Held:
    token: AccessToken
    fetched_at: float
    quiet_until: float = 0.0


class TokenShelf:
    """Holds one token for each request, the most recently used thousand of them."""

    def __init__(self, policy: RefreshPolicy) -> None:
        self._policy = policy
        self._held: OrderedDict[TokenRequest, _Held] = OrderedDict()

    def look(self, request: TokenRequest, now: float) -> tuple[Freshness, AccessToken | None]:
        """Return the token for a request, if it can still be used, and what to do about it."""
        held = self._held.get(request)
        if held is None:
            return Freshness.OVER, None
        freshness = self._policy.judge(held.token, held.fetched_at, now)
        if freshness is Freshness.OVER:
            del self._held[request]
            return freshness, None
        self._held.move_to_end(request)
        if freshness is Freshness.DUE and now < held.quiet_until:
            return Freshness.FRESH, held.token
        return freshness, held.token

    def put(self, request: TokenRequest, token: AccessToken, fetched_at: float) -> None:
        """Take a new token."""
        self._held[request] = _Held(token, fetched_at)
        self._held.move_to_end(request)
        if len(self._held) > _MOST_TOKENS:
            self._held.popitem(last=False)

    def postpone(self, request: TokenRequest, now: float) -> AccessToken | None:
        """Return a token to use a little longer, since no new one could be had.

        There is none when it was forgotten meanwhile, or ended while the server was asked.
        """
        _, token = self.look(request, now)
        if token is not None:
            self._held[request].quiet_until = now + _QUIET_SECONDS
        return token

    def forget(self, value: str | None = None) -> None:
        """Throw away the token with that value, or all of them."""
        for request, held in list(self._held.items()):
            if value is None or held.token.value == value:
                del self._held[request]
