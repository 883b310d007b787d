"""A sign-on flow played by hand: states and errors as a server words them, without a socket."""

from dataclasses import replace
from typing import Any

from ostiary_client.protocol.flow import FlowMemory
from ostiary_client.protocol.messages import Request, Response
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.flow_conversations import begin_flow
from tests.support.conversation import Conversation, answer
from tests.support.sign_on_play import CODE, ISSUER, people

FLOW = f"{ISSUER}/pf-ws/authn/flows/PyH5g"
PASSWORD = "Password1"
GIVEN = {"username": "joe", "password": PASSWORD}


def state(
    status: str = "USERNAME_PASSWORD_REQUIRED",
    actions: tuple[str, ...] = ("checkUsernamePassword", "cancel"),
    *,
    cookies: tuple[str, ...] = (),
    **fields: Any,
) -> Response:
    """Answer with a state, as PingFederate shapes it."""
    links = {name: {"href": "https://evil.example/flows"} for name in ("self", *actions)}
    document = {"id": "PyH5g", "pluginTypeId": "7Rm", "status": status, **fields, "_links": links}
    return replace(answer(document), set_cookies=cookies)


def refusal(code: str = "VALIDATION_ERROR", status: int = 400, **members: Any) -> Response:
    return answer({"code": code, "message": "It was not valid.", **members}, status)


def begun(
    first: Response | None = None, whose: SignOnConversations | None = None, **parameters: Any
) -> tuple[FlowMemory, Conversation]:
    """Begin a flow, and return it with what was asked."""
    conversation = Conversation(first or state(cookies=("PF=first; Path=/",)))
    asked = {"scopes": "openid", "redirect_uri": None, "response_type": "code", **parameters}
    named = [asked.pop(name) for name in ("scopes", "redirect_uri", "response_type")]
    begin = begin_flow(whose or people(), named[0], named[1], asked, response_type=named[2])
    flow = conversation.hold(begin)
    return flow, conversation


def act(flow: FlowMemory, *answers: Any, action: str = "checkUsernamePassword") -> Request:
    """Perform an action, and return the request that did."""
    conversation = Conversation(*answers)
    conversation.hold(flow.act(action, GIVEN))
    return conversation.requests[0]


def completed(flow: FlowMemory, **response: Any) -> None:
    """Let a flow end with an authorization response."""
    usual = {"code": CODE, "state": flow.request.state, **response}
    whole = {name: value for name, value in usual.items() if value is not None}
    act(flow, state("COMPLETED", (), authorizeResponse=whole))
