"""What the authentication API answers: a state, or an error that leaves the state as it was."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ostiary_client.errors import AuthorizationError, FlowDetail, FlowError, UnreadableResponseError
from ostiary_client.printable import excerpt, printable
from ostiary_client.protocol.answers import (
    read_object,
    refuse_redirect,
    refuse_trouble,
    text_member,
)
from ostiary_client.protocol.callback import refusal
from ostiary_client.protocol.messages import Response
from ostiary_client.signon.flow_state import FlowState, flow_state

WHAT = "The answer of the sign-on flow"
API_STATE = "_pf_authn_api_state"
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_ACTION = re.compile(r"[A-Za-z][A-Za-z0-9]{0,99}")
_ENVELOPE = frozenset({"id", "pluginTypeId", "status", "_links", API_STATE})
_MOST_DETAILS = 100
_REMEDIES = {
    "VALIDATION_ERROR": "Ask the person again; details says what is wrong with which field",
    "INVALID_ACTION_ID": "See the state's actions",
    "RESOURCE_NOT_FOUND": "The flow is over, or has expired: begin another",
    "FLOW_NOT_FOUND": "The flow is over, or has expired: begin another",
}


def read_answer(response: Response, secrets: Iterable[str]) -> dict[str, Any]:
    """Return the JSON object in an answer, whatever it says.

    Raises: RateLimitedError; ServerFailedError; UnreadableResponseError.
    """
    refuse_redirect(response, what=WHAT)
    refuse_trouble(response, what=WHAT, secrets=secrets)
    return read_object(response, what=WHAT, secrets=secrets)


def read_state(
    document: Mapping[str, Any], response: Response, secrets: tuple[str, ...]
) -> FlowState:
    """Return the state in an answer.

    The addresses of `_links` are never followed, so that only the names in it count.

    Spec: PingFederate "Authentication API".
    Raises: FlowError; AuthorizationError; UnreadableResponseError.
    """
    status = text_member(document, "status")
    if status is None:
        raise _refused(document, response, secrets)
    id = text_member(document, "id") or ""
    if not 200 <= response.status < 300 or not _ID.fullmatch(id):
        raise _unreadable(response, secrets)
    fields = {name: value for name, value in document.items() if name not in _ENVELOPE}
    return flow_state(printable(status, most_characters=100), id, _actions(document), fields)


def _actions(document: Mapping[str, Any]) -> tuple[str, ...]:
    links = document.get("_links")
    names = links.keys() if isinstance(links, dict) else ()
    return tuple(name for name in names if name != "self" and _ACTION.fullmatch(name))


def _refused(
    document: Mapping[str, Any], response: Response, secrets: tuple[str, ...]
) -> FlowError | AuthorizationError | UnreadableResponseError:
    """Return the error in an answer that is no state."""
    code = text_member(document, "code")
    if code is None and text_member(document, "error"):
        return refusal({name: text_member(document, name) or "" for name in _OF_OAUTH})
    if code is None:
        return _unreadable(response, secrets)
    code = printable(code, most_characters=80)
    message = _shown(document, "message", secrets)
    return FlowError(
        f"The step was refused: {code}" + (f" ({message.rstrip('.')})" if message else ""),
        remedy=_REMEDIES.get(code, ""),
        status=response.status,
        content=excerpt(response.body, secrets),
        code=code,
        message=message,
        user_message=_shown(document, "userMessage", secrets),
        details=_details(document, secrets),
    )


_OF_OAUTH = ("error", "error_description")


def _details(document: Mapping[str, Any], secrets: tuple[str, ...]) -> tuple[FlowDetail, ...]:
    given = document.get("details")
    entries = given[:_MOST_DETAILS] if isinstance(given, list) else []
    return tuple(_detail(entry, secrets) for entry in entries if isinstance(entry, dict))


def _detail(entry: Mapping[str, Any], secrets: tuple[str, ...]) -> FlowDetail:
    left = entry.get("attemptsRemaining")
    return FlowDetail(
        code=printable(text_member(entry, "code") or "", most_characters=80),
        message=_shown(entry, "message", secrets),
        user_message=_shown(entry, "userMessage", secrets),
        target=_shown(entry, "target", secrets) or None,
        attempts_remaining=left if isinstance(left, int) and not isinstance(left, bool) else None,
    )


def _shown(document: Mapping[str, Any], name: str, secrets: tuple[str, ...]) -> str:
    text = text_member(document, name) or ""
    return excerpt(text.encode("utf-8", "replace"), secrets)


def _unreadable(response: Response, secrets: tuple[str, ...]) -> UnreadableResponseError:
    return UnreadableResponseError(
        f"{WHAT} is neither a state nor an error that is known",
        remedy="Check that the server offers sign-on without redirects to this client",
        status=response.status,
        content=excerpt(response.body, secrets),
    )
