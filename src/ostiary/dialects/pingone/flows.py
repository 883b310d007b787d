"""`/{environmentId}/flows/{flowId}`: what programs do with a flow."""

from dataclasses import dataclass

from ostiary.core.base.ids import FlowId
from ostiary.core.flow.browser import Browser
from ostiary.core.flow.errors import action_not_offered
from ostiary.core.flow.turn import Turn
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.authorize import Authorize
from ostiary.dialects.pingone.browser_cookies import read_browser
from ostiary.dialects.pingone.flow_wire import (
    MEDIA_TYPE,
    RESET,
    actions_of,
    as_inputs,
    decide,
    find_offer,
    may_reset,
)
from ostiary.dialects.pingone.paths import FLOW_VARIABLE
from ostiary.dialects.pingone.sign_on_answers import SignOnAnswers
from ostiary.dialects.pingone.tenancy import Tenancy
from ostiary.http.errors import HTTPError, bad_request, unsupported_media_type
from ostiary.http.message import Request, Response
from ostiary.http.origins import check_caller


@dataclass(frozen=True, slots=True)
class FlowEndpoint:
    """The flow resource."""

    tenancy: Tenancy
    authorize: Authorize
    answers: SignOnAnswers

    async def get_flow(self, request: Request) -> Response:
        """Tell where a flow is, and change nothing.

        Spec: PingOne "Flows" (read).
        Raises: HTTPError; FlowRefusedError for a flow of somebody else, or of nobody.
        """
        env = self.tenancy.resolve(request)
        turn = await self._look(env, request, read_browser(request))
        return self.answers.as_json(env, request, turn)

    async def post_flow(self, request: Request) -> Response:
        """Perform the action that the media type names.

        Spec: PingOne "Flows" (action media types).
        Raises: HTTPError; FlowRefusedError, also for an action that is not offered.
        """
        wanted, members = read_action(request), read_members(request)
        env, browser = self.tenancy.resolve(request), read_browser(request)
        turn = await self._look(env, request, browser)
        offer = find_offer(actions_of(turn), wanted)
        if offer is None:
            if wanted != RESET or not may_reset(turn):
                raise action_not_offered()
            return self.answers.as_json(env, request, turn)
        chosen = decide(turn, offer, members)
        finishes = turn.flow.request.is_redirectless
        outcome = await self.authorize.act(
            env, turn, chosen, as_inputs(chosen, members), browser, finishes=finishes
        )
        return self.answers.as_json(env, request, outcome)

    async def _look(self, env: Environment, request: Request, browser: Browser) -> Turn:
        claimed = ""
        try:
            check_caller(env, request)
            flow_id = FlowId(request.path_values[FLOW_VARIABLE])
            turn = await self.authorize.look(env, flow_id, browser)
            claimed = turn.flow.request.client_id
            check_caller(env, request, turn.flow.request.client_id)
        except HTTPError as error:
            self.authorize.tell_refused(env, error, claimed, request.address)
            raise
        return turn


def read_action(request: Request) -> str:
    """Return the action that the media type names, in lower case.

    Spec: PingOne "Flows" (action media types).
    Raises: HTTPError 415.
    """
    found = MEDIA_TYPE.fullmatch(request.media_type)
    if found is None:
        raise unsupported_media_type(
            "The content type must name an action: application/vnd.pingidentity.ACTION+json."
        )
    return RESET if found[1] == RESET.lower() else found[1]


def read_members(request: Request) -> dict[str, object]:
    """Return the members of the body; without a body there are none.

    Raises: HTTPError 400 for anything but a JSON object.
    """
    if not request.body:
        return {}
    members = request.json()
    if not isinstance(members, dict):
        raise bad_request("The body must be a JSON object.")
    return members
