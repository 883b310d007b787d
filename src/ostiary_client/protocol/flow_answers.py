"""What a sign-on flow answers: a state, or an error that leaves the state as it was."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary_client.errors import AuthorizationError, FlowError, UnreadableResponseError
from ostiary_client.printable import excerpt, printable
from ostiary_client.protocol.answers import (
    read_object,
    refuse_redirect,
    refuse_trouble,
    text_member,
)
from ostiary_client.protocol.callback import refusal
from ostiary_client.protocol.flow_refusals import flow_refusal
from ostiary_client.protocol.flow_wire import FlowWire
from ostiary_client.protocol.messages import Response
from ostiary_client.signon.base_state import FlowState
from ostiary_client.signon.flow_state import flow_state

WHAT = "The answer of the sign-on flow"
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_ACTION = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,99}")
_OF_OAUTH = ("error", "error_description")


@dataclass(frozen=True, slots=True)
class Question:
    """What an answer is to.

    Args: action is "" where the state alone was asked for; secrets are what was sent.
    """

    wire: FlowWire
    action: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)


def read_answer(response: Response, secrets: Iterable[str]) -> dict[str, Any]:
    """Return the JSON object in an answer, whatever it says.

    Raises: RateLimitedError; ServerFailedError; UnreadableResponseError.
    """
    refuse_redirect(response, what=WHAT)
    refuse_trouble(response, what=WHAT, secrets=secrets)
    return read_object(response, what=WHAT, secrets=secrets)


def read_state(document: Mapping[str, Any], response: Response, question: Question) -> FlowState:
    """Return the state in an answer.

    The addresses of `_links` are never followed, so that only the names in it count.

    Spec: PingFederate "Authentication API"; PingOne "Flows".
    Raises: FlowError; AuthorizationError; UnreadableResponseError.
    """
    status = text_member(document, "status")
    if status is None:
        raise _refused(document, response, question)
    id = text_member(document, "id") or ""
    if not 200 <= response.status < 300 or not _ID.fullmatch(id):
        raise _unreadable(response, question.secrets)
    fields = _fields(document, question.wire.envelope)
    return flow_state(printable(status, most_characters=100), id, _actions(document), fields)


def _fields(document: Mapping[str, Any], envelope: frozenset[str]) -> dict[str, Any]:
    """Return what a state says, with what is embedded in it."""
    inner = document.get("_embedded") if "_embedded" in envelope else None
    embedded = inner if isinstance(inner, dict) else {}
    own = {name: value for name, value in document.items() if name not in envelope}
    return {**embedded, **own}


def _actions(document: Mapping[str, Any]) -> tuple[str, ...]:
    links = document.get("_links")
    names = links.keys() if isinstance(links, dict) else ()
    return tuple(name for name in names if name != "self" and _ACTION.fullmatch(name))


def _refused(
    document: Mapping[str, Any], response: Response, question: Question
) -> FlowError | AuthorizationError | UnreadableResponseError:
    """Return the error in an answer that is no state.

    Where no flow begins, OAuth's own error counts, which says why.
    """
    answer = document.get("authorizeResponse")
    for place in (document, answer if isinstance(answer, dict) else {}):
        if text_member(place, "error"):
            return refusal({name: text_member(place, name) or "" for name in _OF_OAUTH})
    if text_member(document, "code") is None:
        return _unreadable(response, question.secrets)
    step = question.wire.step_of(question.action)
    return flow_refusal(document, response, step, question.secrets)


def _unreadable(response: Response, secrets: tuple[str, ...]) -> UnreadableResponseError:
    return UnreadableResponseError(
        f"{WHAT} is neither a state nor an error that is known",
        remedy="Check that the server offers sign-on without redirects to this client",
        status=response.status,
        content=excerpt(response.body, secrets),
    )
