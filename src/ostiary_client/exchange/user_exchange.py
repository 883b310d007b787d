"""The route where a backend gives its own token for an issuer's, and what protects the others."""

import logging
import math
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.openapi.models import HTTPBearer
from fastapi.responses import JSONResponse
from fastapi.security.base import SecurityBase

from ostiary_client.bearer_refusals import BearerError, answer_in_own_shape, read_bearer, refuse
from ostiary_client.errors import ConfigurationError, InsufficientScopeError, InvalidTokenError
from ostiary_client.exchange.secret_token import SecretToken, key_of, mint, stand_for
from ostiary_client.exchange.tokens import Tokens
from ostiary_client.fastapi import Bearer, Token
from ostiary_client.verification.reading.claims import read_time

_LOG = logging.getLogger(__name__)
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_TOO_OLD = "The token was issued before all tokens of its user were revoked"
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
    most_per_user: so many tokens of one user are good at the same time; a further one ends the one
        that would end first. Clients that get tokens for themselves count as users.
    """

    def __init__(  # noqa: PLR0913 - one parameter a fact
        self,
        bearer: Bearer,
        tokens: Tokens,
        *,
        member: str = "token",
        path: str = "/user",
        lifetime_seconds: float = 3600,
        most_per_user: int = 100,
        scheme_name: str = "SecretToken",
        now: Callable[[], float] = time.time,
    ) -> None:
        if not member or member in {"token_type", "expires_in"}:
            raise ConfigurationError("The answer needs a name of its own for the token")
        if not 0 < lifetime_seconds < math.inf:
            raise ConfigurationError("A token lives for more than 0 seconds, and not for ever")
        if most_per_user < 1:
            raise ConfigurationError("A user has one token at least")
        self.model = HTTPBearer()
        self.scheme_name = scheme_name
        self._bearer, self._tokens, self._now = bearer, tokens, now
        self._member, self._lifetime_seconds = member, lifetime_seconds
        self._most_per_user = most_per_user
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
        """Return a new token of the backend's own for one that was verified.

        Raises: InvalidTokenError for one that `revoke_user` said is too old, and for names that
            cannot be kept.
        """
        await self._check_age(token)
        value, now = mint(), self._now()
        key, made = key_of(value), stand_for(token, expires_at=now + self._lifetime_seconds)
        await self._tokens.save(key, made, now=now, most=self._most_per_user)
        try:
            await self._check_age(token)  # it may have been said since
        except InvalidTokenError:
            await self._tokens.delete(key)
            raise
        _LOG.info("A token of %s was exchanged for one of our own", token.issuer)
        return value

    async def revoke(self, value: str) -> None:
        """Revoke one token; what is none of ours is no mistake."""
        await self._tokens.delete(key_of(value))

    async def revoke_user(
        self, issuer: str, subject: str, *, not_before: float | None = None
    ) -> int:
        """Revoke all tokens of a user, and return how many there were.

        What the issuer gave the user before now (`iat`) is not exchanged any more. What it gives
        from now on is: where the user is to stay out, see to it there, or name a later time. A
        token that does not say when it was issued counts as too old, until `readmit_user`.

        Args: not_before in seconds since the epoch; `math.inf` until `readmit_user`. It never makes
            it earlier.
        """
        moment = self._now() if not_before is None else not_before
        if math.isnan(moment):
            raise ConfigurationError("not_before is a time")
        # In this order: what is exchanged in between finds the one, or is found by the other.
        await self._tokens.refuse_before(issuer, subject, moment)
        return await self._tokens.delete_of(issuer, subject)

    async def readmit_user(self, issuer: str, subject: str) -> None:
        """Take a user's tokens again, however old; what was revoked stays so."""
        await self._tokens.refuse_before(issuer, subject, None)

    async def _check_age(self, token: Token) -> None:
        if token.subject is None:
            return
        moment = await self._tokens.refused_before(token.issuer, token.subject)
        if moment is None:
            return
        issued_at = read_time(token.claims, "iat")
        if issued_at is None or issued_at < moment:
            raise InvalidTokenError(
                _TOO_OLD,
                remedy="Have the user sign on again; where tokens of the issuer do not say iat, "
                "call readmit_user",
            )

    def _add_routes(self, path: str) -> None:
        async def give(token: Annotated[Token, Depends(self._bearer)]) -> Response:
            """Give a token of this service for a token of an issuer that it trusts."""
            try:
                value = await self.exchange(token)
            except InvalidTokenError as error:
                _LOG.info("A token was refused: %s", error)
                refuse(self._bearer.realm, "invalid_token", error.problem)
            answer: dict[str, Any] = {
                self._member: value,
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
