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
from ostiary.http.route import RenderError
from ostiary.web.authorization_answers import send_response
from ostiary.web.error_pages import render_error_page
from ostiary.web.rendering import Pages


@dataclass(frozen=True, slots=True)
class SignOnErrors:
    """Renders what the paths of signing on and off refuse.

    As in every other answer there, cookies that came twice are forgotten.

    Args:
        resolve: finds the environment of a request.
        render_json: in the face's shape, for programs.
        is_for_a_program: tells whether whoever asked cannot read pages.
    """

    resolve: Callable[[Request], Environment]
    cookies: BrowserCookies
    render_json: RenderError
    clock: Clock
    pages: Pages
    is_for_a_program: Callable[[Request], bool] = asks_for_json

    def render(self, error: ProtocolError, request: Request | None) -> Response:
        """Tell the application where it is known and may be told, or else whoever asked.

        Spec: RFC 6749 §4.1.2.1, §4.2.2.1.
        """
        return self._forgetting(self._in_browser(error, request), request)

    def render_as_json(self, error: ProtocolError, request: Request | None) -> Response:
        """Tell a program."""
        return self._forgetting(self.render_json(error, request), request)

    def _forgetting(self, response: Response, request: Request | None) -> Response:
        if request is None:
            return response
        try:
            env = self.resolve(request)
        except ProtocolError:
            return response
        headers = self.cookies.write_change(env, request, NO_CHANGE, self.clock.now())
        return replace(response, headers=(*response.headers, *headers)) if headers else response

    def _in_browser(self, error: ProtocolError, request: Request | None) -> Response:
        if request is not None and isinstance(error, RedirectableError):
            if error.response.mode is ResponseMode.PI_FLOW:
                return self.render_json(error, request)
            return send_response(self.pages, request, error.response)
        is_told = isinstance(error, UntrustedRequestError) and error.is_redirectless
        if is_told or (request is not None and self.is_for_a_program(request)):
            return self.render_json(error, request)
        return render_error_page(self.pages, error, request)
