"""Signing off at the wish of an application, and the pages of it."""

from collections.abc import Callable
from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.params import Params
from ostiary.core.flow.browser import NO_CHANGE, Browser, BrowserChange
from ostiary.core.model.environment import Environment
from ostiary.core.oidc.logout import CONFIRMATION, Confirm, Done, Logout
from ostiary.http.browser_cookies import BrowserCookies
from ostiary.http.cross_site_posts import all_params, bring_cookies
from ostiary.http.errors import Headers
from ostiary.http.forms import parse_params
from ostiary.http.languages import page_language
from ostiary.http.message import Request, Response
from ostiary.http.redirects import redirect, refresh
from ostiary.http.same_site import check_same_site
from ostiary.web.pages import Button, Field, FormPage, MessagePage, Page, SignedOffPage
from ostiary.web.rendering import Pages

FRAMES_SECONDS = 5
"""So long a browser without scripts, or with a frame that does not load, stays with them."""


@dataclass(frozen=True, slots=True)
class LogoutEndpoint:
    """A face's end-session endpoint.

    Args:
        resolve: returns the environment of a request.
        path: returns where the question's form goes.
        yes, no: names of its buttons.
    """

    logout: Logout
    pages: Pages
    clock: Clock
    cookies: BrowserCookies
    resolve: Callable[[Request], Environment]
    path: Callable[[Environment], str]
    yes: str = "ok"
    no: str = "cancel"

    async def get(self, request: Request) -> Response:
        """Sign off, or ask whether that is wanted.

        Spec: OpenID Connect RP-Initiated Logout 1.0 §2.
        """
        env, browser = self.resolve(request), self.cookies.read(request)
        outcome = await self.logout.begin(env, request.query_params(), browser)
        return self._answer(env, request, outcome)

    async def post(self, request: Request) -> Response:
        """Sign off at the wish of an application, or of a person on our page.

        Spec: OpenID Connect RP-Initiated Logout 1.0 §2 (GET and POST alike).
        Raises: HTTPError 403 for an answer that another web site's page sent.
        """
        with_cookies = bring_cookies(request)
        if with_cookies is not None:
            return with_cookies
        env, browser = self.resolve(request), self.cookies.read(request)
        params = parse_params(all_params(request))
        if self.no in params:
            page = MessagePage("Sign off", "You are still signed on")
            return self._show(env, request, page)
        return self._answer(env, request, await self._sign_off(env, request, params, browser))

    async def _sign_off(
        self, env: Environment, request: Request, params: Params, browser: Browser
    ) -> Confirm | Done:
        if CONFIRMATION not in params:
            return await self.logout.begin(env, params, browser)
        check_same_site(request)
        return await self.logout.confirm(env, params, browser)

    def _answer(self, env: Environment, request: Request, outcome: Confirm | Done) -> Response:
        if isinstance(outcome, Confirm):
            return self._show(env, request, self._question(env, outcome))
        headers = self._headers(env, request, outcome.change)
        if outcome.frames:
            return self._with_frames(env, request, outcome, headers)
        if outcome.redirect is not None:
            return redirect(request, outcome.redirect, headers)
        done = MessagePage("Sign off", "You are signed off", lines=("You can close this window.",))
        return self.pages.render(done, headers=headers, language=page_language(request), env=env)

    def _with_frames(
        self, env: Environment, request: Request, outcome: Done, headers: Headers
    ) -> Response:
        """Have other applications sign off in the browser, and then go where it was to go.

        Spec: OpenID Connect Front-Channel Logout 1.0 §3.
        """
        onward = outcome.redirect
        line = "You can close this window." if onward is None else "You are taken back now."
        page = SignedOffPage(
            "Sign off", "You are signed off", outcome.frames, onward=onward, lines=(line,)
        )
        if onward is not None:
            headers = (*headers, refresh(onward, FRAMES_SECONDS))
        return self.pages.render(page, headers=headers, language=page_language(request), env=env)

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

    def _show(self, env: Environment, request: Request, page: Page) -> Response:
        headers = self._headers(env, request)
        return self.pages.render(page, headers=headers, language=page_language(request), env=env)

    def _headers(
        self, env: Environment, request: Request, change: BrowserChange = NO_CHANGE
    ) -> Headers:
        return self.cookies.write_change(env, request, change, self.clock.now())
