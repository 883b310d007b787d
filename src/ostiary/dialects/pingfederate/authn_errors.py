"""The authentication API's errors: one JSON shape for every refusal on its paths."""

from collections.abc import Iterable, Mapping

from ostiary.core.base.errors import (
    OAuthError,
    ProtocolError,
    RetryLaterError,
    TooManyAttemptsError,
)
from ostiary.core.flow.errors import FlowCode, FlowRefusedError
from ostiary.core.oauth.authorization_response import RedirectableError
from ostiary.core.steps.contract import Problem, ProblemKind
from ostiary.dialects.pingfederate.authn_wire import API_STATE, input_id
from ostiary.http.errors import Headers, HTTPError
from ostiary.http.message import NO_STORE, Request, Response, json_response
from ostiary.http.oauth_json import error_members, status_and_headers
from ostiary.web.translation import Translate

VALIDATION_ERROR = "VALIDATION_ERROR"
INVALID_REQUEST = "INVALID_REQUEST"
INVALID_ACTION_ID = "INVALID_ACTION_ID"
REQUEST_FAILED = "REQUEST_FAILED"
RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
"""What the sign-on widget asks for; the product's SDK also has FLOW_NOT_FOUND."""
UNEXPECTED_ERROR = "UNEXPECTED_ERROR"

DETAIL_CODES: Mapping[ProblemKind, str] = {
    ProblemKind.REQUIRED: "FIELD_REQUIRED",
    ProblemKind.FORMAT: "INVALID_FIELD_FORMAT",
    ProblemKind.UNKNOWN: "UNRECOGNIZED_FIELD_NAME",
    ProblemKind.VALUE: "INVALID_FIELD_VALUE",
    ProblemKind.CREDENTIALS: "CREDENTIAL_VALIDATION_FAILED",
    ProblemKind.ATTEMPTS: "OTP_ATTEMPTS_LIMIT",
    ProblemKind.NEW_PASSWORD: "PASSWORD_CHANGE_ERROR",
    ProblemKind.TAKEN: "INVALID_FIELD_VALUE",
    ProblemKind.CODE: "INVALID_OTP",
    ProblemKind.USER_CODE: "INVALID_USER_CODE",
    ProblemKind.LIMIT: "OTP_RESEND_LIMIT",
}
_LIMITS = frozenset({ProblemKind.ATTEMPTS, ProblemKind.LIMIT})
FLOW_CODES: Mapping[FlowCode, tuple[int, str]] = {
    FlowCode.NOT_FOUND: (404, RESOURCE_NOT_FOUND),
    FlowCode.NOT_OFFERED: (400, INVALID_ACTION_ID),
    FlowCode.CHANGED: (400, REQUEST_FAILED),
}
_NOT_ACCEPTABLE = 415
_ANY_ACTION, _OUR_ACTION = "vnd.NAME+json", "vnd.pingidentity.ACTION+json"
"""How the edge, which knows no vendor, writes an action's media type, and how this API does."""
_NOT_FOUND = 404
_FAILED = 500


def render_authn_error(error: ProtocolError, request: Request | None) -> Response:
    """Turn any refusal, the edge's own too, into the shape that the sign-on widget reads.

    Spec: PingFederate "Authentication API" (error responses).
    """
    status, headers = _status_and_headers(error)
    members: dict[str, object] = {"code": _code(error, status), "message": _message(error)}
    answer = {**members, **_explained(error, status, request)}
    return json_response(answer, status, (*NO_STORE, *headers))


def render_problems(
    problems: Iterable[Problem],
    api_state: str | None,
    headers: Headers,
    translate: Translate = str,
) -> Response:
    """Turn what is wrong with an action's fields into an error; the state stays as it was.

    Spec: PingFederate "Authentication API" (VALIDATION_ERROR, REQUEST_FAILED).
    """
    found = tuple(problems)
    is_limit = any(problem.kind in _LIMITS for problem in found)
    members: dict[str, object] = {
        "code": REQUEST_FAILED if is_limit else VALIDATION_ERROR,
        "message": "The action was not taken; see details.",
        "details": [_detail(problem, translate) for problem in found],
    }
    if api_state is not None:
        members[API_STATE] = api_state
    return json_response(members, 400, (*NO_STORE, *headers))


def _detail(problem: Problem, translate: Translate) -> dict[str, object]:
    """Return one entry; the widget fails on a target without a text for the person."""
    entry: dict[str, object] = {
        "code": DETAIL_CODES[problem.kind],
        "message": problem.message,
        "userMessage": translate(problem.user_message),
    }
    if problem.target is not None:
        entry["target"] = input_id(problem.target)
    if problem.remaining is not None:
        entry["attemptsRemaining"] = problem.remaining
    return entry


def _status_and_headers(error: ProtocolError) -> tuple[int, Headers]:
    match error:
        case FlowRefusedError():
            return FLOW_CODES[error.flow_code][0], ()
        case HTTPError() | RetryLaterError():
            return status_and_headers(error)
        case _:
            return 400, ()


def _code(error: ProtocolError, status: int) -> str:
    match error:
        case FlowRefusedError():
            return FLOW_CODES[error.flow_code][1]
        case TooManyAttemptsError():
            return REQUEST_FAILED
        case _ if status >= _FAILED:
            return UNEXPECTED_ERROR
        case _ if status == _NOT_FOUND:
            return RESOURCE_NOT_FOUND
        case _:
            return INVALID_REQUEST


def _message(error: ProtocolError) -> str:
    return error.description.replace(_ANY_ACTION, _OUR_ACTION)


def _explained(error: ProtocolError, status: int, request: Request | None) -> dict[str, object]:
    """Return what goes with a code: for people, for programs, for OAuth."""
    match error:
        case RedirectableError():
            return {"authorizeResponse": dict(error.response.members)}
        case OAuthError():
            return {"authorizeResponse": error_members(error, request)}
        case TooManyAttemptsError() | FlowRefusedError(flow_code=FlowCode.CHANGED):
            return {"details": [_explanation(REQUEST_FAILED, error)]}
        case _ if status == _NOT_ACCEPTABLE:
            return {"details": [_explanation("INVALID_CONTENT_TYPE", error)]}
        case _:
            return {}


def _explanation(code: str, error: ProtocolError) -> dict[str, object]:
    message = _message(error)
    return {"code": code, "message": message, "userMessage": message}
