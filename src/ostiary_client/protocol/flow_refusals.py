"""A step of a sign-on flow that was refused: what was wrong with it, in words for people first."""

from collections.abc import Mapping
from typing import Any

from ostiary_client.errors import FlowDetail, FlowError, WrongPasswordError
from ostiary_client.printable import excerpt, printable
from ostiary_client.protocol.answers import number_of, text_member, texts_of
from ostiary_client.protocol.flow_wire import Step
from ostiary_client.protocol.messages import Response

_MOST_DETAILS = 100
_GONE = "The flow is over, or has expired: begin another"
_AGAIN = "Ask the person again; details says what is wrong with which field"
_REMEDIES = {
    "VALIDATION_ERROR": _AGAIN,
    "INVALID_DATA": _AGAIN,
    "INVALID_ACTION_ID": "See the state's actions",
    "RESOURCE_NOT_FOUND": _GONE,
    "FLOW_NOT_FOUND": _GONE,
    "NOT_FOUND": _GONE,
}
_WRONG_PASSWORD = frozenset({"CREDENTIAL_VALIDATION_FAILED", "INVALID_CREDENTIALS"})
"""Codes of details that say so in every step that takes a password."""
_INVALID_VALUE = "INVALID_VALUE"
"""PingOne's code for it, with the username as its target; it has other uses."""


def flow_refusal(
    document: Mapping[str, Any], response: Response, step: Step | None, secrets: tuple[str, ...]
) -> FlowError:
    """Return the error in an answer, by its kind.

    Spec: PingFederate "Authentication API" (errors); PingOne "Error codes".
    """
    code = printable(text_member(document, "code") or "", most_characters=80)
    message = _shown(document, "message", secrets)
    details = _details(document, secrets)
    is_password = step is Step.CHECK_PASSWORD and any(map(_is_wrong_password, details))
    kind = WrongPasswordError if is_password else FlowError
    return kind(
        "The username or the password is not right"
        if is_password
        else f"The step was refused: {_why(code, message, details)}",
        remedy=_REMEDIES.get(code, ""),
        status=response.status,
        content=excerpt(response.body, secrets),
        code=code,
        message=message,
        user_message=_shown(document, "userMessage", secrets),
        details=details,
    )


def _is_wrong_password(detail: FlowDetail) -> bool:
    is_pair = detail.code == _INVALID_VALUE and detail.target == "username"
    return detail.code in _WRONG_PASSWORD or is_pair


def _why(code: str, message: str, details: tuple[FlowDetail, ...]) -> str:
    """Return the first thing that was wrong, in the words for people where there are any."""
    first = next((each for each in details if each.user_message or each.message), None)
    if first is None:
        return code + (f" ({message.rstrip('.')})" if message else "")
    said = (first.user_message or first.message).rstrip(".")
    return f"{said} ({first.code or code})"


def _details(document: Mapping[str, Any], secrets: tuple[str, ...]) -> tuple[FlowDetail, ...]:
    given = document.get("details")
    entries = given[:_MOST_DETAILS] if isinstance(given, list) else []
    return tuple(_detail(entry, secrets) for entry in entries if isinstance(entry, dict))


def _detail(entry: Mapping[str, Any], secrets: tuple[str, ...]) -> FlowDetail:
    found = entry.get("innerError")
    inner: Mapping[str, Any] = found if isinstance(found, dict) else {}
    unmet = inner.get("unsatisfiedRequirements")
    return FlowDetail(
        code=printable(text_member(entry, "code") or "", most_characters=80),
        message=_shown(entry, "message", secrets),
        user_message=_shown(entry, "userMessage", secrets),
        target=_shown(entry, "target", secrets) or None,
        attempts_remaining=_count(entry, "attemptsRemaining", inner, "failuresRemaining"),
        retry_after_seconds=number_of(inner.get("secondsUntilUnlock")),
        unmet=tuple(map(printable, texts_of(unmet)[:_MOST_DETAILS])),
    )


def _count(entry: Mapping[str, Any], name: str, inner: Mapping[str, Any], other: str) -> int | None:
    values = (entry.get(name), inner.get(other))
    counts = (each for each in values if isinstance(each, int) and not isinstance(each, bool))
    return next(counts, None)


def _shown(document: Mapping[str, Any], name: str, secrets: tuple[str, ...]) -> str:
    text = text_member(document, name) or ""
    return excerpt(text.encode("utf-8", "replace"), secrets)
