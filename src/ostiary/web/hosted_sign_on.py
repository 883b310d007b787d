"""Our own pages of a sign-on: where it goes on in the browser, and ends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from ostiary.core.base.ids import FlowId
from ostiary.core.base.params import Params
from ostiary.core.flow.browser import Browser
from ostiary.core.flow.errors import FlowCode, FlowRefusedError, flow_not_found
from ostiary.core.flow.turn import Turn
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.authorize import Answered, Authorize
from ostiary.core.steps.departures import REFERENCE, find_return
from ostiary.http.cross_site_posts import bring_cookies
from ostiary.http.errors import bad_request
from ostiary.http.message import Request, Response
from ostiary.http.same_site import check_same_site
from ostiary.web.pages import MessagePage
from ostiary.web.sign_on_forms import SignOnForms

NOTHING_LEFT = MessagePage(
    "Sign-on",
    "You are signed on",
    lines=(
        "This sign-on is over. Go on in the window of the application.",
        "If the application does not let you in there, open it again.",
    ),
)
"""For somebody who is signed on, about a sign-on that is not there any more."""


class SignOnAnswers(Protocol):
    """What a face answers a browser with."""

    def show(self, env: Environment, request: Request, outcome: Turn | Answered) -> Response:
        """Show where a sign-on is, or send the browser to the application with its answer."""
        ...

    def page(
        self, env: Environment, request: Request, turn: Turn, sent: Params | None = None
    ) -> Response:
        """Show the page that is due; `sent` is what was just sent and not taken."""
        ...

    def nothing_left(self, env: Environment, request: Request) -> Response:
        """Show `NOTHING_LEFT`."""
        ...


@dataclass(frozen=True, slots=True)
class HostedSignOn:
    """A face's pages of sign-on.

    Args:
        resolve: returns the environment of a request.
        read_browser: returns what a request shows of its browser.
        find_flow: returns the id of the flow that a request is about.
        reference: the parameter in which a browser brings a reference back; "" for none.
    """

    authorize: Authorize
    forms: SignOnForms
    answers: SignOnAnswers
    resolve: Callable[[Request], Environment]
    read_browser: Callable[[Request], Browser]
    find_flow: Callable[[Request], FlowId]
    reference: str = ""

    async def get(self, request: Request) -> Response:
        """Show where a sign-on is, or end it and send the browser to the application.

        Where the browser goes comes from the flow alone; the query says at most which flow, and
        what the browser brings back from an application that it was sent to.

        Raises: FlowRefusedError for a flow of another browser, or of none.
        """
        env, browser = self.resolve(request), self.read_browser(request)
        reference = self._find_in_query(request)
        try:
            if reference is not None:
                return await self._take_reference(env, request, browser, reference)
            turn = await self._look(env, request, browser)
            return await self._go_on(env, request, turn, browser)
        except FlowRefusedError as error:
            return await self._after_the_end(env, request, browser, error)

    async def post(self, request: Request) -> Response:
        """Take the form of our page.

        A form of an earlier page, or one that was sent twice, gets the page that is due. An
        application's page may bring a reference back, and nothing else.

        Raises: HTTPError 403 for a form on a page of another web site; 400, see `_find_reference`.
        """
        reference = self._find_reference(request)
        if reference is None:
            check_same_site(request)
        else:
            kept = urlencode({self.reference: reference}).encode()
            if (with_cookies := bring_cookies(request, kept)) is not None:
                return with_cookies
        env, browser = self.resolve(request), self.read_browser(request)
        try:
            if reference is not None:
                return await self._take_reference(env, request, browser, reference)
            return await self._take_form(env, request, browser)
        except FlowRefusedError as error:
            return await self._after_the_end(env, request, browser, error)

    def _find_reference(self, request: Request) -> str | None:
        """Return what comes back, in the form or in the address that the form goes to.

        Raises: HTTPError 400 where the two differ: one would be spent, and nobody could say which.
        """
        if not self.reference:
            return None
        in_query, in_form = self._find_in_query(request), request.form().find(self.reference)
        if in_query is not None and in_form not in {None, in_query}:
            raise bad_request("The address and the form bring different references.")
        return in_query or in_form

    def _find_in_query(self, request: Request) -> str | None:
        has_none = not self.reference or not request.query
        return None if has_none else request.query_params().find(self.reference)

    async def _take_reference(
        self, env: Environment, request: Request, browser: Browser, reference: str
    ) -> Response:
        """Go on with what a browser brings back, if that is waited for; else as a mere look."""
        turn = await self._look(env, request, browser, departs=False)
        offer = find_return(turn.view)
        if offer is None:
            return await self._go_on(env, request, turn, browser)
        try:
            outcome = await self.authorize.act(
                env, turn, offer, {REFERENCE: reference}, browser, finishes=True
            )
        except FlowRefusedError as error:
            if error.flow_code is FlowCode.NOT_FOUND:
                raise
            outcome = await self._look(env, request, browser)
        if isinstance(outcome, Turn) and outcome.problems:
            outcome = await self._look(env, request, browser)
        return self.answers.show(env, request, outcome)

    async def _take_form(self, env: Environment, request: Request, browser: Browser) -> Response:
        turn, sent = await self._look(env, request, browser), request.form()
        read = None if turn.view is None else self.forms.read(turn, turn.view, sent)
        if read is None:
            return await self._go_on(env, request, turn, browser)
        offer, inputs = read
        try:
            outcome = await self.authorize.act(env, turn, offer, inputs, browser, finishes=True)
        except FlowRefusedError as error:
            if error.flow_code is FlowCode.NOT_FOUND:
                raise
            outcome = await self._look(env, request, browser)
        if isinstance(outcome, Turn) and outcome.problems:
            return self.answers.page(env, request, outcome, sent)
        return self.answers.show(env, request, outcome)

    async def _look(
        self, env: Environment, request: Request, browser: Browser, *, departs: bool = True
    ) -> Turn:
        turn = await self.authorize.look(env, self.find_flow(request), browser, departs=departs)
        if turn.flow.request.is_redirectless:
            raise flow_not_found("a flow without redirects was opened in a browser")
        return turn

    async def _after_the_end(
        self, env: Environment, request: Request, browser: Browser, error: FlowRefusedError
    ) -> Response:
        """Tell whoever is signed on that nothing is left to be done here.

        That happens to people who send the last form twice, while the application is slow to show.
        What they get says nothing of the flow: it is the same for one that never was.

        Raises: the error, where nobody is signed on.
        """
        is_over = error.flow_code is FlowCode.NOT_FOUND
        if is_over and await self.authorize.is_signed_on(env, browser):
            return self.answers.nothing_left(env, request)
        raise error

    async def _go_on(
        self, env: Environment, request: Request, turn: Turn, browser: Browser
    ) -> Response:
        outcome: Turn | Answered = turn
        if turn.view is None:
            outcome = await self.authorize.resume(env, turn, browser)
        return self.answers.show(env, request, outcome)
