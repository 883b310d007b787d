"""A call that was refused, as an error of its kind with what is wrong with each member."""

from collections.abc import Mapping
from typing import Any

from ostiary_client.errors import (
    CurrentPasswordRefusedError,
    InvalidDataError,
    ManagementDetail,
    ManagementError,
    NewPasswordRefusedError,
    NotFoundError,
    NotUniqueError,
    PasswordLockedError,
    PermissionMissingError,
    StillInUseError,
    TokenRefusedError,
)
from ostiary_client.management.reading import Members
from ostiary_client.printable import excerpt, printable
from ostiary_client.protocol.answers import parse_object, texts_of
from ostiary_client.protocol.messages import Response

_MOST_DETAILS = 100
_BY_CODE: Mapping[str, type[InvalidDataError]] = {
    "UNIQUENESS_VIOLATION": NotUniqueError,
    "CONSTRAINT_VIOLATION": StillInUseError,
    "PASSWORD_LOCKED_OUT": PasswordLockedError,
}
_PRESENTED = {
    "application/vnd.pingidentity.password.check+json": "password",
    "application/vnd.pingidentity.password.reset+json": "currentPassword",
}
"""Which member of which action is the password so far."""
_BY_STATUS: Mapping[int, tuple[type[ManagementError], str]] = {
    401: (TokenRefusedError, "Check that the client is a worker of this environment"),
    403: (PermissionMissingError, "Give the worker a role that permits it, or the user a scope"),
    404: (NotFoundError, "It is not there, or not there for this client"),
}


def refusal(response: Response, media_type: str, secrets: tuple[str, ...]) -> ManagementError:
    """Return the error in an answer.

    Spec: PingOne "Error codes".
    """
    document = _parse(response.body)
    code = printable(Members(document).text("code") or "", most_characters=80)
    details = _details(document, secrets)
    kind, remedy = _kind(response.status, details, media_type)
    return kind(
        f"The management API refused with HTTP {response.status}: "
        f"{_why(document, details, secrets) or code or 'it does not say why'}",
        remedy=remedy,
        status=response.status,
        content=excerpt(response.body, secrets),
        code=code,
        message=_shown(document, "message", secrets),
        details=details,
    )


def _kind(
    status: int, details: tuple[ManagementDetail, ...], media_type: str
) -> tuple[type[ManagementError], str]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    for detail in details:
        if detail.code in _BY_CODE:
            return _BY_CODE[detail.code], ""
        if detail.unmet:
            return NewPasswordRefusedError, "Its details say which rules it breaks"
        if detail.code == "INVALID_VALUE" and detail.target == _PRESENTED.get(media_type):
            return CurrentPasswordRefusedError, ""
    return (InvalidDataError, "") if status in {400, 409} else (ManagementError, "")


def _why(
    document: Mapping[str, Any], details: tuple[ManagementDetail, ...], secrets: tuple[str, ...]
) -> str:
    """Return what was wrong with each member, or with the whole."""
    told = [
        f"{detail.target}: {detail.message}" if detail.target else detail.message
        for detail in details
        if detail.message
    ]
    return " ".join(told) or _shown(document, "message", secrets)


def _details(document: Mapping[str, Any], secrets: tuple[str, ...]) -> tuple[ManagementDetail, ...]:
    given = document.get("details")
    entries = given[:_MOST_DETAILS] if isinstance(given, list) else []
    return tuple(_detail(entry, secrets) for entry in entries if isinstance(entry, Mapping))


def _detail(entry: Mapping[str, Any], secrets: tuple[str, ...]) -> ManagementDetail:
    members = Members(entry)
    inner = members.inner("innerError")
    return ManagementDetail(
        code=printable(members.text("code") or "", most_characters=80),
        message=_shown(entry, "message", secrets),
        target=_shown(entry, "target", secrets),
        attempts_remaining=inner.count("failuresRemaining"),
        retry_after_seconds=inner.count("secondsUntilUnlock"),
        unmet=_words(inner, "unsatisfiedRequirements"),
        allowed_values=_words(inner, "allowedValues"),
    )


def _words(inner: Members, name: str) -> tuple[str, ...]:
    return tuple(map(printable, texts_of(inner.document.get(name))[:_MOST_DETAILS]))


def _shown(document: Mapping[str, Any], name: str, secrets: tuple[str, ...]) -> str:
    text = Members(document).text(name) or ""
    return excerpt(text.encode("utf-8", "replace"), secrets)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        return parse_object(body)
    except ValueError:
        return {}
