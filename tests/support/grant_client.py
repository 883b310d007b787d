"""A client that writes down what it asked for and what it was told, for `history` to judge."""

import http.client
import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from tests.support.grant_server import (
    CALLBACK,
    FORM_HEADERS,
    INTROSPECT,
    REVOKE,
    TOKEN,
    authorization_path,
    returned,
)
from tests.support.history import Line, Op, Outcome
from tests.support.server import Answer, Server, ServerError

T = TypeVar("T")
_PATHS = {Op.EXCHANGE: TOKEN, Op.REFRESH: TOKEN, Op.LOOK: INTROSPECT, Op.REVOKE: REVOKE}
_ANSWER_SECONDS = 60
_SETTLE_SECONDS = 60
_PAUSE_SECONDS = 0.02


@dataclass
class GrantClient:
    """The client "app" on a connection of its own, in the browser of somebody who is signed on.

    Args:
        cookie: of the browser.
        lines: what has been written down.
    """

    server: Server
    cookie: str
    subject: str
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        port = self.server.ports["http"]
        self._connection = http.client.HTTPConnection("localhost", port, timeout=_ANSWER_SECONDS)

    def close(self) -> None:
        self._connection.close()

    def get_code(self) -> str:
        """Get a code without anybody being asked, however often that takes."""
        path = authorization_path(client_id="app", prompt="none")
        answer = until_told(lambda: self._send("GET", path, {"cookie": self.cookie}))
        back = returned(answer.headers["location"])
        assert "code" in back, back
        return back["code"]

    def exchange(self, code: str) -> Line:
        """Present a code, once."""
        return self._ask(Op.EXCHANGE, code, code)

    def refresh(self, grant: str, refresh_token: str | None) -> Line:
        """Present a refresh token, once."""
        return self._ask(Op.REFRESH, grant, refresh_token)

    def look(self, grant: str, access_token: str | None) -> Line:
        """Ask whether an access token is good."""
        return self._ask(Op.LOOK, grant, access_token)

    def revoke(self, grant: str, refresh_token: str | None) -> Line:
        """End a grant."""
        return self._ask(Op.REVOKE, grant, refresh_token)

    def _ask(self, op: Op, grant: str, presented: str | None) -> Line:
        assert presented is not None
        started = time.monotonic()
        answer = self._send("POST", _PATHS[op], FORM_HEADERS, form_of(op, presented))
        line = make_line(op, grant, self.subject, presented, (started, answer))
        self.lines.append(line)
        return line

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: str | None = None
    ) -> Answer | None:
        """Return the answer; None where there is none, or it says that something broke."""
        try:
            self._connection.request(method, path, body, dict(headers))
            response = self._connection.getresponse()
            answer = Answer(response.status, dict(response.getheaders()), response.read())
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        return answer if answer.status < http.client.INTERNAL_SERVER_ERROR else None


def form_of(op: Op, presented: str) -> str:
    """Return the form by which something is presented."""
    return urlencode(_fields_of(op, presented))


def _fields_of(op: Op, presented: str) -> dict[str, str]:
    match op:
        case Op.EXCHANGE:
            is_told = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
            return {**is_told, "code": presented}
        case Op.REFRESH:
            return {"grant_type": "refresh_token", "refresh_token": presented}
        case Op.LOOK | Op.REVOKE:
            return {"token": presented}


def make_line(
    op: Op, grant: str, subject: str, presented: str, told: tuple[float, Answer | None]
) -> Line:
    """Write down what became of a request, now that its answer has come.

    Args: told is when the request began, and the answer.
    """
    started, answer = told
    said = {} if answer is None or not answer.body else answer.json()
    access_token = said.get("access_token")
    return Line(
        started,
        time.monotonic(),
        op,
        grant,
        subject,
        presented,
        _outcome_of(op, answer, said),
        refresh_token=said.get("refresh_token"),
        access_token=access_token,
        named=said.get("sub") if access_token is None else _subject_of(access_token),
    )


def until_told(ask: Callable[[], T | None]) -> T:
    """Ask until there is an answer."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while (told := ask()) is None:
        if time.monotonic() > deadline:
            raise ServerError("no answer in sight")
        time.sleep(_PAUSE_SECONDS)
    return told


def until_settled(ask: Callable[..., Line], *about: str | None) -> Line:
    """Call a method of a client until it is known what became of its request."""

    def ask_once() -> Line | None:
        line = ask(*about)
        return None if line.outcome is Outcome.UNKNOWN else line

    return until_told(ask_once)


def _outcome_of(op: Op, answer: Answer | None, said: Mapping[str, Any]) -> Outcome:
    if answer is None or answer.status >= http.client.INTERNAL_SERVER_ERROR:
        return Outcome.UNKNOWN
    if answer.status == http.client.OK:
        return Outcome.DONE if op is not Op.LOOK or said["active"] else Outcome.REFUSED
    assert said["error"] == "invalid_grant", (answer.status, said)
    return Outcome.REFUSED


def _subject_of(access_token: str) -> str:
    claims = json.loads(urlsafe_b64decode(access_token.split(".")[1] + "=="))
    return str(claims["sub"])
