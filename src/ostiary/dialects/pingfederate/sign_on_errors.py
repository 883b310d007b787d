"""Refusals on the paths that browsers come to: a page, a redirect, or the JSON of `pi.flow`."""

from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import ProtocolError
from ostiary.core.flow.browser import NO_CHANGE
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.oauth.authorization_response import RedirectableError, UntrustedRequestError
from ostiary.dialects.pingfederate.authn_errors import render_authn_error
from ostiary.dialects.pingfederate.browser_cookies import write_change
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.message import Request, Response
from ostiary.http.redirectless import asks_for_json
from ostiary.web.authorization_answers import send_response
from ostiary.web.error_pages import render_error_page
from ostiary.web.rendering import Pages


@dataclass(frozen=True, slots=True)
class SignOnErrors:
    """Renders what the paths of signing on and off refuse.

    As in every other answer there, cookies that came twice are forgotten.
    """

    tenancy: Tenancy
    clock: Clock
    pages: Pages

    def render(self, error: ProtocolError, request: Request | None) -> Response:
        """Tell the application where it is known and may be told, or else whoever asked.

        Spec: RFC 6749 §4.1.2.1, §4.2.2.1; PingFederate "Authorization endpoint".
        """
        return self._forgetting(self._in_browser(error, request), request)

    def render_as_json(self, error: ProtocolError, request: Request | None) -> Response:
        """Tell a program that uses the authentication API."""
        return self._forgetting(render_authn_error(error, request), request)

    def _forgetting(self, response: Response, request: Request | None) -> Response:
        if request is None:
            return response
        try:
            env = self.tenancy.resolve(request)
        except ProtocolError:
            return response
        headers = write_change(env, request, NO_CHANGE, self.clock.now())
        return replace(response, headers=(*response.headers, *headers)) if headers else response

    def _in_browser(self, error: ProtocolError, request: Request | None) -> Response:
        if request is not None and isinstance(error, RedirectableError):
            if error.response.mode is ResponseMode.PI_FLOW:
                return render_authn_error(error, request)
            return send_response(self.pages, request, error.response)
        is_told = isinstance(error, UntrustedRequestError) and error.is_redirectless
        if is_told or (request is not None and asks_for_json(request)):
            return render_authn_error(error, request)
        return render_error_page(self.pages, error, request)
