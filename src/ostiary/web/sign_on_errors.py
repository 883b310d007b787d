"""Refusals on the paths that browsers come to: a page, a redirect, or JSON for a program."""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import ProtocolError
from ostiary.core.flow.browser import NO_CHANGE
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.authorization_response import RedirectableError, UntrustedRequestError
from ostiary.http.browser_cookies import BrowserCookies
from ostiary.http.message import Request, Response
from ostiary.http.redirectless import asks_for_json
from ostiary.http.redirects import redirect
from ostiary.http.route import RenderError
from ostiary.web.authorization_answers import send_response
from ostiary.web.error_pages import render_error_page
from ostiary.web.rendering import Pages

FindPage = Callable[[Environment, Request, UntrustedRequestError], str | None]


@dataclass(frozen=True, slots=True)
class SignOnErrors:
    """Renders what the paths of signing on and off refuse.

    As in every other answer there, cookies that came twice are forgotten.

    Args:
        resolve: finds the environment of a request.
        render_json: in the face's shape, for programs.
        is_for_a_program: tells whether whoever asked cannot read pages.
        find_page: returns where another page than ours tells people of a request that cannot be
            answered, or None.
    """

    resolve: Callable[[Request], Environment]
    cookies: BrowserCookies
    render_json: RenderError
    clock: Clock
    pages: Pages
    is_for_a_program: Callable[[Request], bool] = asks_for_json
    find_page: FindPage | None = None

    def render(self, error: ProtocolError, request: Request | None) -> Response:
        """Tell the application where it is known and may be told, or else whoever asked.

        Spec: RFC 6749 §4.1.2.1, §4.2.2.1.
        """
        env = self._find_environment(request)
        return self._forgetting(self._in_browser(error, request, env), request, env)

    def render_as_json(self, error: ProtocolError, request: Request | None) -> Response:
        """Tell a program."""
        env = self._find_environment(request)
        return self._forgetting(self.render_json(error, request), request, env)

    def _find_environment(self, request: Request | None) -> Environment | None:
        try:
            return None if request is None else self.resolve(request)
        except ProtocolError:
            return None

    def _forgetting(
        self, response: Response, request: Request | None, env: Environment | None
    ) -> Response:
        if request is None or env is None:
            return response
        headers = self.cookies.write_change(env, request, NO_CHANGE, self.clock.now())
        return replace(response, headers=(*response.headers, *headers)) if headers else response

    def _in_browser(
        self, error: ProtocolError, request: Request | None, env: Environment | None
    ) -> Response:
        if request is not None and isinstance(error, RedirectableError):
            is_pi_flow = error.response.mode is ResponseMode.PI_FLOW
            if is_pi_flow or error.response.is_status_alone:
                return self.render_json(error, request)
            return send_response(self.pages, env, request, error.response)
        is_told = isinstance(error, UntrustedRequestError) and error.is_redirectless
        if is_told or (request is not None and self.is_for_a_program(request)):
            return self.render_json(error, request)
        place = self._find_place(error, request, env)
        if request is not None and place is not None:
            return redirect(request, place)
        return render_error_page(self.pages, error, request, env)

    def _find_place(
        self, error: ProtocolError, request: Request | None, env: Environment | None
    ) -> str | None:
        if self.find_page is None or env is None or request is None:
            return None
        if not isinstance(error, UntrustedRequestError):
            return None
        return self.find_page(env, request, error)
