"""Where a FastAPI service is told that sessions are over: a route for logout tokens."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from inspect import isawaitable
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from ostiary_client.errors import InvalidTokenError, IssuerUnavailableError
from ostiary_client.verification.async_verifier import AsyncTokenVerifier
from ostiary_client.verification.key_source import PAUSE_SECONDS
from ostiary_client.verification.logout_token import LogoutToken
from ostiary_client.verification.reading.unverified import MAX_TOKEN_CHARACTERS

_LOG = logging.getLogger(__name__)
_FORM = "application/x-www-form-urlencoded"
_MOST_BYTES = 2 * MAX_TOKEN_CHARACTERS
_NO_STORE = {"Cache-Control": "no-store"}
EndSession = Callable[[LogoutToken], Awaitable[None] | None]


def backchannel_logout(
    verifier: AsyncTokenVerifier, end_session: EndSession, *, path: str = "/backchannel-logout"
) -> APIRouter:
    """Return a router with one route, whose URL is the application's `backchannel_logout_uri`.

        from ostiary_client import AsyncTokenVerifier, TrustedIssuer
        from ostiary_client.fastapi import backchannel_logout

        def end_session(logout):
            print("over:", logout.session_id or logout.subject)

        issuer = TrustedIssuer("https://localhost:9031", audience=None, client_id="my-app")
        router = backchannel_logout(AsyncTokenVerifier(issuer), end_session)

    `app.include_router(router)` puts it into a service.

    Spec: OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8.
    Args: end_session is called with each good token, and is a coroutine function, or else runs in a
        thread. What it raises is the service's own to answer, with 500 unless it says otherwise;
        the token is spent then, and an issuer that sends another one is heard again.
    """
    router = APIRouter()

    @router.post(path)
    async def post_logout_token(request: Request) -> Response:
        """End a session at the wish of the issuer."""
        try:
            logout = await verifier.verify_logout_token(await _read(request))
        except InvalidTokenError as error:
            _LOG.info("A logout token was refused: %s", error)
            return _refusal(HTTPStatus.BAD_REQUEST, "invalid_request", error.problem)
        except IssuerUnavailableError as error:
            _LOG.warning("A logout token could not be verified: %s", error)
            answer = _refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "Tokens cannot be verified at the moment",
            )
            answer.headers["Retry-After"] = f"{PAUSE_SECONDS:.0f}"
            return answer
        ended = await run_in_threadpool(end_session, logout)
        if isawaitable(ended):
            await ended
        return Response(headers=_NO_STORE)

    return router


async def _read(request: Request) -> str:
    """Return the token of a form.

    Raises: InvalidTokenError.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise InvalidTokenError("Send a form")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise InvalidTokenError("The form is too long")
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=16)
    except ValueError:
        raise InvalidTokenError("The form cannot be read") from None
    tokens = [value for name, value in fields if name == "logout_token"]
    if len(tokens) != 1:
        raise InvalidTokenError("Send logout_token once")
    return tokens[0]


def _refusal(status: HTTPStatus, error: str, description: str) -> Response:
    return JSONResponse(
        {"error": error, "error_description": description}, status, headers=_NO_STORE
    )
