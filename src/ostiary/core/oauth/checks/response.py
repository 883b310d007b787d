"""The checks of what is to come back, and how."""

from msgspec.structs import replace

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.uris import is_web_uri
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.client import Client
from ostiary.core.oauth.checks.asked import Asked
from ostiary.core.oauth.response_types import default_mode, parse_response_type

_MODES = {str(mode): mode for mode in ResponseMode}


def mode_of_refusal(asked: Asked, request: AuthorizationRequest) -> ResponseMode:
    """Return how a refusal goes out, before it is known whether the request is sound."""
    types = parse_response_type(asked.params.find("response_type") or "") or ()
    mode = _MODES.get(asked.params.find("response_mode") or "", default_mode(types))
    is_fit = _is_fit(mode, types) and _can_reach(mode, request.redirect_uri)
    return mode if is_fit and _is_open(asked.client, mode) else default_mode(types)


def check_response_type(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle what is to come back: something that the server knows and the client may have.

    Spec: RFC 6749 §3.1.1, §4.1.2.1.
    """
    types = parse_response_type(asked.params.get("response_type"))
    if types is None:
        raise OAuthError(
            OAuthCode.UNSUPPORTED_RESPONSE_TYPE, "This response_type is not supported."
        )
    check_allowed_types(asked.client, types)
    return replace(request, response_types=types)


def check_allowed_types(client: Client, types: tuple[str, ...]) -> None:
    """Refuse what a client may not have; asked again when its tokens are about to be made.

    Raises: OAuthError unauthorized_client.
    """
    if " ".join(types) not in client.response_types:
        raise OAuthError(
            OAuthCode.UNAUTHORIZED_CLIENT, "This application may not use this response_type."
        )
    if client.binds_tokens and "token" in types:
        # A browser shows no certificate of the application to bind it to.
        raise OAuthError(
            OAuthCode.UNAUTHORIZED_CLIENT,
            "Tokens of this application are bound to its certificate: none comes by a browser.",
        )


def check_response_mode(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle how the answer goes out; a token never stands in a query.

    Spec: OAuth 2.0 Multiple Response Type Encoding Practices §2.1, §5.
    """
    asked_for = asked.params.find("response_mode")
    if asked_for is None:
        usual = default_mode(request.response_types)
        check_allowed_mode(asked.client, usual)
        return replace(request, response_mode=usual)
    mode = _MODES.get(asked_for)
    if mode is None:
        raise OAuthError(OAuthCode.INVALID_REQUEST, "This response_mode is not supported.")
    if not _is_fit(mode, request.response_types):
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "Tokens are not sent in a query; use another response_mode."
        )
    if not _can_reach(mode, request.redirect_uri):
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "The redirect_uri cannot take what form_post sends."
        )
    check_allowed_mode(asked.client, mode)
    return replace(request, response_mode=mode)


def check_allowed_mode(client: Client, mode: ResponseMode) -> None:
    """Refuse an answer that comes in a way which is not the client's.

    Spec: PingFederate "Mobile application authentication through REST APIs".
    Raises: OAuthError unauthorized_client for one without a redirect, where the client does not
        have that switched on; invalid_request for another one that is not among its own.
    """
    if mode is ResponseMode.PI_FLOW:
        _check_redirectless(client)
    elif not _is_open(client, mode):
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "This application may not use this response_mode."
        )


def _is_open(client: Client, mode: ResponseMode) -> bool:
    """Tell whether a client's answers may come so; one without a redirect is not asked about."""
    own = client.response_modes
    return not own or mode in own or mode is ResponseMode.PI_FLOW


def _check_redirectless(client: Client) -> None:
    if not client.is_redirectless:
        raise OAuthError(
            OAuthCode.UNAUTHORIZED_CLIENT,
            "This application may not use response_mode pi.flow: "
            "its setting for the mode without redirects is off.",
        )


def check_not_by_object(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Refuse requests that stand in an object or a document elsewhere: none is passed over.

    Spec: OpenID Connect Core §3.1.2.6, §6.1, §6.2, §7.2.1.
    """
    find = asked.params.find
    if find("request"):
        raise OAuthError(OAuthCode.REQUEST_NOT_SUPPORTED, "Request objects are not supported.")
    if find("request_uri"):
        raise OAuthError(
            OAuthCode.REQUEST_URI_NOT_SUPPORTED, "Requests by reference are not supported."
        )
    if find("registration"):
        raise OAuthError(
            OAuthCode.REGISTRATION_NOT_SUPPORTED, "The parameter registration is not supported."
        )
    return request


def _is_fit(mode: ResponseMode, types: tuple[str, ...]) -> bool:
    return mode is not ResponseMode.QUERY or default_mode(types) is ResponseMode.QUERY


def _can_reach(mode: ResponseMode, redirect_uri: str | None) -> bool:
    """Tell whether an answer gets there: a page cannot post to an application's private scheme."""
    is_posted = mode is ResponseMode.FORM_POST
    return not is_posted or (redirect_uri is not None and is_web_uri(redirect_uri))
