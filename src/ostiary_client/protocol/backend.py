"""Exchanging an access token at a backend that hands out tokens of its own."""

from ostiary_client.errors import (
    BackendRefusedError,
    BackendUnreachableError,
    SecretTokenMissingError,
    TransportError,
    UnreadableResponseError,
)
from ostiary_client.printable import excerpt, printable
from ostiary_client.protocol.answers import is_presentable, parse_object, text_member
from ostiary_client.protocol.messages import Exchange, Request, Response
from ostiary_client.protocol.retry import RetryPolicy, send
from ostiary_client.tokens import AccessToken, BackendToken

MEMBERS = ("token", "secret_token")


def exchange_at_backend(
    url: str,
    token: AccessToken,
    *,
    method: str,
    policy: RetryPolicy,
    members: tuple[str, ...] = MEMBERS,
) -> Exchange[BackendToken]:
    """Present a token to a backend, and take the one that it answers with.

    It is not sent twice, except by GET, since a backend may make a new token each time.

    Args: members are the names that the answer may give its token; the first one there counts.
    Raises: BackendUnreachableError; BackendRefusedError; SecretTokenMissingError.
    """
    secrets = (token.value,)

    def make_request() -> Request:
        headers = {"authorization": token.authorization, "accept": "application/json"}
        return Request(method, url, headers, is_repeatable=method == "GET", secrets=secrets)

    try:
        response = yield from send(make_request, policy)
    except TransportError as error:
        raise BackendUnreachableError(
            f"The backend {printable(url)} did not answer: {error.problem}", remedy=error.remedy
        ) from error
    except UnreadableResponseError as error:
        raise SecretTokenMissingError(
            f"The backend {printable(url)} answered without a token: {error.problem}"
        ) from error
    if not 200 <= response.status < 300:
        raise BackendRefusedError(
            f"The backend {printable(url)} refused the token with HTTP {response.status}",
            remedy="Check that it trusts the token's issuer, and expects its audience and scopes",
            status=response.status,
            content=excerpt(response.body, secrets),
        )
    return _read(response, url, members)


def _read(response: Response, url: str, members: tuple[str, ...]) -> BackendToken:
    try:
        document = parse_object(response.body)
    except ValueError:
        document = {}
    for name in members:
        value = text_member(document, name)
        if value is not None and is_presentable(value):
            return BackendToken(value, document)
    raise SecretTokenMissingError(
        f"The backend {printable(url)} answered without a token of its own",
        remedy=f"It was looked for as {' or '.join(members)}; name the member that holds it",
    )
