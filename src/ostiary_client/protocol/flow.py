"""Signing somebody on step by step, without a browser, at PingFederate or at PingOne."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary_client.errors import ConfigurationError, FlowError, UnreadableResponseError
from ostiary_client.printable import printable
from ostiary_client.protocol.answers import text_member
from ostiary_client.protocol.flow_answers import WHAT, Question, read_answer, read_state
from ostiary_client.protocol.flow_cookies import FlowCookies
from ostiary_client.protocol.flow_wire import API_STATE, FlowWire, Step
from ostiary_client.protocol.messages import Exchange, Request, Response
from ostiary_client.protocol.retry import RetryPolicy, send
from ostiary_client.signon.authorization_request import AuthorizationRequest
from ostiary_client.signon.base_state import FlowState

_ACCEPT = {"accept": "application/json"}
_SHOWN = frozenset({"username", "identifier", "usernameHint", "email", "phone"})
"""Fields of actions whose values are no secret."""


@dataclass(slots=True)
class FlowMemory:
    """One flow, as far as it has come; nothing of it shows in a repr.

    Args: base is what the addresses of flows begin with; they are never taken from an answer.
    """

    request: AuthorizationRequest = field(repr=False)
    wire: FlowWire = field(repr=False)
    base: str
    policy: RetryPolicy = field(repr=False)
    now: Callable[[], float] = field(repr=False)
    cookies: FlowCookies = field(repr=False)
    state: FlowState | None = field(default=None, repr=False)
    api_state: str | None = field(default=None, repr=False)

    @property
    def current(self) -> FlowState:
        """The state that the flow stands in.

        Raises: ConfigurationError before there is one.
        """
        if self.state is None:
            raise ConfigurationError("The flow has not begun")
        return self.state

    def start(self) -> Exchange[FlowState]:
        """Begin the flow, and return its first state.

        Spec: PingFederate "Redirectless mode"; PingOne "Redirectless flows".
        Raises: FlowError; AuthorizationError; RateLimitedError; ServerFailedError;
            UnreadableResponseError; TransportError.
        """

        def make_request() -> Request:
            headers = {**_ACCEPT, **self.wire.headers, **self.cookies.header()}
            return Request("GET", self.request.url, headers, is_repeatable=True)

        return (yield from self._send(make_request, ()))

    def view(self) -> Exchange[FlowState]:
        """Ask for the state, which may have moved on by itself.

        Raises: as `start`.
        """

        def make_request() -> Request:
            return Request("GET", self._url(), self._headers(), is_repeatable=True)

        return (yield from self._send(make_request, ()))

    def act(self, action: str, fields: Mapping[str, Any]) -> Exchange[FlowState]:
        """Perform one of the state's actions, and return the state that follows.

        It is not sent twice: a second copy could count as a second attempt.

        Raises: FlowError with INVALID_ACTION_ID for one that the state does not offer; as `start`.
        """
        self._check_offered(action)
        body = json.dumps(dict(fields)).encode() if fields else self.wire.empty_body
        kind = f"application/vnd.pingidentity.{action}+json"
        secrets = tuple(_secrets(fields))

        def make_request() -> Request:
            headers = {**self._headers(), "content-type": kind}
            return Request("POST", self._url(), headers, body, secrets=secrets)

        return (yield from self._send(make_request, secrets, action))

    def take(self, step: Step, *values: object) -> Exchange[FlowState]:
        """Take a step by whatever the server calls it.

        Raises: as `act`.
        """
        way = self.wire.way(step, self.current.actions)
        if way is None:
            raise _not_offered(f"The flow has no use for {step.value} now", self.current)
        return (yield from self.act(way.action, way.fields(values)))

    def _send(
        self, make_request: Callable[[], Request], secrets: tuple[str, ...], action: str = ""
    ) -> Exchange[FlowState]:
        response = yield from send(make_request, self.policy)
        kept = () if self.api_state is None else (self.api_state,)
        return self._take(response, (*secrets, *kept, *self.cookies.secrets), action)

    def _take(self, response: Response, secrets: tuple[str, ...], action: str) -> FlowState:
        """Remember what an answer says; an error leaves the state as it was."""
        self.cookies.take(response.set_cookies, self.now())
        document = read_answer(response, secrets)
        api_state = text_member(document, API_STATE)
        if api_state is not None and api_state.isascii() and api_state.isprintable():
            self.api_state = api_state
        asked = Question(self.wire, action, secrets)
        state = read_state(document, response, asked)
        if self.state is not None and state.id != self.state.id:
            raise UnreadableResponseError(f"{WHAT} is of another flow", status=response.status)
        self.state = state
        return state

    def _check_offered(self, action: str) -> None:
        if action not in self.current.actions:
            raise _not_offered(f"The flow offers no action {printable(action)!r} now", self.current)

    def _url(self) -> str:
        return f"{self.base}{self.wire.flows}/{self.current.id}"

    def _headers(self) -> dict[str, str]:
        kept = {} if self.api_state is None else {"x-pf-authn-api-state": self.api_state}
        return {**_ACCEPT, **self.wire.headers, **kept, **self.cookies.header()}


def _not_offered(problem: str, state: FlowState) -> FlowError:
    return FlowError(
        f"{problem}; nothing was sent",
        remedy=f"It stands at {state.status}, and offers {', '.join(state.actions) or 'nothing'}",
        code="INVALID_ACTION_ID",
    )


def _secrets(value: object) -> Iterator[str]:
    """Yield every text in what is sent that may be a secret."""
    match value:
        case str():
            yield value
        case Mapping():
            for name, inner in value.items():
                if name not in _SHOWN:
                    yield from _secrets(inner)
        case list() | tuple():
            for inner in value:
                yield from _secrets(inner)
        case _:
            pass
