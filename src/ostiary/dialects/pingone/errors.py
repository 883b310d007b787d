"""The error shape of everything that is not an OAuth endpoint: id, code, message, details."""

from ostiary.core.base.errors import ProtocolError
from ostiary.core.base.ids import mint_uuid
from ostiary.http.message import NO_STORE, Request, Response, json_response
from ostiary.http.oauth_json import status_and_headers

INVALID_DATA = "INVALID_DATA"
CODE_OF_STATUS = {
    400: "INVALID_REQUEST",
    401: "ACCESS_FAILED",
    403: "ACCESS_FAILED",
    404: "NOT_FOUND",
    405: "INVALID_REQUEST",
    408: "INVALID_REQUEST",
    413: "INVALID_REQUEST",
    414: "INVALID_REQUEST",
    415: "INVALID_REQUEST",
    421: "INVALID_REQUEST",
    429: "REQUEST_LIMITED",
    431: "INVALID_REQUEST",
    500: "UNEXPECTED_ERROR",
    503: "UNEXPECTED_ERROR",
    505: "INVALID_REQUEST",
}


def render_error(error: ProtocolError, request: Request | None) -> Response:
    """Answer with PingOne's error object.

    Spec: PingOne "Error codes".
    """
    status, headers = status_and_headers(error)
    body = error_body(CODE_OF_STATUS[status], error.description)
    return json_response(body, status, (*NO_STORE, *headers))


def error_body(code: str, message: str) -> dict[str, object]:
    """Return the members that every error object has; its id stands in no log yet."""
    return {"id": mint_uuid(), "code": code, "message": message}
