"""OAuth's answers in JSON, the same on every face: errors and issued tokens."""

from collections.abc import Mapping

from ostiary.core.base.errors import (
    DeviceDeniedError,
    OAuthCode,
    ProtocolError,
    RetryLaterError,
    TooManyAttemptsError,
    explanation_url,
)
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken, IssuedTokens
from ostiary.core.oauth.device_authorization import StartedDevice
from ostiary.core.tokens.binding import CONFIRMATION, write_confirmation
from ostiary.core.tokens.known_refresh_tokens import RefreshTokenFacts
from ostiary.http.errors import Headers, HTTPError
from ostiary.http.message import NO_STORE, Request, Response, json_response

CHALLENGE_BASIC = (b"www-authenticate", b'Basic realm="OAuth", charset="UTF-8"')

STATUS_OF: Mapping[OAuthCode, int] = {
    OAuthCode.INVALID_REQUEST: 400,
    OAuthCode.INVALID_CLIENT: 401,
    OAuthCode.INVALID_GRANT: 400,
    OAuthCode.UNAUTHORIZED_CLIENT: 400,
    OAuthCode.UNSUPPORTED_GRANT_TYPE: 400,
    OAuthCode.UNSUPPORTED_TOKEN_TYPE: 400,
    OAuthCode.INVALID_SCOPE: 400,
    OAuthCode.INVALID_TARGET: 400,
    OAuthCode.ACCESS_DENIED: 403,
    OAuthCode.UNSUPPORTED_RESPONSE_TYPE: 400,
    OAuthCode.INTERACTION_REQUIRED: 400,
    OAuthCode.LOGIN_REQUIRED: 400,
    OAuthCode.CONSENT_REQUIRED: 400,
    OAuthCode.REQUEST_NOT_SUPPORTED: 400,
    OAuthCode.REQUEST_URI_NOT_SUPPORTED: 400,
    OAuthCode.REGISTRATION_NOT_SUPPORTED: 400,
    OAuthCode.INVALID_TOKEN: 401,
    OAuthCode.INSUFFICIENT_SCOPE: 403,
    OAuthCode.AUTHORIZATION_PENDING: 400,
    OAuthCode.SLOW_DOWN: 400,
    OAuthCode.EXPIRED_TOKEN: 400,
    OAuthCode.TEMPORARILY_UNAVAILABLE: 503,
    OAuthCode.SERVER_ERROR: 500,
}
DENIED_STATUS = 400
"""Of a device that its user refused: as every refusal of the token endpoint (RFC 6749 §5.2)."""
_BY_CODE: Mapping[str, int] = {code.value: status for code, status in STATUS_OF.items()}


def render_error(error: ProtocolError, request: Request | None) -> Response:
    """Turn a refusal into `error` and `error_description`.

    Spec: RFC 6749 §5.2.
    """
    status, headers = status_and_headers(error)
    return json_response(error_members(error, request), status, (*NO_STORE, *headers))


def error_members(error: ProtocolError, request: Request | None) -> dict[str, str]:
    """Return what OAuth says of a refusal, with where it is explained if that is anywhere.

    Spec: RFC 6749 §5.2.
    """
    members = {"error": str(error.code), "error_description": error.description}
    if request is not None and request.errors_url is not None:
        members["error_uri"] = explanation_url(request.errors_url, error.code)
    return members


def render_tokens(tokens: IssuedTokens) -> Response:
    """Turn issued tokens into the answer of a token endpoint.

    Spec: RFC 6749 §5.1; `scope` is always there, so that no client has to remember what it asked.
    """
    members = {
        "access_token": tokens.access_token,
        "token_type": tokens.token_type,
        "expires_in": tokens.expires_in,
        "scope": str(tokens.scopes),
    }
    if tokens.refresh_token is not None:
        members["refresh_token"] = tokens.refresh_token
    if tokens.id_token is not None:
        members["id_token"] = tokens.id_token
    if tokens.issued_token_type is not None:
        members["issued_token_type"] = tokens.issued_token_type
    return json_response(members, 200, NO_STORE)


def render_device(started: StartedDevice, verification_uri: str) -> Response:
    """Turn codes into the answer of a device authorization endpoint.

    Spec: RFC 8628 §3.2.
    """
    members = {
        "user_code": started.user_code,
        "device_code": started.device_code,
        "interval": started.interval_seconds,
        "verification_uri_complete": f"{verification_uri}?user_code={started.user_code}",
        "verification_uri": verification_uri,
        "expires_in": started.expires_in,
    }
    return json_response(members, 200, NO_STORE)


def render_introspection(
    env: Environment, token: AccessToken | RefreshTokenFacts | None
) -> Response:
    """Turn what a token stands for into an introspection answer.

    Spec: RFC 7662 §2.2.
    """
    match token:
        case None:
            return json_response({"active": False}, headers=NO_STORE)
        case AccessToken():
            return _render_access_token(env, token)
        case RefreshTokenFacts():
            return _render_refresh_token(env, token)


def _render_refresh_token(env: Environment, token: RefreshTokenFacts) -> Response:
    """Say of a refresh token that it is good; without `token_type`, since it opens nothing."""
    members = {
        "active": True,
        "iss": env.issuer,
        "scope": str(token.scopes),
        "client_id": token.client_id,
        "exp": int(token.expires_at),
        "sub": token.subject,
    }
    return json_response(members, headers=NO_STORE)


def _render_access_token(env: Environment, token: AccessToken) -> Response:
    members: dict[str, object] = {
        "active": True,
        "iss": env.issuer,
        "scope": str(token.scopes),
        "client_id": token.client_id,
        "token_type": "Bearer",
        "exp": int(token.expires_at),
        "jti": token.token_id,
    }
    if token.issued_at is not None:
        members["iat"] = int(token.issued_at)
    if token.subject is not None:
        members["sub"] = token.subject
    if token.audiences:
        members["aud"] = token.audiences
    if token.bound_to is not None:
        members[CONFIRMATION] = write_confirmation(token.bound_to)
    return json_response({**token.attributes, **members}, headers=NO_STORE)


def status_and_headers(error: ProtocolError) -> tuple[int, Headers]:
    """Return the HTTP status of a refusal and the headers that go with it.

    Every 401 carries a challenge, as HTTP demands (RFC 9110 §15.5.2).
    """
    match error:
        case HTTPError():
            return error.status, error.headers
        case RetryLaterError():
            status = 429 if isinstance(error, TooManyAttemptsError) else 503
            return status, ((b"retry-after", b"%d" % error.retry_after_seconds),)
        case DeviceDeniedError():
            return DENIED_STATUS, ()
        case _:
            status = _BY_CODE.get(error.code, 400)
            return status, (CHALLENGE_BASIC,) if status == 401 else ()
