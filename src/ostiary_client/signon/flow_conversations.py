"""A sign-on without redirects, from its first request to the tokens; sends nothing itself."""

from collections.abc import Mapping

from ostiary_client.errors import (
    CallbackMismatchError,
    DiscoveryError,
    FlowEndedError,
    FlowStepError,
)
from ostiary_client.protocol.callback import check_callback, read_code
from ostiary_client.protocol.flow import FlowMemory
from ostiary_client.protocol.flow_cookies import FlowCookies
from ostiary_client.protocol.flow_wire import Step, find_wire
from ostiary_client.protocol.messages import Exchange
from ostiary_client.protocol.metadata import trusted_endpoint
from ostiary_client.protocol.sign_on_tokens import as_token_set
from ostiary_client.protocol.token_endpoint import read_token_document
from ostiary_client.signon.base_state import FlowState
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.flow_state import (
    Canceled,
    Completed,
    Failed,
    IdentifierRequired,
    UsernamePasswordRequired,
)
from ostiary_client.signon.token_set import TokenSet


def begin_flow(  # noqa: PLR0913 - one parameter a fact
    people: SignOnConversations,
    scopes: str | tuple[str, ...] | None,
    redirect_uri: str | None,
    parameters: Mapping[str, str | int | None],
    *,
    response_type: str = "code",
    after: FlowMemory | None = None,
) -> Exchange[FlowMemory]:
    """Begin a flow, and return it in its first state.

    Spec: PingFederate "Redirectless mode"; PingOne "Redirectless flows".
    Args: after is an earlier flow of the same person, whose cookies this one shares if it was at
        the same server.
    """
    metadata = yield from people.base.metadata()
    endpoint = trusted_endpoint(metadata, "authorization_endpoint", people.trusted_urls)
    wire = find_wire(metadata, endpoint)
    if wire is None:
        raise DiscoveryError(
            f"{metadata.issuer} is no server whose sign-on flows are known here",
            remedy="Use authorization_url(…), and a browser",
        )
    request = yield from people.authorization_request(
        scopes, redirect_uri, {**parameters, "response_mode": "pi.flow"}, response_type
    )
    base = endpoint.removesuffix(wire.endpoint)
    cookies = FlowCookies(base)
    if after is not None and after.cookies.url == base:
        cookies = after.cookies
    flow = FlowMemory(request, wire, base, people.base.retries, people.base.now, cookies)
    yield from flow.start()
    return flow


def flow_tokens(people: SignOnConversations, flow: FlowMemory) -> Exchange[TokenSet]:
    """Return the tokens of a flow that is completed: those that it brought, or those for its code.

    Raises: FlowEndedError; FlowStepError when it is not at its end; CallbackMismatchError;
        AuthorizationError; as an exchange of a code.
    """
    match flow.state:
        case Completed() as state:
            response = {n: v for n, v in state.authorize_response.items() if isinstance(v, str)}
        case state:
            raise _unfinished(state)
    metadata = yield from people.base.metadata()
    check_callback(response, flow.request, metadata)
    if "code" in flow.request.response_type.split():
        return (yield from people.redeem(flow.request, read_code(response)))
    asked_at = people.base.now()
    token = read_token_document(
        state.authorize_response, asked_at=asked_at, asked_scopes=flow.request.scopes
    )
    if token is None:
        raise CallbackMismatchError("The flow is completed, and brought no access token")
    tokens = as_token_set(token, obtained_at=asked_at)
    return (yield from people.verified(tokens, flow.request, by_browser=True))


def sign_on_with_password(
    people: SignOnConversations,
    username: str,
    password: str,
    scopes: str | tuple[str, ...] | None,
    parameters: Mapping[str, str | int | None],
) -> Exchange[TokenSet]:
    """Sign somebody on where the policy asks for nothing but a username and a password.

    Each is given once: whoever is asked again has to answer themselves.

    Raises: WrongPasswordError; FlowStepError when the policy asks for more; as
        `flow_tokens`.
    """
    flow = yield from begin_flow(people, scopes, None, parameters)
    steps: dict[type[FlowState | None], tuple[Step, tuple[str, ...]]] = {
        IdentifierRequired: (Step.SUBMIT_IDENTIFIER, (username,)),
        UsernamePasswordRequired: (Step.CHECK_PASSWORD, (username, password)),
    }
    while (step := steps.pop(type(flow.state), None)) is not None:
        yield from flow.take(step[0], *step[1])
    return (yield from flow_tokens(people, flow))


def _unfinished(state: FlowState | None) -> FlowEndedError | FlowStepError:
    """Return why there are no tokens."""
    match state:
        case Failed():
            why = f" ({state.message.rstrip('.')})" if state.message else ""
            return FlowEndedError(
                f"Nobody was signed on: {state.code or 'the flow failed'}{why}",
                code=state.code,
                message=state.message,
                user_message=state.user_message,
            )
        case Canceled():
            return FlowEndedError("Nobody was signed on: it was broken off", code=state.operation)
        case _:
            status = state.status if state else ""
            return FlowStepError(
                f"Nobody is signed on yet: the flow stands at {status}",
                remedy="Go on with start_flow(…), step by step, or relax the policy",
                code=status,
            )
