"""The route where a backend gives its own token for an issuer's, and what protects the others."""

import logging
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.openapi.models import HTTPBearer
from fastapi.responses import JSONResponse
from fastapi.security.base import SecurityBase

from ostiary_client.bearer_refusals import BearerError, answer_in_own_shape, read_bearer, refuse
from ostiary_client.errors import ConfigurationError, InsufficientScopeError
from ostiary_client.exchange.secret_token import SecretToken, key_of, mint, stand_for
from ostiary_client.exchange.tokens import Tokens
from ostiary_client.fastapi import Bearer, Token

_LOG = logging.getLogger(__name__)
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_OVER = "The token is not one of this service, or it is over or revoked"


class UserExchange(SecurityBase):
    """Takes tokens of trusted issuers at one route, and gives tokens of the backend's own for them.

    `POST` and `GET` of the route answer with a new token, `DELETE` revokes the one that it is sent.
    As a dependency it protects other routes with those tokens.

        from typing import Annotated

        from fastapi import Depends, FastAPI

        from ostiary_client.exchange import SecretToken, SQLTokens, UserExchange
        from ostiary_client.fastapi import Bearer

        bearer = Bearer("https://localhost:9031", audience="https://orders.example")
        exchange = UserExchange(bearer, SQLTokens("sqlite:///tokens.db"), member="secret_token")
        app = FastAPI(lifespan=bearer.lifespan)
        app.include_router(exchange.router)

        @app.get("/orders")
        def orders(caller: Annotated[SecretToken, Depends(exchange)]) -> str:
            return f"orders of {caller.subject}"

    bearer: verifies what is exchanged; its trusted issuers may be several, and those with
        `accept_id_token` have their ID tokens taken as well.
    tokens: keeps the backend's own ones, as hashes.
    member: under which name the answer holds the new token.
    path: of the route.
    lifetime_seconds: how long a new token is good, whatever the exchanged one says of itself.
    """

    def __init__(  # noqa: PLR0913 - one parameter a fact
        self,
        bearer: Bearer,
        tokens: Tokens,
        *,
        member: str = "token",
        path: str = "/user",
        lifetime_seconds: float = 3600,
        scheme_name: str = "SecretToken",
        now: Callable[[], float] = time.time,
    ) -> None:
        if not member or member in {"token_type", "expires_in"}:
            raise ConfigurationError("The answer needs a name of its own for the token")
        if lifetime_seconds <= 0:
            raise ConfigurationError("A token lives for more than 0 seconds")
        self.model = HTTPBearer()
        self.scheme_name = scheme_name
        self._bearer, self._tokens, self._now = bearer, tokens, now
        self._member, self._lifetime_seconds = member, lifetime_seconds
        self.router = APIRouter()
        self._add_routes(path)

    async def __call__(self, request: Request) -> SecretToken:
        """Return whom the token of a request stands for.

        Spec: RFC 6750 §2.1, §3.1.
        Raises: BearerError.
        """
        answer_in_own_shape(request)
        value = read_bearer(request, self._bearer.realm)
        token = await self._tokens.find(key_of(value), now=self._now())
        if token is None:
            refuse(self._bearer.realm, "invalid_token", _OVER)
        return token

    def requires(self, *scopes: str) -> Callable[[SecretToken], Awaitable[SecretToken]]:
        """Return a dependency that gives the token, if the exchanged one had all these scopes."""
        if not scopes:
            raise ConfigurationError("requires(…) takes scopes", remedy="Else Depends(exchange)")

        async def with_scopes(token: Annotated[SecretToken, Depends(self)]) -> SecretToken:
            try:
                token.check_scopes(*scopes)
            except InsufficientScopeError as error:
                raise BearerError(
                    HTTPStatus.FORBIDDEN,
                    self._bearer.realm,
                    "insufficient_scope",
                    error.problem,
                    scope=" ".join(scopes),
                ) from error
            return token

        return with_scopes

    async def exchange(self, token: Token) -> str:
        """Return a new token of the backend's own for one that was verified."""
        value, expires_at = mint(), self._now() + self._lifetime_seconds
        await self._tokens.save(key_of(value), stand_for(token, expires_at=expires_at))
        _LOG.info("A token of %s was exchanged for one of our own", token.issuer)
        return value

    async def revoke(self, value: str) -> None:
        """Revoke one token; what is none of ours is no mistake."""
        await self._tokens.delete(key_of(value))

    async def revoke_user(self, issuer: str, subject: str) -> int:
        """Revoke all tokens of a user, and return how many there were."""
        return await self._tokens.delete_of(issuer, subject)

    def _add_routes(self, path: str) -> None:
        async def give(token: Annotated[Token, Depends(self._bearer)]) -> Response:
            """Give a token of this service for a token of an issuer that it trusts."""
            answer: dict[str, Any] = {
                self._member: await self.exchange(token),
                "token_type": "Bearer",
                "expires_in": int(self._lifetime_seconds),
            }
            return JSONResponse(answer, headers=_NO_STORE)

        async def take_back(request: Request) -> Response:
            """Revoke the token of this service that is sent."""
            answer_in_own_shape(request)
            await self.revoke(read_bearer(request, self._bearer.realm))
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=_NO_STORE)

        self.router.add_api_route(path, give, methods=["POST", "GET"])
        self.router.add_api_route(path, take_back, methods=["DELETE"], status_code=204)
