"""Bearer tokens at our own resources: read from a request, and refused with a challenge."""

from ostiary.core.base.errors import OAuthCode, ProtocolError
from ostiary.core.oidc.userinfo import UserinfoAnswer
from ostiary.http.errors import HTTPError, bad_request
from ostiary.http.message import NO_STORE, Request, Response, json_response
from ostiary.http.oauth_json import error_members, status_and_headers

_CHALLENGED = frozenset({400, 401, 403})
_JWT = (b"content-type", b"application/jwt")
_FORM = "application/x-www-form-urlencoded"


def read_bearer(request: Request) -> str:
    """Return the access token that a request carries: in its header, or in its form body.

    Spec: RFC 6750 §2.1, §2.2; RFC 9700 §4.3.2 (never in the query).
    Raises: HTTPError 400 for a token in the query or in two places, 401 without one.
    """
    if request.query and "access_token" in request.query_params():
        raise bad_request("Send the access token in the header, not in the query string.")
    in_header = read_bearer_header(request)
    in_body = request.form().find("access_token") if request.media_type == _FORM else None
    if in_header is not None and in_body is not None:
        raise bad_request("Send the access token in one place only.")
    token = in_body if in_header is None else in_header
    if token is None:
        raise HTTPError(
            401, "Send an access token as a bearer token.", code=OAuthCode.INVALID_TOKEN
        )
    return token


def read_bearer_header(request: Request) -> str | None:
    """Return what a Bearer header carries, "" for one that cannot be a token.

    Raises: HTTPError 400 when `Authorization` is sent twice.
    """
    header = request.find_header(b"authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(b" ")
    if scheme.lower() != b"bearer":
        return None
    token = token.strip(b" ")
    return token.decode() if token.isascii() else ""


def render_bearer_error(error: ProtocolError, request: Request | None) -> Response:
    """Turn a refusal into its JSON, with the challenge of a resource in front of it.

    Whoever sent no token at all is told only that one is needed.
    Spec: RFC 6750 §3, §3.1.
    """
    status, headers = status_and_headers(error)
    if status in _CHALLENGED:
        headers = ((b"www-authenticate", _challenge(error, request)),)
    members = error_members(error, request)
    return json_response(members, status, (*NO_STORE, *headers))


def render_userinfo(answer: UserinfoAnswer) -> Response:
    """Turn claims into the answer of the userinfo endpoint.

    Spec: OpenID Connect Core §5.3.2.
    """
    if answer.signed is None:
        return json_response(answer.claims, headers=NO_STORE)
    return Response(200, (_JWT, *NO_STORE), answer.signed.encode())


def _challenge(error: ProtocolError, request: Request | None) -> bytes:
    challenge = 'Bearer realm="OAuth"'
    if isinstance(error, HTTPError) and error.status == 401:
        return challenge.encode()
    for name, value in error_members(error, request).items():
        challenge += f', {name}="{value}"'
    if error.code == OAuthCode.INSUFFICIENT_SCOPE:
        challenge += ', scope="openid"'
    return challenge.encode()
