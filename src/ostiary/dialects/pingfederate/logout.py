"""`/idp/init_logout.openid`: signing off at the wish of an application."""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.params import Params
from ostiary.core.flow.browser import NO_CHANGE, Browser, BrowserChange
from ostiary.core.model.environment import Environment
from ostiary.core.oidc.logout import CONFIRMATION, Confirm, Done, Logout
from ostiary.dialects.pingfederate.browser_cookies import read_browser, write_change
from ostiary.dialects.pingfederate.cross_site_posts import all_params, bring_cookies
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.errors import Headers
from ostiary.http.forms import parse_params
from ostiary.http.message import Request, Response
from ostiary.http.redirects import redirect
from ostiary.http.same_site import check_same_site
from ostiary.web.pages import Button, Field, FormPage, MessagePage
from ostiary.web.rendering import Pages

LOGOUT_PATH = "/idp/init_logout.openid"
_CANCEL = "pf.cancel"


@dataclass(frozen=True, slots=True)
class LogoutEndpoint:
    """The end-session endpoint with PingFederate's names."""

    tenancy: Tenancy
    logout: Logout
    pages: Pages
    clock: Clock

    async def get_logout(self, request: Request) -> Response:
        """Sign off, or ask whether that is wanted.

        Spec: OpenID Connect RP-Initiated Logout 1.0 §2.
        """
        env, browser = self.tenancy.resolve(request), read_browser(request)
        outcome = await self.logout.begin(env, request.query_params(), browser)
        return self._answer(env, request, outcome)

    async def post_logout(self, request: Request) -> Response:
        """Sign off at the wish of an application, or of a person on our page.

        Spec: OpenID Connect RP-Initiated Logout 1.0 §2 (GET and POST alike).
        Raises: HTTPError 403 for an answer that another web site's page sent.
        """
        with_cookies = bring_cookies(request)
        if with_cookies is not None:
            return with_cookies
        env, browser = self.tenancy.resolve(request), read_browser(request)
        params = parse_params(all_params(request))
        if _CANCEL in params:
            page = MessagePage("Sign off", "You are still signed on")
            return self.pages.render(page, headers=self._headers(env, request))
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
            return self.pages.render(_question(outcome), headers=self._headers(env, request))
        headers = self._headers(env, request, outcome.change)
        if outcome.redirect is not None:
            return redirect(request, outcome.redirect, headers)
        page = MessagePage("Sign off", "You are signed off", lines=("You can close this window.",))
        return self.pages.render(page, headers=headers)

    def _headers(
        self, env: Environment, request: Request, change: BrowserChange = NO_CHANGE
    ) -> Headers:
        return write_change(env, request, change, self.clock.now())


def _question(outcome: Confirm) -> FormPage:
    return FormPage(
        "Sign off",
        "Do you want to sign off?",
        LOGOUT_PATH,
        fields=[Field(name, "", "hidden", value=value) for name, value in outcome.fields],
        buttons=[
            Button("pf.ok", "clicked", "Sign off", is_primary=True),
            Button(_CANCEL, "clicked", "Stay signed on"),
        ],
    )
