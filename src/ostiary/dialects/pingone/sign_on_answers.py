"""What a sign-on has come to, as an answer: a redirect, a page, or the flow resource."""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.params import Params
from ostiary.core.flow.browser import NO_CHANGE, BrowserChange
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.authorize import Answered
from ostiary.dialects.pingone.browser_cookies import write_change
from ostiary.dialects.pingone.flow_errors import render_problems
from ostiary.dialects.pingone.flow_resource import render_answer, render_turn
from ostiary.dialects.pingone.forms_wire import FORMS
from ostiary.dialects.pingone.login_pages import page_url
from ostiary.dialects.pingone.paths import page_path
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
    """Renders the turns of flows and their ends.

    Args: shows_pages: what is asked stands in the answer itself; otherwise the browser is sent to
        where it does.
    """

    pages: Pages
    clock: Clock
    shows_pages: bool = False

    def show(self, env: Environment, request: Request, outcome: Turn | Answered) -> Response:
        """Answer a browser, or whoever asked for `pi.flow`.

        Spec: PingOne "Authorize", "Resume".
        """
        if isinstance(outcome, Answered):
            if outcome.response.mode is ResponseMode.PI_FLOW:
                return self.as_json(env, request, outcome)
            headers = self._headers(env, request, outcome.change)
            return send_response(self.pages, env, request, outcome.response, headers)
        if outcome.flow.request.is_redirectless:
            return self.as_json(env, request, outcome)
        if self.shows_pages:
            return self.page(env, request, outcome)
        return redirect(
            request, page_url(env, outcome), self._headers(env, request, outcome.change)
        )

    def page(
        self, env: Environment, request: Request, turn: Turn, sent: Params | None = None
    ) -> Response:
        """Answer with the page of a flow that waits for somebody.

        Args: sent is what was just sent and not taken.
        """
        if turn.view is None:
            raise ValueError("nobody is asked for anything")
        page = FORMS.make_page(turn, turn.view, page_path(env, turn.flow.id), sent)
        headers = self._headers(env, request, turn.change)
        language = page_language(request, turn.flow.request.ui_locales)
        return self.pages.render(page, headers=headers, language=language, env=env)

    def nothing_left(self, env: Environment, request: Request) -> Response:
        """Answer somebody who is signed on, about a sign-on that is not there any more."""
        headers = self._headers(env, request, NO_CHANGE)
        language = page_language(request)
        return self.pages.render(NOTHING_LEFT, 404, headers=headers, language=language, env=env)

    def as_json(self, env: Environment, request: Request, outcome: Turn | Answered) -> Response:
        """Answer with the flow, or with what is wrong with an action.

        Spec: PingOne "Flows".
        """
        headers, base = self._headers(env, request, outcome.change), base_of(env, request)
        if isinstance(outcome, Answered):
            state = render_answer(env, base, outcome)
        elif outcome.problems:
            language = page_language(request, outcome.flow.request.ui_locales)
            return render_problems(outcome.problems, headers, translator(language))
        else:
            state = render_turn(env, base, outcome)
        return json_response(state, headers=(*NO_STORE, *headers))

    def _headers(self, env: Environment, request: Request, change: BrowserChange) -> Headers:
        return write_change(env, request, change, self.clock.now())
