"""Asking a server what it says of a token."""

from collections.abc import Mapping
from typing import Any

from ostiary_client.errors import UnreadableResponseError
from ostiary_client.printable import excerpt
from ostiary_client.protocol.answers import number_of, text_member, texts_of
from ostiary_client.protocol.messages import Exchange
from ostiary_client.protocol.token_endpoint import Endpoint, read_success
from ostiary_client.tokens import Introspection

_WHAT = "The answer of the introspection endpoint"


def introspect(endpoint: Endpoint, token: str) -> Exchange[Introspection]:
    """Ask whether a token is valid, and what it permits.

    Spec: RFC 7662 §2.
    Raises: OAuthError or InvalidClientError when the client may not ask; RateLimitedError;
        ServerFailedError; UnreadableResponseError; TransportError.
    """
    response, request = yield from endpoint.post(
        {"token": token}, is_repeatable=True, secrets=(token,)
    )
    document = read_success(response, request, what=_WHAT)
    if not isinstance(document.get("active"), bool):
        raise UnreadableResponseError(
            f"{_WHAT} does not say whether the token is active",
            remedy="Check that the base URL is an authorization server's",
            status=response.status,
            content=excerpt(response.body, request.secrets),
        )
    return _read(document) if document["active"] else Introspection(active=False)


def _read(document: Mapping[str, Any]) -> Introspection:
    return Introspection(
        active=True,
        client_id=text_member(document, "client_id"),
        username=text_member(document, "username"),
        subject=text_member(document, "sub"),
        issuer=text_member(document, "iss"),
        audience=_audience(document.get("aud")),
        scopes=texts_of(document.get("scope")),
        token_type=text_member(document, "token_type"),
        expires_at=number_of(document.get("exp")),
        issued_at=number_of(document.get("iat")),
        claims=document,
    )


def _audience(value: object) -> tuple[str, ...]:
    """Return one audience or several; unlike scopes, one may hold spaces."""
    return (value,) if isinstance(value, str) else texts_of(value)
