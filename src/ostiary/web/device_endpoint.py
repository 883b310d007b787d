"""The page on which people let a device in: they sign on, type its code, and say yes or no."""

from collections.abc import Callable
from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.flow.browser import NO_CHANGE
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.authorize import Authorize
from ostiary.core.oauth.device_authorization import (
    CONNECTED,
    lets_devices_in,
    request_device_page,
)
from ostiary.http.browser_cookies import BrowserCookies
from ostiary.http.cross_site_posts import all_params, bring_cookies
from ostiary.http.errors import not_found
from ostiary.http.forms import parse_params
from ostiary.http.languages import page_language
from ostiary.http.message import Request, Response
from ostiary.http.own_urls import base_of
from ostiary.web.authorization_endpoint import FirstAnswers
from ostiary.web.links import Link
from ostiary.web.pages import MessagePage
from ostiary.web.rendering import Pages

_TITLE = "Connect a device"
_CONNECTED = MessagePage(
    _TITLE, "Your device is connected", lines=("Go on at the device. You can close this page.",)
)


@dataclass(frozen=True, slots=True)
class DevicePage:
    """One of the pages for devices.

    Args: only: whose devices alone are let in there; None for any client's.
    """

    path: str
    only: ClientId | None = None


@dataclass(frozen=True, slots=True)
class DeviceEndpoint:
    """A face's page for devices.

    Args:
        answers: what the face answers to whoever begins a sign-on.
        resolve: returns the environment of a request.
        find_page: returns which page it is.
        check_page: refuses a page that may start no flow without redirects.
    """

    authorize: Authorize
    answers: FirstAnswers
    pages: Pages
    clock: Clock
    cookies: BrowserCookies
    resolve: Callable[[Request], Environment]
    find_page: Callable[[Environment, Request], DevicePage]
    check_page: Callable[[Environment, Request, ClientId | None], None]

    async def get_or_post(self, request: Request) -> Response:
        """Begin with a sign-on, or tell how it ended; a code that comes along is asked about.

        Nothing is decided here, however it is asked for: that takes the form of our page.
        Spec: RFC 8628 §3.3, §3.3.1.
        Raises: HTTPError 404 where no client, or not the page's, is a device; TooManyAttemptsError.
        """
        with_cookies = bring_cookies(request)
        if with_cookies is not None:
            return with_cookies
        env = self.resolve(request)
        page = self.find_page(env, request)
        if not lets_devices_in(env, page.only):
            raise not_found()
        params = parse_params(all_params(request))
        ended = _find_end(base_of(env, request) + page.path, params)
        if ended is not None:
            return self._show(env, request, ended)
        is_redirectless = params.find("response_mode") == ResponseMode.PI_FLOW
        if is_redirectless:
            self.check_page(env, request, None)
        path = None if is_redirectless else page.path
        asked = request_device_page(path, params.find("user_code") or "", only=page.only)
        outcome = await self.authorize.begin_own(env, asked, self.cookies.read(request))
        return self.answers.show(env, request, outcome)

    def _show(self, env: Environment, request: Request, page: MessagePage) -> Response:
        headers = self.cookies.write_change(env, request, NO_CHANGE, self.clock.now())
        language = page_language(request)
        return self.pages.render(page, headers=headers, language=language, env=env)


def _find_end(url: str, params: Params) -> MessagePage | None:
    """Return how letting a device in ended, if the browser comes back from it to this URL."""
    if "error" in params:
        return MessagePage(
            _TITLE,
            "No device was connected",
            lines=("The device gets nothing. You can close this page.",),
            links=(Link(url, "Use another code"),),
        )
    return _CONNECTED if params.find("state") == CONNECTED else None
