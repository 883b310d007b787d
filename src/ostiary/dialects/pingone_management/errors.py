"""Refusals of the management API: PingOne's error object with what is wrong with each member."""

import uuid
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec

from ostiary.core.base.errors import OAuthCode, ProtocolError
from ostiary.dialects.pingone.errors import CODE_OF_STATUS
from ostiary.http.errors import HTTPError
from ostiary.http.message import NO_STORE, Request, Response, json_response
from ostiary.http.oauth_json import status_and_headers

_REALM = 'Bearer realm="PingOne"'


class DetailCode(StrEnum):
    """What kind of wrong a detail tells of."""

    INVALID_VALUE = "INVALID_VALUE"
    REQUIRED_VALUE = "REQUIRED_VALUE"
    UNIQUENESS_VIOLATION = "UNIQUENESS_VIOLATION"
    CONSTRAINT_VIOLATION = "CONSTRAINT_VIOLATION"
    PASSWORD_LOCKED_OUT = "PASSWORD_LOCKED_OUT"  # noqa: S105 - a code, not a password
    INVALID_TOKEN = "INVALID_TOKEN"  # noqa: S105 - a code, not a token
    INSUFFICIENT_PERMISSIONS = "INSUFFICIENT_PERMISSIONS"


class Detail(msgspec.Struct, frozen=True):
    """One thing that is wrong.

    Args:
        target: the member that it is about, names joined by dots.
        inner: further members that programs read.
    """

    code: DetailCode
    message: str
    target: str = ""
    inner: dict[str, Any] = {}


class DataError(HTTPError):
    """A request is understood and cannot be done as it is; `details` says why."""

    def __init__(self, details: Iterable[Detail]) -> None:
        super().__init__(400, "The request could not be completed.", code="INVALID_DATA")
        self.details = tuple(details)


class ForbiddenError(HTTPError):
    """The token is good, and does not permit this; it is said before anything is looked up."""

    def __init__(self) -> None:
        super().__init__(
            403, "You do not have access to this resource.", code=OAuthCode.INSUFFICIENT_SCOPE
        )


def absent() -> HTTPError:
    """Return the refusal of what is not there, or not there for this caller."""
    return HTTPError(404, "The requested resource was not found.")


def invalid(target: str, message: str, **inner: object) -> Detail:
    """Return what is wrong with the value of a member."""
    return Detail(DetailCode.INVALID_VALUE, message, target, inner)


def missing(target: str) -> Detail:
    """Return that a member is missing."""
    return Detail(DetailCode.REQUIRED_VALUE, "A value is required.", target)


def render_error(error: ProtocolError, request: Request | None) -> Response:
    """Answer with PingOne's error object.

    Spec: PingOne "Error codes"; RFC 6750 §3 (the challenge of a 401 and 403).
    """
    status, headers = status_and_headers(error)
    if status == 401:
        headers = ((b"www-authenticate", _challenge(error)),)
    members: dict[str, object] = {
        "id": str(uuid.uuid4()),
        "code": "INVALID_DATA" if isinstance(error, DataError) else CODE_OF_STATUS[status],
        "message": error.description,
    }
    if details := _details(error, status):
        members["details"] = [_render(detail) for detail in details]
    return json_response(members, status, (*NO_STORE, *headers))


def _details(error: ProtocolError, status: int) -> tuple[Detail, ...]:
    match error, status:
        case DataError(), _:
            return error.details
        case _, 401:
            return (Detail(DetailCode.INVALID_TOKEN, error.description),)
        case _, 403:
            return (Detail(DetailCode.INSUFFICIENT_PERMISSIONS, error.description),)
        case _:
            return ()


def _render(detail: Detail) -> dict[str, object]:
    members: dict[str, object] = {"code": detail.code, "message": detail.message}
    if detail.target:
        members["target"] = detail.target
    if detail.inner:
        members["innerError"] = detail.inner
    return members


def _challenge(error: ProtocolError) -> bytes:
    """Return the challenge; whoever sent no token is told only that one is needed."""
    if isinstance(error, HTTPError):
        return _REALM.encode()
    return f'{_REALM}, error="{error.code}", error_description="{error.description}"'.encode()
