"""The page on which people see and end their own sessions, and what they allowed applications."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import ClientId, SessionId
from ostiary.core.base.params import Params
from ostiary.core.flow.browser import NO_CHANGE, Browser
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.authorize import Authorize
from ostiary.core.oidc.own_account import OwnAccount, request_page
from ostiary.core.oidc.own_changes import (
    EndOthers,
    EndSession,
    ForgetBrowsers,
    OwnChanges,
    Unchanged,
    Wish,
    Withdraw,
)
from ostiary.http.browser_cookies import BrowserCookies
from ostiary.http.errors import not_found
from ostiary.http.languages import page_language
from ostiary.http.message import Request, Response
from ostiary.http.own_urls import base_of
from ostiary.http.redirects import redirect
from ostiary.http.same_site import check_same_site
from ostiary.web import account_page as form
from ostiary.web.account_page import AccountPage
from ostiary.web.authorization_endpoint import FirstAnswers
from ostiary.web.links import Link
from ostiary.web.pages import ErrorPage, MessagePage, Page
from ostiary.web.rendering import Pages

_SAID, _FRESH = "said", "fresh"


@dataclass(frozen=True, slots=True)
class AccountEndpoint:
    """A face's account page.

    Args:
        answers: what the face answers to whoever begins a sign-on.
        resolve: returns the environment of a request.
    """

    account: OwnAccount
    changes: OwnChanges
    authorize: Authorize
    answers: FirstAnswers
    pages: Pages
    clock: Clock
    cookies: BrowserCookies
    page: AccountPage
    resolve: Callable[[Request], Environment]

    async def get(self, request: Request) -> Response:
        """Show the page to whoever is signed on; anybody else signs on first, and comes back.

        Raises: HTTPError 404 where no application signs anybody on.
        """
        env, browser = self._read(request)
        query = request.query_params()
        shown = await self.account.show(env, browser, query.find(_SAID) or "")
        if shown is not None:
            is_fresh = query.find("state") == _FRESH
            return self._show(env, request, self.page.make(env, shown, is_fresh=is_fresh))
        if "error" in query:
            # Somebody who would rather not sign on is not asked at once again.
            return self._show(env, request, self._not_signed_on(env, request))
        return await self._sign_on(env, request, browser)

    async def post(self, request: Request) -> Response:
        """Do what a button of the page says, and show the page anew.

        Raises: HTTPError 403 for a form on a page of another web site, 404 as `get`.
        """
        check_same_site(request)
        env, browser = self._read(request)
        sent = request.form()
        wish = _read_wish(sent)
        if wish is None:
            return self._absent(env, request)
        token = sent.find(form.TOKEN) or ""
        outcome = await self.changes.carry_out(env, wish, token, browser)
        match outcome:
            case str():
                return self._redirect(env, request, f"?{_SAID}={outcome}")
            case Unchanged.ABSENT:
                return self._absent(env, request)
            case Unchanged.NOBODY:
                return await self._sign_on(env, request, browser, is_fresh=True)
            case never:
                assert_never(never)

    def _read(self, request: Request) -> tuple[Environment, Browser]:
        env = self.resolve(request)
        if not env.own_pages.enabled:
            raise not_found()
        return env, self.cookies.read(request)

    async def _sign_on(
        self, env: Environment, request: Request, browser: Browser, *, is_fresh: bool = False
    ) -> Response:
        asked = request_page(self.page.path(env), is_fresh=is_fresh)
        if is_fresh:
            asked = replace(asked, state=_FRESH)
        outcome = await self.authorize.begin_own(env, asked, browser)
        return self.answers.show(env, request, outcome)

    def _not_signed_on(self, env: Environment, request: Request) -> MessagePage:
        again = base_of(env, request) + self.page.path(env)
        return MessagePage("Your account", "You are not signed on", links=(Link(again, "Sign on"),))

    def _absent(self, env: Environment, request: Request) -> Response:
        page = ErrorPage(
            "Your account",
            "This is not there",
            lines=("It may be over already. Nothing was changed; go back, and look once more.",),
        )
        return self._show(env, request, page, 404)

    def _redirect(self, env: Environment, request: Request, query: str) -> Response:
        headers = self.cookies.write_change(env, request, NO_CHANGE, self.clock.now())
        return redirect(request, self.page.path(env) + query, headers)

    def _show(self, env: Environment, request: Request, page: Page, status: int = 200) -> Response:
        headers = self.cookies.write_change(env, request, NO_CHANGE, self.clock.now())
        language = page_language(request)
        return self.pages.render(page, status, headers=headers, language=language, env=env)


def _read_wish(sent: Params) -> Wish | None:
    match sent.find(form.ACTION):
        case form.END_SESSION:
            return EndSession(SessionId(sent.find(form.SESSION) or ""))
        case form.FORGET_BROWSERS:
            return ForgetBrowsers()
        case form.END_OTHERS:
            return EndOthers()
        case form.WITHDRAW:
            return Withdraw(ClientId(sent.find(form.CLIENT) or ""))
        case _:
            return None
