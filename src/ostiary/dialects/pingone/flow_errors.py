"""Refusals on the paths of signing on: what is wrong with an action, a flow, or a request."""

from collections.abc import Iterable, Mapping

from ostiary.core.base.errors import OAuthError, ProtocolError
from ostiary.core.flow.errors import FlowCode, FlowRefusedError
from ostiary.core.model.password_policy import PasswordRule
from ostiary.core.oauth.authorization_response import RedirectableError, UntrustedRequestError
from ostiary.core.steps.contract import Problem, ProblemKind
from ostiary.dialects.pingone.errors import INVALID_DATA, error_body, render_error
from ostiary.dialects.pingone.flow_wire import input_id
from ostiary.dialects.pingone.password_policy_wire import RULES
from ostiary.http.errors import Headers
from ostiary.http.message import NO_STORE, Request, Response, json_response
from ostiary.web.translation import Translate

INVALID_VALUE = "INVALID_VALUE"
DETAIL_CODES: Mapping[ProblemKind, str] = {
    ProblemKind.REQUIRED: "REQUIRED_VALUE",
    ProblemKind.FORMAT: INVALID_VALUE,
    ProblemKind.UNKNOWN: INVALID_VALUE,
    ProblemKind.VALUE: INVALID_VALUE,
    ProblemKind.CREDENTIALS: INVALID_VALUE,
    ProblemKind.ATTEMPTS: "ATTEMPTS_EXCEEDED",
    ProblemKind.NEW_PASSWORD: INVALID_VALUE,
    ProblemKind.TAKEN: "UNIQUENESS_VIOLATION",
    ProblemKind.CODE: INVALID_VALUE,
    ProblemKind.USER_CODE: INVALID_VALUE,
    ProblemKind.LIMIT: "QUOTA_EXCEEDED",
}
FLOW_CODES: Mapping[FlowCode, tuple[int, str]] = {
    FlowCode.NOT_FOUND: (404, "NOT_FOUND"),
    FlowCode.NOT_OFFERED: (400, "INVALID_REQUEST"),
    FlowCode.CHANGED: (409, "REQUEST_FAILED"),
}
_OTP, _INVALID_OTP = "otp", "INVALID_OTP"
_WRONG_CREDENTIALS = "Invalid username and/or password."
"""For an unknown user, a wrong password and a locked user alike: clients know the words."""
_CREDENTIALS_TARGET = "username"


def render_problems(
    problems: Iterable[Problem], headers: Headers, translate: Translate = str
) -> Response:
    """Turn what is wrong with an action's inputs into an error; the flow stays as it was.

    Spec: PingOne "Error codes" (INVALID_DATA).
    """
    details = [_detail(problem, translate) for problem in problems]
    message = "The request could not be completed. One or more validation errors were in it."
    body = {**error_body(INVALID_DATA, message), "details": details}
    return json_response(body, 400, (*NO_STORE, *headers))


def render_flow_error(error: ProtocolError, request: Request | None) -> Response:
    """Turn a refusal into PingOne's error object.

    An application that is known gets details to go by; about one that is not there are none.
    Spec: PingOne "Error codes".
    """
    match error:
        case FlowRefusedError():
            status, code = FLOW_CODES[error.flow_code]
            return json_response(error_body(code, error.description), status, NO_STORE)
        case RedirectableError():
            return _refused(error, _oauth_detail(error), dict(error.response.members))
        case UntrustedRequestError():
            return _refused(error)
        case _:
            return render_error(error, request)


def _refused(
    error: OAuthError,
    detail: Mapping[str, object] | None = None,
    members: Mapping[str, object] | None = None,
) -> Response:
    body = error_body("INVALID_REQUEST", error.description)
    if detail is not None:
        body["details"] = [dict(detail)]
    if members is not None:
        body["authorizeResponse"] = members
    return json_response(body, 400, NO_STORE)


def _oauth_detail(error: OAuthError) -> dict[str, object]:
    return {"code": str(error.code).upper(), "message": error.description}


def _detail(problem: Problem, translate: Translate) -> dict[str, object]:
    message = translate(problem.user_message)
    entry: dict[str, object] = {"code": _code(problem), "message": message}
    if problem.target is not None:
        entry["target"] = input_id(problem.target)
    elif problem.kind is ProblemKind.CREDENTIALS:
        is_english = message == problem.user_message
        entry |= {
            "target": _CREDENTIALS_TARGET,
            "message": _WRONG_CREDENTIALS if is_english else message,
        }
    inner = _inner(problem)
    return {**entry, "innerError": inner} if inner else entry


def _code(problem: Problem) -> str:
    if problem.kind is ProblemKind.CODE and problem.target == _OTP:
        return _INVALID_OTP
    return DETAIL_CODES[problem.kind]


def _inner(problem: Problem) -> dict[str, object]:
    inner: dict[str, object] = {}
    if problem.unmet:
        inner["unsatisfiedRequirements"] = [RULES[PasswordRule(rule)] for rule in problem.unmet]
    if problem.remaining is not None:
        inner["failuresRemaining"] = problem.remaining
    if problem.retry_seconds is not None:
        inner["secondsUntilUnlock"] = problem.retry_seconds
    return inner
