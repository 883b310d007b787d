"""Asking a server who somebody is."""

import hmac
from collections.abc import Mapping
from typing import Any

from ostiary_client.errors import InvalidTokenError, OAuthError
from ostiary_client.printable import excerpt
from ostiary_client.protocol.answers import (
    is_presentable,
    read_object,
    refuse_redirect,
    refuse_trouble,
)
from ostiary_client.protocol.messages import Exchange, Request, Response
from ostiary_client.protocol.retry import RetryPolicy, send

_WHAT = "The answer of the userinfo endpoint"
_ACCEPT = "application/json, application/jwt"


def ask_userinfo(
    url: str, authorization: str, *, policy: RetryPolicy, secrets: tuple[str, ...]
) -> Exchange[Mapping[str, Any] | str]:
    """Return what the server says of the person whose access token it is, or a JWT that says it.

    Spec: OpenID Connect Core 1.0 §5.3.1, §5.3.2, §5.3.3; RFC 6750 §2.1, §3.1.
    Raises: OAuthError when the token is refused; RateLimitedError; ServerFailedError;
        UnreadableResponseError; TransportError.
    """
    headers = {"authorization": authorization, "accept": _ACCEPT}
    request = Request("GET", url, headers, is_repeatable=True, secrets=secrets)
    response = yield from send(lambda: request, policy)
    refuse_redirect(response, what=_WHAT)
    refuse_trouble(response, what=_WHAT, secrets=secrets)
    if not 200 <= response.status < 300:
        raise _refusal(response, secrets)
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/jwt":
        token = response.body.decode("ascii", "replace").strip()
        if is_presentable(token):
            return token
    return read_object(response, what=_WHAT, secrets=secrets)


def check_subject(claims: Mapping[str, Any], subject: str | None) -> None:
    """Refuse what is said of somebody else than the one who signed on.

    Spec: OpenID Connect Core 1.0 §5.3.2, §5.3.4.
    Raises: InvalidTokenError.
    """
    said = claims.get("sub")
    if not isinstance(said, str) or not said:
        raise InvalidTokenError(f"{_WHAT} does not say whom it is about: sub is missing")
    if subject is not None and not hmac.compare_digest(
        said.encode("utf-8", "replace"), subject.encode("utf-8", "replace")
    ):
        raise InvalidTokenError(
            f"{_WHAT} is about somebody else than the one who signed on",
            remedy="Nothing of it was used; the access token may have been swapped",
        )


def _refusal(response: Response, secrets: tuple[str, ...]) -> OAuthError:
    is_scope = response.status == 403
    return OAuthError(
        f"{_WHAT} is HTTP {response.status}: the access token is not accepted",
        remedy="Sign on with the scope openid" if is_scope else "Refresh it, or sign on again",
        status=response.status,
        content=excerpt(response.body, secrets),
        error="insufficient_scope" if is_scope else "invalid_token",
    )
