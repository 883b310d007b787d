"""Signing off at the wish of an application, and the pages of it."""

from collections.abc import Callable
from dataclasses import dataclass

from ostiary.core.base.params import Params
from ostiary.core.flow.browser import Browser
from ostiary.core.model.environment import Environment
from ostiary.core.oidc.logout import CONFIRMATION, Confirm, Done, Logout
from ostiary.http.cross_site_posts import all_params, bring_cookies, is_without_cookies
from ostiary.http.forms import parse_params
from ostiary.http.message import Request, Response
from ostiary.http.same_site import check_same_site
from ostiary.web.logout_answers import LogoutAnswers
from ostiary.web.pages import Button, Field, FormPage, MessagePage


@dataclass(frozen=True, slots=True)
class LogoutEndpoint:
    """A face's end-session endpoint.

    Args:
        resolve: returns the environment of a request.
        path: returns where the question's form goes.
        yes, no: names of its buttons.
    """

    logout: Logout
    answers: LogoutAnswers
    resolve: Callable[[Request], Environment]
    path: Callable[[Environment], str]
    yes: str = "ok"
    no: str = "cancel"

    async def get(self, request: Request) -> Response:
        """Sign off, or ask whether that is wanted.

        Spec: OpenID Connect RP-Initiated Logout 1.0 §2.
        """
        env, browser = self.resolve(request), self.answers.cookies.read(request)
        outcome = await self.logout.begin(env, request.query_params(), browser)
        return await self._answer(env, request, outcome)

    async def post(self, request: Request) -> Response:
        """Sign off at the wish of an application, or of a person on our page.

        Spec: OpenID Connect RP-Initiated Logout 1.0 §2 (GET and POST alike).
        Raises: HTTPError 403 for an answer that another web site's page sent.
        """
        with_cookies = bring_cookies(request)
        if with_cookies is not None:
            return with_cookies
        env, browser = self.resolve(request), self.answers.cookies.read(request)
        params = parse_params(all_params(request))
        if is_without_cookies(request):
            # Too much for an address. What our own page sends brings the cookies along.
            return await self._answer(env, request, self.logout.ask(env, params))
        if self.no in params:
            page = MessagePage("Sign off", "You are still signed on")
            return self.answers.show(env, request, page)
        return await self._answer(env, request, await self._sign_off(env, request, params, browser))

    async def _sign_off(
        self, env: Environment, request: Request, params: Params, browser: Browser
    ) -> Confirm | Done:
        if CONFIRMATION not in params:
            return await self.logout.begin(env, params, browser)
        check_same_site(request)
        return await self.logout.confirm(env, params, browser)

    async def _answer(
        self, env: Environment, request: Request, outcome: Confirm | Done
    ) -> Response:
        if isinstance(outcome, Confirm):
            return self.answers.show(env, request, self._question(env, outcome))
        return await self.answers.show_done(env, request, outcome)

    def _question(self, env: Environment, outcome: Confirm) -> FormPage:
        return FormPage(
            "Sign off",
            "Do you want to sign off?",
            self.path(env),
            fields=[Field(name, "", "hidden", value=value) for name, value in outcome.fields],
            buttons=[
                Button(self.yes, "clicked", "Sign off", is_primary=True),
                Button(self.no, "clicked", "Stay signed on"),
            ],
        )
