"""The authorization endpoint: where a sign-on begins, with redirects or without."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ostiary.core.base.errors import ProtocolError
from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.flow.browser import Browser
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.authorize import Answered, Authorize
from ostiary.core.oauth.checks.asked import RequestExtensions
from ostiary.http.cross_site_posts import all_params, bring_cookies
from ostiary.http.forms import parse_params
from ostiary.http.message import Request, Response


class FirstAnswers(Protocol):
    """What a face answers to whoever begins a sign-on."""

    def show(self, env: Environment, request: Request, outcome: Turn | Answered) -> Response:
        """Show what is asked, or send the browser to where it is, or to the application."""
        ...


@dataclass(frozen=True, slots=True)
class AuthorizationEndpoint:
    """A face's authorization endpoint.

    Args:
        resolve: returns the environment of a request.
        read_browser: returns what a request shows of its browser.
        check_page: refuses a page that may start no flow without redirects for a client.
        read_extensions: returns what the face's own parameters say.
    """

    authorize: Authorize
    answers: FirstAnswers
    resolve: Callable[[Request], Environment]
    read_browser: Callable[[Request], Browser]
    check_page: Callable[[Environment, Request, ClientId], None]
    read_extensions: Callable[[Params], RequestExtensions]

    async def get_or_post(self, request: Request) -> Response:
        """Begin a sign-on, or answer at once where none is needed.

        Spec: RFC 6749 §3.1; OpenID Connect Core §3.1.2.1 (GET and POST alike).
        """
        with_cookies = bring_cookies(request)
        if with_cookies is not None:
            return with_cookies
        env = self.resolve(request)
        params = self._read(env, request)
        outcome = await self.authorize.begin(
            env, params, self.read_browser(request), self.read_extensions(params)
        )
        return self.answers.show(env, request, outcome)

    def _read(self, env: Environment, request: Request) -> Params:
        """Return the parameters of a request that may be made from where it comes.

        Raises: OAuthError for a repeated parameter; HTTPError, also from `check_page`.
        """
        claimed = ""
        try:
            params = parse_params(all_params(request))
            claimed = params.find("client_id") or ""
            if params.find("response_mode") == ResponseMode.PI_FLOW:
                self.check_page(env, request, ClientId(claimed))
        except ProtocolError as error:
            self.authorize.tell_refused(env, error, claimed, request.address)
            raise
        return params
