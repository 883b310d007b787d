"""Asking for tokens: the form that goes out, and the access token that comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from ostiary_client.errors import AccessTokenMissingError, InvalidClientError, OAuthError
from ostiary_client.printable import excerpt, printable
from ostiary_client.protocol.answers import (
    is_presentable,
    number_of,
    read_object,
    refuse_redirect,
    refuse_trouble,
    text_member,
    texts_of,
)
from ostiary_client.protocol.client_authentication import ClientAuthentication
from ostiary_client.protocol.messages import Exchange, Request, Response
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.protocol.retry import RetryPolicy, send
from ostiary_client.tokens import AccessToken

_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint that a client calls with its credentials, and how patiently."""

    name: str
    metadata: Metadata
    authentication: ClientAuthentication
    policy: RetryPolicy
    now: Callable[[], float] = field(repr=False)

    def post(
        self, form: Mapping[str, str], *, is_repeatable: bool, secrets: tuple[str, ...] = ()
    ) -> Exchange[tuple[Response, Request]]:
        """Post a form with the client's credentials, made anew for each attempt."""
        url = self.metadata.endpoint(self.name)
        sent: list[Request] = []

        def make_request() -> Request:
            shown = self.authentication.credentials(self.metadata, self.now())
            request = Request(
                "POST",
                url,
                {**_FORM, **shown.headers},
                urlencode({**form, **shown.form}).encode(),
                is_repeatable=is_repeatable,
                secrets=(*shown.secrets, *secrets),
            )
            sent.append(request)
            return request

        response = yield from send(make_request, self.policy)
        return response, sent[-1]


def client_credentials(
    endpoint: Endpoint, *, scopes: tuple[str, ...] = (), parameters: Mapping[str, str] | None = None
) -> Exchange[AccessToken]:
    """Ask for a token for the client itself.

    A lost answer costs nothing but a token nobody knows, so the request may be repeated.

    Spec: RFC 6749 §4.4.
    Args: parameters are those beside `scope`, such as `resource`.
    Raises: as `read_token`.
    """
    form = {**(parameters or {}), "grant_type": "client_credentials"}
    if scopes:
        form["scope"] = " ".join(scopes)
    asked_at = endpoint.now()
    response, request = yield from endpoint.post(form, is_repeatable=True)
    return read_token(response, request, asked_at=asked_at, asked_scopes=scopes)


def read_token(
    response: Response, request: Request, *, asked_at: float, asked_scopes: tuple[str, ...]
) -> AccessToken:
    """Return the access token in an answer of the token endpoint.

    Its life counts from when it was asked for, so that it ends here no later than there. An
    answer without `scope` grants what was asked for.

    Spec: RFC 6749 §5.1.
    Raises: OAuthError or InvalidClientError when the server refuses; AccessTokenMissingError;
        RateLimitedError; ServerFailedError; UnreadableResponseError.
    """
    document = read_success(response, request, what="The answer of the token endpoint")
    token = read_token_document(document, asked_at=asked_at, asked_scopes=asked_scopes)
    if token is None:
        raise AccessTokenMissingError(
            "The answer of the token endpoint holds no access token",
            remedy="Check that the base URL is an authorization server's",
            status=response.status,
            content=excerpt(response.body, request.secrets),
        )
    return token


def read_token_document(
    document: Mapping[str, Any], *, asked_at: float, asked_scopes: tuple[str, ...]
) -> AccessToken | None:
    """Return the access token in an answer that came from wherever, or None without one.

    Spec: RFC 6749 §4.2.2, §5.1.
    """
    value = text_member(document, "access_token")
    if value is None or not is_presentable(value):
        return None
    scope = document.get("scope")
    lifetime = _seconds(document.get("expires_in"))
    return AccessToken(
        value=value,
        token_type=_token_type(document),
        expires_at=None if lifetime is None else asked_at + lifetime,
        scopes=texts_of(scope) if isinstance(scope, str | list) else asked_scopes,
        response=document,
    )


def read_success(response: Response, request: Request, *, what: str) -> dict[str, Any]:
    """Return the JSON object of an answer that says yes.

    Raises: OAuthError or InvalidClientError when the server refuses; RateLimitedError;
        ServerFailedError; UnreadableResponseError.
    """
    refuse_failure(response, request, what=what)
    return read_object(response, what=what, secrets=request.secrets)


def refuse_failure(response: Response, request: Request, *, what: str) -> None:
    """Refuse every answer but a success.

    Raises: OAuthError or InvalidClientError when the server refuses; RateLimitedError;
        ServerFailedError; UnreadableResponseError.
    """
    refuse_redirect(response, what=what)
    refuse_trouble(response, what=what, secrets=request.secrets)
    if 200 <= response.status < 300:
        return
    says_nothing = response.status == 401 and not response.body
    document = {} if says_nothing else read_object(response, what=what, secrets=request.secrets)
    code = _code(document, request)
    words = _shown(document, "error_description", request)
    is_client = code == "invalid_client" or response.status == 401
    kind = InvalidClientError if is_client else OAuthError
    raise kind(
        f"The server refused with HTTP {response.status}: {code or 'no error code'}"
        + (f" ({words.rstrip('.')})" if words else ""),
        remedy=_REMEDIES.get(code, _REMEDIES["invalid_client"] if is_client else ""),
        status=response.status,
        content=excerpt(response.body, request.secrets),
        error=code,
        error_description=words,
    )


_REMEDIES = {
    "invalid_client": "Check client id, secret and authentication method, and whether the client "
    "may use this endpoint",
    "invalid_scope": "Ask for scopes that the client is allowed, or for none",
    "unauthorized_client": "Allow the client this grant type at the server",
    "unsupported_grant_type": "The server does not offer this grant type",
    "invalid_target": "Ask for a resource that the server knows",
}


_CODES = frozenset(_REMEDIES) | {
    "invalid_request",
    "invalid_grant",
    "access_denied",
    "server_error",
    "temporarily_unavailable",
    "unsupported_token_type",
    "authorization_pending",
    "slow_down",
    "expired_token",
}


def _code(document: Mapping[str, Any], request: Request) -> str:
    """Return the error code; one that is none of the usual is a text like any other."""
    code = text_member(document, "error") or ""
    if code in _CODES:
        return code
    return printable(_shown(document, "error", request), most_characters=80)


def _shown(document: Mapping[str, Any], name: str, request: Request) -> str:
    text = text_member(document, name) or ""
    return excerpt(text.encode("utf-8", "replace"), request.secrets)


def _token_type(document: Mapping[str, Any]) -> str:
    kind = text_member(document, "token_type") or "Bearer"
    is_bearer = kind.lower() == "bearer" or not kind.isascii() or not kind.isalnum()
    return "Bearer" if is_bearer else kind


def _seconds(value: object) -> float | None:
    """Return a lifetime that is one; some servers send it as a text."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return float(value[:12])
    number = number_of(value)
    return number if number is not None and 0 <= number < 1e12 else None
