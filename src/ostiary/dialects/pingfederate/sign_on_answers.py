"""What a sign-on has come to, as an answer: a page, a redirect, or the API's JSON."""

from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import FlowId
from ostiary.core.base.params import Params
from ostiary.core.flow.browser import NO_CHANGE, BrowserChange
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Stage
from ostiary.core.model.reference_adapter import Transport
from ostiary.core.oauth.authorization_response import AuthorizationResponse
from ostiary.core.oauth.authorize import Answered
from ostiary.core.steps.departures import Departure
from ostiary.dialects.pingfederate.authn_errors import render_problems
from ostiary.dialects.pingfederate.authn_wire import FlowStates, actions_of, resume_path
from ostiary.dialects.pingfederate.browser_cookies import write_change
from ostiary.dialects.pingfederate.forms_wire import FORMS
from ostiary.dialects.pingfederate.reference_wire import REFERENCE, WAY_BACK
from ostiary.http.errors import Headers
from ostiary.http.languages import page_language
from ostiary.http.message import NO_STORE, Request, Response, json_response
from ostiary.http.own_urls import base_of
from ostiary.http.redirects import redirect
from ostiary.web.authorization_answers import send_response
from ostiary.web.hosted_sign_on import NOTHING_LEFT
from ostiary.web.rendering import Pages
from ostiary.web.translation import translator


@dataclass(frozen=True, slots=True)
class SignOnAnswers:
    """Renders the turns of flows and their ends."""

    pages: Pages
    clock: Clock

    def show(self, env: Environment, request: Request, outcome: Turn | Answered) -> Response:
        """Answer on the authorization endpoint and the resume path.

        Whoever asked for `pi.flow` gets the state; a browser goes to the authentication
        application, where there is one that can show what is due, or gets our page.
        """
        if isinstance(outcome, Answered):
            if outcome.response.mode is ResponseMode.PI_FLOW:
                return self.as_json(env, request, outcome)
            headers = self._headers(env, request, outcome.change)
            response = _with_reference(outcome.response)
            return send_response(self.pages, env, request, response, headers)
        if outcome.flow.request.is_redirectless:
            return self.as_json(env, request, outcome)
        application = outcome.client.application or env.default_application
        if application is not None and not is_for_pages(outcome):
            separator = "&" if "?" in application.url else "?"
            url = f"{application.url}{separator}flowId={outcome.flow.id}"
            return redirect(request, url, self._headers(env, request, outcome.change))
        if outcome.departure is not None:
            leaving = _leaving(outcome.departure, outcome.flow.id)
            headers = self._headers(env, request, outcome.change)
            return send_response(self.pages, env, request, leaving, headers)
        return self.page(env, request, outcome)

    def page(
        self, env: Environment, request: Request, turn: Turn, sent: Params | None = None
    ) -> Response:
        """Answer with the page of a flow that waits for somebody.

        Args: sent is what was just sent and not taken.
        """
        if turn.view is None:
            raise ValueError("nobody is asked for anything")
        headers = self._headers(env, request, turn.change)
        page = FORMS.make_page(turn, turn.view, resume_path(turn.flow.id), sent)
        language = page_language(request, turn.flow.request.ui_locales)
        return self.pages.render(page, headers=headers, language=language, env=env)

    def nothing_left(self, env: Environment, request: Request) -> Response:
        """Answer somebody who is signed on, about a sign-on that is not there any more."""
        headers = self._headers(env, request, NO_CHANGE)
        language = page_language(request)
        return self.pages.render(NOTHING_LEFT, 404, headers=headers, language=language, env=env)

    def as_json(self, env: Environment, request: Request, outcome: Turn | Answered) -> Response:
        """Answer with a state, or with what is wrong with an action.

        Spec: PingFederate "Authentication API".
        """
        headers = self._headers(env, request, outcome.change)
        if isinstance(outcome, Turn) and outcome.problems:
            language = page_language(request, outcome.flow.request.ui_locales)
            api_state = outcome.change.api_state
            return render_problems(outcome.problems, api_state, headers, translator(language))
        state = _state(env, request, outcome)
        return json_response(state, headers=(*NO_STORE, *headers))

    def _headers(self, env: Environment, request: Request, change: BrowserChange) -> Headers:
        return write_change(env, request, change, self.clock.now())


def is_for_pages(turn: Turn) -> bool:
    """Tell whether a flow goes on in the browser itself: approval has no state in this API.

    Spec: PingFederate "Authentication API" (RESUME, where the API cannot go on).
    """
    if turn.view is None:
        return True
    # Devices have states, but they are no matter of a sign-on that goes on in the browser.
    is_device = turn.flow.request.device is not None and turn.flow.request.is_redirectless
    return turn.flow.stage is not Stage.AUTHENTICATION and not is_device


def _leaving(departure: Departure, flow_id: FlowId) -> AuthorizationResponse:
    """Return what a browser brings to an application that signs people on.

    Spec: PingFederate "Reference ID adapter" (`REF`, `resumePath`; transport mode).
    """
    by_form = departure.transport is Transport.FORM_POST
    mode = ResponseMode.FORM_POST if by_form else ResponseMode.QUERY
    members = {REFERENCE: departure.reference, WAY_BACK: resume_path(flow_id)}
    return AuthorizationResponse(mode, departure.endpoint, members)


def _with_reference(response: AuthorizationResponse) -> AuthorizationResponse:
    """Name the reference of an answer that has one, as its application expects it."""
    if response.reference is None:
        return response
    return replace(response, members={REFERENCE: response.reference})


def _state(env: Environment, request: Request, outcome: Turn | Answered) -> dict[str, object]:
    base, plugin_id, api_state = base_of(env, request), outcome.plugin_id, outcome.change.api_state
    if isinstance(outcome, Answered):
        states = FlowStates(base, outcome.flow_id, plugin_id, api_state)
        is_connected = outcome.is_device and not outcome.response.is_error
        return states.connected() if is_connected else states.finished(outcome.response)
    states = FlowStates(base, outcome.flow.id, plugin_id, api_state)
    if outcome.view is None or is_for_pages(outcome):
        return states.resumable()
    is_redirectless = outcome.flow.request.is_redirectless
    actions = actions_of(outcome.view, is_redirectless=is_redirectless)
    return states.waiting(outcome.view, actions, outcome.departure)
