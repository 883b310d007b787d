"""Protecting a FastAPI service: `Depends(bearer.requires("orders:read"))`."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from types import TracebackType
from typing import Annotated, Any, Self, TypedDict, Unpack

from fastapi import Depends, FastAPI, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from ostiary_client.backchannel_logout import backchannel_logout
from ostiary_client.bearer_refusals import BearerError, answer_in_own_shape, read_bearer
from ostiary_client.errors import (
    ConfigurationError,
    InsufficientScopeError,
    InvalidTokenError,
    IssuerUnavailableError,
)
from ostiary_client.transport_options import Verify
from ostiary_client.verification.async_verifier import AsyncTokenVerifier
from ostiary_client.verification.binding import Certificate
from ostiary_client.verification.key_source import PAUSE_SECONDS
from ostiary_client.verification.logout_token import LogoutToken
from ostiary_client.verification.trusted_issuer import Introspector, TrustedIssuer
from ostiary_client.verification.verified_token import VerifiedToken as Token

__all__ = [
    "Bearer",
    "BearerError",
    "Introspector",
    "LogoutToken",
    "Token",
    "TrustedIssuer",
    "backchannel_logout",
]

_LOG = logging.getLogger(__name__)
_NOT_GIVEN = object()


def _nobody_showed_one(request: Request) -> None:
    """Say of every request that it came without a certificate."""


class VerifierOptions(TypedDict, total=False):
    """What `Bearer` hands on to its `AsyncTokenVerifier`."""

    verify: Verify
    timeout_seconds: float
    leeway_seconds: float
    now: Callable[[], float]


class Bearer(SecurityBase):
    """Reads and verifies the access token of each request; one object serves a whole service.

    As a dependency it gives the `Token` and asks for no scope; `requires` asks for some.

        from typing import Annotated

        from fastapi import Depends, FastAPI

        from ostiary_client.fastapi import Bearer, Token

        bearer = Bearer("https://localhost:9031", audience="https://orders.example")
        app = FastAPI(lifespan=bearer.lifespan)

        @app.get("/orders")
        def orders(token: Annotated[Token, Depends(bearer.requires("orders:read"))]) -> str:
            return f"orders of {token.subject}"

    issuers: an issuer's URL with the API's `audience`, or any number of `TrustedIssuer`.
    realm: the name of the protected space, as callers without a token are told.
    scheme_name: how the service's own documentation calls the scheme.
    certificate: says which certificate the sender of a request showed, in DER or PEM form, for
        tokens that are bound to one; only the service knows whether its proxy's header is to be
        believed. Without it no such token is good.
    verify, timeout_seconds, leeway_seconds, now: as `TokenVerifier` has them.
    """

    def __init__(
        self,
        *issuers: str | TrustedIssuer,
        audience: str | Sequence[str] | None = _NOT_GIVEN,  # type: ignore[assignment]
        realm: str = "api",
        scheme_name: str = "Bearer",
        certificate: Callable[[Request], Certificate | None] = _nobody_showed_one,
        **options: Unpack[VerifierOptions],
    ) -> None:
        if not all(c.isascii() and c.isprintable() and c not in '"\\' for c in realm):
            raise ConfigurationError("A realm is of ASCII characters, without quotes")
        trusted = [_trusted(issuer, audience) for issuer in issuers]
        self.model = HTTPBearer(bearerFormat="JWT")
        self.scheme_name = scheme_name
        self.realm = realm
        self._certificate = certificate
        self._verifier = AsyncTokenVerifier(*trusted, **options)

    async def __call__(self, request: Request) -> Token:
        """Return the verified token of a request.

        Spec: RFC 6750 §2.1, §3, §3.1.
        Raises: BearerError.
        """
        answer_in_own_shape(request)
        value = read_bearer(request, self.realm)
        try:
            return await self._verifier.verify(value, certificate=self._certificate(request))
        except InvalidTokenError as error:
            _LOG.info("A token was refused: %s", error)
            raise BearerError(
                HTTPStatus.UNAUTHORIZED, self.realm, "invalid_token", error.problem
            ) from error
        except IssuerUnavailableError as error:
            _LOG.warning("A token could not be verified: %s", error)
            raise BearerError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                self.realm,
                "temporarily_unavailable",
                "Tokens cannot be verified at the moment",
                headers={"Retry-After": f"{PAUSE_SECONDS:.0f}"},
            ) from error

    def requires(self, *scopes: str) -> Callable[[Token], Awaitable[Token]]:
        """Return a dependency that gives the token, if it has all of these scopes."""
        if not scopes or not all(_is_scope(scope) for scope in scopes):
            raise ConfigurationError(
                "requires(…) takes scopes, each by itself and without spaces",
                remedy="For a token without regard to scopes, say Depends(bearer)",
            )

        async def with_scopes(token: Annotated[Token, Depends(self)]) -> Token:
            try:
                token.check_scopes(*scopes)
            except InsufficientScopeError as error:
                raise BearerError(
                    HTTPStatus.FORBIDDEN,
                    self.realm,
                    "insufficient_scope",
                    error.problem,
                    scope=" ".join(scopes),
                ) from error
            return token

        return with_scopes

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Keep connections for introspection while the service runs: `FastAPI(lifespan=…)`."""
        async with self:
            yield

    async def __aenter__(self) -> Self:
        await self._verifier.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._verifier.aclose()


def _trusted(issuer: str | TrustedIssuer, audience: Any) -> TrustedIssuer:  # noqa: ANN401
    if isinstance(issuer, TrustedIssuer):
        if audience is not _NOT_GIVEN:
            raise ConfigurationError("A TrustedIssuer brings its own audience")
        return issuer
    if audience is _NOT_GIVEN:
        raise ConfigurationError(
            f"No audience is given for {issuer}",
            remedy="Give audience=…, the name that its tokens have for this API",
        )
    return TrustedIssuer(issuer, audience=audience)


def _is_scope(scope: str) -> bool:
    """Tell whether a text is one scope; RFC 6749 §3.3."""
    return bool(scope) and all("!" <= c <= "~" and c not in '"\\' for c in scope)
