"""The checks of what the tokens are to open: scopes, audiences, and the nonce they are bound to."""

from msgspec.structs import replace

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.oauth.checks.asked import Asked
from ostiary.core.oauth.response_types import ID_TOKEN
from ostiary.core.tokens.requested_scopes import resolve_scopes
from ostiary.core.tokens.targets import TokenTarget, choose_audiences, choose_manager


def check_scopes(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle the scopes: those asked for, all of which must be the client's.

    Spec: RFC 6749 §3.3; OpenID Connect Core §3.1.2.1 (`openid` makes it a request for sign-on).
    """
    scopes = resolve_scopes(asked.client, asked.params)
    if ID_TOKEN in request.response_types and "openid" not in scopes:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "A response_type with id_token needs the scope openid."
        )
    return replace(request, scopes=scopes)


def check_nonce(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle the nonce, without which no ID token goes through a browser.

    Spec: OpenID Connect Core §3.2.2.1, §3.3.2.1 (§3.1.2.1: optional beside a code).
    """
    nonce = asked.params.find("nonce")
    if nonce is None and ID_TOKEN in request.response_types:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "A response_type with id_token needs the parameter nonce."
        )
    return request if nonce is None else replace(request, nonce=nonce)


def check_target(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle which token manager issues, and for which audiences.

    Spec: RFC 8707 §2; PingFederate "Authorization endpoint".
    """
    target = asked.extensions.target
    if target.manager_id is None and not target.resources:
        target = TokenTarget(None, asked.params.find_all("resource"))
    manager = choose_manager(asked.env, asked.client, target)
    choose_audiences(asked.env, manager, request.scopes, target.resources)
    if target.manager_id is None and not target.resources:
        return request
    resources = tuple(dict.fromkeys(target.resources))
    return replace(request, manager_id=str(manager.id), resources=resources)
