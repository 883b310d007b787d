"""What browsers get that are signed off: pages, redirects, and the way round other applications."""

from collections.abc import Callable
from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.flow.browser import NO_CHANGE, BrowserChange
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_adapter import Transport
from ostiary.core.oauth.authorization_response import AuthorizationResponse
from ostiary.core.oidc.logout import Done, Logout
from ostiary.core.signon.logout_rounds import RoundOver
from ostiary.http.browser_cookies import BrowserCookies
from ostiary.http.errors import Headers
from ostiary.http.languages import page_language
from ostiary.http.message import Request, Response
from ostiary.http.own_urls import base_of
from ostiary.http.redirects import redirect, refresh
from ostiary.web.authorization_answers import send_response
from ostiary.web.pages import MessagePage, Page, SignedOffPage
from ostiary.web.rendering import Pages

FRAMES_SECONDS = 5
"""So long a browser without scripts, or with a frame that does not load, stays with them."""
_SIGNED_OFF = MessagePage("Sign off", "You are signed off", lines=("You can close this window.",))


@dataclass(frozen=True, slots=True)
class RoundWire:
    """How a face spells what a browser takes along on its way round.

    Args:
        reference, way_back: names of two parameters.
        path: returns where the browser comes back to, of what is sealed.
    """

    reference: str
    way_back: str
    path: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class LogoutAnswers:
    """Renders the end of sessions. Args: wire: None for a face without such applications."""

    logout: Logout
    pages: Pages
    clock: Clock
    cookies: BrowserCookies
    wire: RoundWire | None = None

    async def show_done(self, env: Environment, request: Request, outcome: Done) -> Response:
        """Send a browser where it is to go now that nobody is signed on in it.

        Raises: UnavailableError.
        """
        headers = self._headers(env, request, outcome.change)
        going = outcome.round if self.wire is not None else None
        if outcome.frames:
            return self._with_frames(env, request, outcome, headers)
        if going is not None:
            return await self._go_round(env, request, going, headers)
        return self._arrive(env, request, outcome.redirect, headers)

    async def go_on(self, env: Environment, request: Request, sealed: str) -> Response:
        """Send a browser that has come back to the next application, or where its round ends.

        Spec: PingFederate "Reference ID adapter" (logout mode, transport mode).
        Raises: OAuthError, TooManyAttemptsError, UnavailableError.
        """
        return await self._go_round(env, request, sealed, (), request.address)

    async def _go_round(
        self,
        env: Environment,
        request: Request,
        sealed: str,
        headers: Headers,
        address: str | None = None,
    ) -> Response:
        went = await self.logout.go_on(env, sealed, address)
        if isinstance(went, RoundOver):
            return self._arrive(env, request, went.target, headers)
        if self.wire is None:
            raise LookupError("a face without such applications sends nobody round")
        taken = {self.wire.reference: went.reference, self.wire.way_back: self.wire.path(went.rest)}
        is_posted = went.transport is Transport.FORM_POST
        mode = ResponseMode.FORM_POST if is_posted else ResponseMode.QUERY
        sent = AuthorizationResponse(mode, went.endpoint, taken)
        return send_response(self.pages, env, request, sent, headers)

    def show(
        self,
        env: Environment,
        request: Request,
        page: Page,
        change: BrowserChange = NO_CHANGE,
    ) -> Response:
        """Answer with a page."""
        headers = self._headers(env, request, change)
        return self.pages.render(page, headers=headers, language=page_language(request), env=env)

    def _arrive(
        self, env: Environment, request: Request, target: str | None, headers: Headers
    ) -> Response:
        if target is not None:
            return redirect(request, target, headers)
        language = page_language(request)
        return self.pages.render(_SIGNED_OFF, headers=headers, language=language, env=env)

    def _with_frames(
        self, env: Environment, request: Request, outcome: Done, headers: Headers
    ) -> Response:
        """Have other applications sign off in the browser, and then go where it was to go.

        Spec: OpenID Connect Front-Channel Logout 1.0 §3.
        """
        onward = outcome.redirect
        if self.wire is not None and outcome.round is not None:
            onward = base_of(env, request) + self.wire.path(outcome.round)
        line = "You can close this window." if onward is None else "You are taken back now."
        page = SignedOffPage(
            "Sign off", "You are signed off", outcome.frames, onward=onward, lines=(line,)
        )
        if onward is not None:
            headers = (*headers, refresh(onward, FRAMES_SECONDS))
        return self.pages.render(page, headers=headers, language=page_language(request), env=env)

    def _headers(self, env: Environment, request: Request, change: BrowserChange) -> Headers:
        return self.cookies.write_change(env, request, change, self.clock.now())
