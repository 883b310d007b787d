"""The checks before anybody is trusted: who asks, and where the answer may go."""

from msgspec.structs import replace

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.base.uris import is_registered
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.checks.asked import Asked
from ostiary.core.oauth.response_types import NONE
from ostiary.core.tokens.gate import is_client_open

MAX_ECHOED_BYTES = 2048
_BOUNDED = ("state", "nonce", "scope")


def check_sizes(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Refuse what would have to be carried about and is too long for it."""
    for name in _BOUNDED:
        value = asked.params.find(name)
        if value and len(value.encode()) > MAX_ECHOED_BYTES:
            raise OAuthError(
                OAuthCode.INVALID_REQUEST,
                "The parameters state, nonce and scope may have 2048 bytes each.",
                reason=f"{name} is too long",
            )
    return request


def find_client(env: Environment, params: Params) -> Client:
    """Find the client; the words are the same for one that is unknown and one that is disabled.

    Raises: OAuthError invalid_request.
    """
    client_id = ClientId(params.get("client_id"))
    if not is_client_open(env, client_id):
        is_known = client_id in env.clients
        raise OAuthError(
            OAuthCode.INVALID_REQUEST,
            "The client_id names no application that may sign anybody on here.",
            reason="client is disabled" if is_known else "unknown client",
        )
    return env.clients[client_id]


def check_redirect_uri(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle where the answer goes: to a registered URI, compared to the byte.

    It may be left out with `pi.flow`, whose answer goes to whoever asks, with a question to which
    nothing but yes or no is answered, and by plain OAuth with one registered URI.
    Spec: RFC 9700 §2.1, §4.1.3; RFC 6749 §3.1.2; OpenID Connect Core §3.1.2.1 (required).
    """
    presented = asked.params.find("redirect_uri")
    if presented is None:
        return replace(request, redirect_uri=_implied(asked), is_redirect_uri_sent=False)
    if not is_registered(asked.client.redirect_uris, presented):
        raise OAuthError(
            OAuthCode.INVALID_REQUEST,
            "The redirect_uri is not registered for this application.",
            reason="redirect_uri is not registered",
        )
    return replace(request, redirect_uri=presented, is_redirect_uri_sent=True)


def _implied(asked: Asked) -> str | None:
    if asked.params.find("response_mode") == ResponseMode.PI_FLOW or _is_question(asked):
        return None
    registered = asked.client.redirect_uris
    scope = asked.params.find("scope")
    scopes = asked.client.default_scopes if scope is None else ScopeSet.parse(scope)
    if len(registered) != 1 or "openid" in scopes:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST,
            "The parameter redirect_uri is missing.",
            reason="redirect_uri is missing",
        )
    return registered[0]


def _is_question(asked: Asked) -> bool:
    """Tell whether a request asks only if a user, whom its application knows, is still signed on.

    Without an ID token any page could find out who is signed on, by whether a window went blank.
    Spec: OAuth 2.0 Multiple Response Type Encoding Practices §4; OpenID Connect Core §3.1.2.1.
    """
    find = asked.params.find
    return (
        find("response_type") == NONE
        and find("prompt") == "none"
        and find("id_token_hint") is not None
        and find("response_mode") is None
    )
