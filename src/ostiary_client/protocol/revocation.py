"""Telling a server that a token is no longer needed."""

from ostiary_client.protocol.messages import Exchange
from ostiary_client.protocol.token_endpoint import Endpoint, refuse_failure


def revoke(endpoint: Endpoint, token: str, *, hint: str | None = None) -> Exchange[None]:
    """Have a token revoked; one that the server does not know is no error.

    Spec: RFC 7009 §2.
    Args: hint is `access_token` or `refresh_token`.
    Raises: OAuthError or InvalidClientError when the server refuses; RateLimitedError;
        ServerFailedError; UnreadableResponseError; TransportError.
    """
    form = {"token": token} | ({"token_type_hint": hint} if hint else {})
    response, request = yield from endpoint.post(form, is_repeatable=True, secrets=(token,))
    refuse_failure(response, request, what="The answer of the revocation endpoint")
