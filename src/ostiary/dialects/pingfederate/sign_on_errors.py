"""Refusals on the paths that browsers come to: a page, a redirect, or the JSON of `pi.flow`."""

from dataclasses import dataclass
from urllib.parse import unquote_plus

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import OAuthError, ProtocolError, RetryLaterError
from ostiary.core.flow.browser import NO_CHANGE
from ostiary.core.flow.errors import FlowCode, FlowRefusedError
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.oauth.authorization_response import RedirectableError, UntrustedRequestError
from ostiary.dialects.pingfederate.authn_errors import render_authn_error
from ostiary.dialects.pingfederate.authorization_answers import send_response
from ostiary.dialects.pingfederate.browser_cookies import write_change
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.errors import Headers, HTTPError
from ostiary.http.message import Request, Response
from ostiary.http.oauth_json import status_and_headers
from ostiary.web.pages import ErrorPage
from ostiary.web.rendering import Pages

_TITLE = "Sign-on"
_FAILED = 500
_LATER = frozenset({429, 503})


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
        return self._page(error)

    def _page(self, error: ProtocolError) -> Response:
        headers: Headers = ()
        status = _page_status(error)
        if isinstance(error, HTTPError | RetryLaterError):
            status, headers = status_and_headers(error)
        lines = (error.description, *_advice(error, status))
        page = ErrorPage(_TITLE, _heading(status), lines=lines, code=str(error.code))
        return self.pages.render(page, status, headers=headers)


def asks_for_json(request: Request) -> bool:
    """Tell whether a request says that it wants no redirects, be it well-formed or not."""
    fields = b"&".join((request.query, request.body)).split(b"&")
    wanted = f"response_mode={ResponseMode.PI_FLOW}"
    return any(unquote_plus(field.decode("latin-1")) == wanted for field in fields)


def _page_status(error: ProtocolError) -> int:
    is_unknown = isinstance(error, FlowRefusedError) and error.flow_code is FlowCode.NOT_FOUND
    return 404 if is_unknown else 400


def _heading(status: int) -> str:
    if status in _LATER:
        return "Please try again in a moment"
    return "Something went wrong here" if status >= _FAILED else "This sign-on cannot go on"


def _advice(error: ProtocolError, status: int) -> tuple[str, ...]:
    if isinstance(error, OAuthError):
        return ("The application that sent you here has to correct this; tell whoever runs it.",)
    return ("Go back, and try once more.",) if status in _LATER else ()
