"""The token endpoint, asked with what a program already has: a password, a JWT, another token."""

from collections.abc import Mapping

from ostiary_client.protocol.messages import Exchange
from ostiary_client.protocol.sign_on_tokens import as_token_set
from ostiary_client.protocol.token_endpoint import Endpoint, read_token
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.tokens import AccessToken

TOKEN_TYPES = "urn:ietf:params:oauth:token-type:"  # noqa: S105 - how their names begin
ACCESS_TOKEN = f"{TOKEN_TYPES}access_token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a grant's name


def ask_with_password(
    endpoint: Endpoint,
    username: str,
    password: str,
    *,
    scopes: tuple[str, ...] = (),
    parameters: Mapping[str, str] | None = None,
) -> Exchange[TokenSet]:
    """Bring a name and a password; the ID token, if any, is not verified here.

    It is not sent twice: each attempt counts at the server.

    Spec: RFC 6749 §4.3.
    Raises: as `read_token`.
    """
    shown = {"grant_type": "password", "username": username, "password": password}
    asked_at = endpoint.now()
    token = yield from _ask(endpoint, shown, scopes, parameters, secrets=(password,))
    return as_token_set(token, obtained_at=asked_at)


def ask_with_assertion(
    endpoint: Endpoint,
    assertion: str,
    *,
    scopes: tuple[str, ...] = (),
    parameters: Mapping[str, str] | None = None,
) -> Exchange[AccessToken]:
    """Bring a JWT of an issuer that the server trusts.

    It is not sent twice: it is good once.

    Spec: RFC 7523 §2.1.
    Raises: as `read_token`.
    """
    shown = {"grant_type": JWT_BEARER, "assertion": assertion}
    return (yield from _ask(endpoint, shown, scopes, parameters, secrets=(assertion,)))


def ask_for_exchange(  # noqa: PLR0913 - one parameter a fact
    endpoint: Endpoint,
    subject_token: str,
    *,
    subject_token_type: str = ACCESS_TOKEN,
    actor_token: str | None = None,
    actor_token_type: str = ACCESS_TOKEN,
    scopes: tuple[str, ...] = (),
    parameters: Mapping[str, str] | None = None,
) -> Exchange[AccessToken]:
    """Exchange a token for another one.

    Spec: RFC 8693 §2.1.
    Args: types are URIs, or the last word of the standard's own, such as `jwt`.
    Raises: as `read_token`.
    """
    shown = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": subject_token,
        "subject_token_type": _type(subject_token_type),
    }
    if actor_token is not None:
        shown |= {"actor_token": actor_token, "actor_token_type": _type(actor_token_type)}
    secrets = (subject_token, *(() if actor_token is None else (actor_token,)))
    return (yield from _ask(endpoint, shown, scopes, parameters, secrets=secrets))


def _ask(
    endpoint: Endpoint,
    shown: Mapping[str, str],
    scopes: tuple[str, ...],
    parameters: Mapping[str, str] | None,
    *,
    secrets: tuple[str, ...],
) -> Exchange[AccessToken]:
    form = {**(parameters or {}), **shown}
    if scopes:
        form["scope"] = " ".join(scopes)
    asked_at = endpoint.now()
    response, request = yield from endpoint.post(form, is_repeatable=False, secrets=secrets)
    return read_token(response, request, asked_at=asked_at, asked_scopes=scopes)


def _type(name: str) -> str:
    return name if ":" in name else f"{TOKEN_TYPES}{name}"
