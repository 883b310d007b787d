"""OAuth's answers in JSON, the same on every face: errors and issued tokens."""

from collections.abc import Mapping

from ostiary.core.base.errors import (
    OAuthCode,
    ProtocolError,
    RetryLaterError,
    TooManyAttemptsError,
)
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken, IssuedTokens
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
    OAuthCode.TEMPORARILY_UNAVAILABLE: 503,
    OAuthCode.SERVER_ERROR: 500,
}
_BY_CODE: Mapping[str, int] = {code.value: status for code, status in STATUS_OF.items()}


def render_error(error: ProtocolError, request: Request | None) -> Response:
    """Turn a refusal into `error` and `error_description`.

    Spec: RFC 6749 §5.2.
    """
    status, headers = status_and_headers(error)
    members = {"error": str(error.code), "error_description": error.description}
    return json_response(members, status, (*NO_STORE, *headers))


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
        case _:
            status = _BY_CODE.get(error.code, 400)
            return status, (CHALLENGE_BASIC,) if status == 401 else ()
