"""Applications' own sign-on pages: where a browser is sent with a flow, or with what went wrong."""

import json
from urllib.parse import urlencode

from ostiary.core.base.errors import ProtocolError
from ostiary.core.base.ids import ClientId
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Stage
from ostiary.core.oauth.authorization_response import UntrustedRequestError
from ostiary.dialects.pingone.errors import error_body
from ostiary.dialects.pingone.paths import ENVIRONMENT_VARIABLE, page_path, page_query
from ostiary.http.cross_site_posts import all_params
from ostiary.http.forms import parse_params
from ostiary.http.message import Request


def page_url(env: Environment, turn: Turn) -> str:
    """Return where a person goes on: on the application's own page, where there is one.

    Approval is asked for on our page alone.
    Spec: PingOne "Authorize" (`loginPageUrl`).
    """
    application = _application_of(env, turn.client)
    if application is None or turn.flow.stage is not Stage.AUTHENTICATION:
        return page_path(env, turn.flow.id)
    return _with(application.url, page_query(env, turn.flow.id))


def error_url(env: Environment, request: Request, error: UntrustedRequestError) -> str | None:
    """Return where the application's own page tells of a request that leads to no flow.

    It is a page that the administrator named, never one that the request does.
    Spec: PingOne "Authorize" (`loginPageUrl`).
    """
    application = _application_of(env, env.clients.get(_read_client(request)))
    if application is None:
        return None
    told = json.dumps(error_body("INVALID_REQUEST", error.description), separators=(",", ":"))
    return _with(application.url, urlencode({ENVIRONMENT_VARIABLE: env.id, "error": told}))


def _application_of(env: Environment, client: Client | None) -> AuthenticationApplication | None:
    own = None if client is None else client.application
    return own or env.default_application


def _read_client(request: Request) -> ClientId:
    try:
        return ClientId(parse_params(all_params(request)).find("client_id") or "")
    except ProtocolError:
        return ClientId("")


def _with(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"
