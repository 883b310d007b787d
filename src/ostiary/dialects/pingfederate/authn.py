"""`/pf-ws/authn/flows/{flowId}`: the authentication API."""

from dataclasses import dataclass

from ostiary.core.base.ids import FlowId
from ostiary.core.flow.browser import Browser
from ostiary.core.flow.errors import FlowCode, FlowRefusedError, action_not_offered
from ostiary.core.flow.turn import Turn
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.authorize import Authorize
from ostiary.dialects.pingfederate.authn_wire import (
    MEDIA_TYPE,
    actions_of,
    as_inputs,
    find_offer,
)
from ostiary.dialects.pingfederate.browser_cookies import read_browser
from ostiary.dialects.pingfederate.sign_on_answers import SignOnAnswers, is_for_pages
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.errors import HTTPError, bad_request
from ostiary.http.message import Request, Response
from ostiary.http.origins import check_application, check_origin

XSRF_HEADER = b"x-xsrf-header"
_PLAIN = "application/json"


@dataclass(frozen=True, slots=True)
class AuthenticationAPI:
    """What programs do with a flow."""

    tenancy: Tenancy
    authorize: Authorize
    answers: SignOnAnswers

    async def get_flow(self, request: Request) -> Response:
        """Tell the current state, and change nothing.

        Spec: PingFederate "Authentication API".
        Raises: HTTPError; FlowRefusedError for a flow of somebody else, or of nobody.
        """
        check_xsrf(request)
        env, browser = self.tenancy.resolve(request), read_browser(request)
        turn = await self._look(env, request, browser)
        return self.answers.as_json(env, request, turn)

    async def post_flow(self, request: Request) -> Response:
        """Perform one action.

        Spec: PingFederate "Authentication API".
        Raises: HTTPError; FlowRefusedError, also for an action that is not offered.
        """
        check_xsrf(request)
        wanted, members = read_action(request), read_inputs(request)
        env, browser = self.tenancy.resolve(request), read_browser(request)
        turn = await self._look(env, request, browser, departs=False)
        if turn.view is None or is_for_pages(turn):
            raise action_not_offered()
        is_redirectless = turn.flow.request.is_redirectless
        offer = find_offer(actions_of(turn.view, is_redirectless=is_redirectless), wanted)
        if offer is None:
            raise action_not_offered()
        outcome = await self.authorize.act(
            env, turn, offer, as_inputs(offer, members), browser, finishes=is_redirectless
        )
        return self.answers.as_json(env, request, outcome)

    async def _look(
        self, env: Environment, request: Request, browser: Browser, *, departs: bool = True
    ) -> Turn:
        claimed = ""
        try:
            check_origin(env, request)
            flow_id = FlowId(request.path_values["flowId"])
            turn = await self.authorize.look(env, flow_id, browser, departs=departs)
            claimed = turn.flow.request.client_id
            if turn.flow.request.is_redirectless:
                check_application(env, request, turn.flow.request.client_id)
        except HTTPError as error:
            self.authorize.tell_refused(env, error, claimed, request.address)
            raise
        return turn


def check_xsrf(request: Request) -> None:
    """Refuse a request without the header that no form on a web page can send; any value will do.

    Spec: PingFederate "Authentication API" (X-XSRF-Header).
    Raises: HTTPError 400.
    """
    if not request.find_headers(XSRF_HEADER):
        raise bad_request("The header x-xsrf-header is missing; send it with any value.")


def read_action(request: Request) -> str:
    """Return the action that the media type names, or the parameter `action`.

    Spec: PingFederate "Authentication API" (action IDs).
    Raises: HTTPError 400 when they differ; FlowRefusedError when there is neither.
    """
    named = request.query_params().find("action")
    media_type = request.media_type
    if media_type == _PLAIN:
        if named is None:
            raise _no_action_named()
        return named
    found = MEDIA_TYPE.fullmatch(media_type)
    if found is None:
        raise bad_request("The media type names no action of this API.")
    if named is not None and named.lower() != found[1]:
        raise bad_request("The media type and the parameter action name different actions.")
    return found[1]


def _no_action_named() -> FlowRefusedError:
    return FlowRefusedError(
        FlowCode.NOT_OFFERED,
        "No action is named; name one by the media type "
        "application/vnd.pingidentity.ACTION+json or by the parameter action.",
    )


def read_inputs(request: Request) -> dict[str, object]:
    """Return the members of the body; without a body there are none.

    Raises: HTTPError 400 for anything but a JSON object.
    """
    if not request.body:
        return {}
    members = request.json()
    if not isinstance(members, dict):
        raise bad_request("The body must be a JSON object.")
    return members
