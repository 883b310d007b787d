"""How a FastAPI service reads the header `Authorization`, and refuses what is in it."""

from http import HTTPStatus
from typing import NoReturn

from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse

_HANDLERS = "starlette.exception_handlers"
_NO_TOKEN = "Send an access token in the header Authorization"  # noqa: S105 - a sentence


class BearerError(HTTPException):
    """A refusal as RFC 6750 has it; register a handler for it to word it otherwise."""

    def __init__(  # noqa: PLR0913 - one parameter a fact
        self,
        status: HTTPStatus,
        realm: str,
        error: str = "",
        error_description: str = "",
        *,
        scope: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        said = {"error": error, "error_description": error_description}
        body = said if error else {"error": "unauthorized", "error_description": _NO_TOKEN}
        attributes = {"realm": realm, **(said if error else {}), "scope": scope}
        challenge = ", ".join(f'{name}="{value}"' for name, value in attributes.items() if value)
        shown = {"WWW-Authenticate": f"Bearer {challenge}"} if headers is None else headers
        super().__init__(status, body, {**shown, "Cache-Control": "no-store"})


def read_bearer(request: Request, realm: str) -> str:
    """Return the token of a request.

    Spec: RFC 6750 §2.1, §3.1.
    Raises: BearerError.
    """
    headers = request.headers.getlist("authorization")
    if len(headers) > 1 or "access_token" in request.query_params:
        refuse(
            realm,
            "invalid_request",
            "Send the token once, in the header Authorization",
            HTTPStatus.BAD_REQUEST,
        )
    scheme, _, value = (headers[0] if headers else "").partition(" ")
    if scheme.lower() != "bearer":
        raise BearerError(HTTPStatus.UNAUTHORIZED, realm)
    value = value.strip(" ")
    if not value:
        refuse(realm, "invalid_token", "The header Authorization holds no token")
    return value


def refuse(
    realm: str, error: str, description: str, status: HTTPStatus = HTTPStatus.UNAUTHORIZED
) -> NoReturn:
    """Refuse a request. Raises: BearerError, always."""
    raise BearerError(status, realm, error, description)


def answer_in_own_shape(request: Request) -> None:
    """Have refusals answered as RFC 6749 shapes them, where FastAPI would wrap them in `detail`.

    The service need not register anything, and what it has registered itself goes first. Without
    the table, which Starlette keeps for this, the same members stand one level deeper.
    """
    table = request.scope.get(_HANDLERS)
    if isinstance(table, tuple) and table and isinstance(table[0], dict):
        table[0].setdefault(BearerError, _render)


async def _render(request: Request, error: BearerError) -> Response:
    return JSONResponse(error.detail, error.status_code, error.headers)
