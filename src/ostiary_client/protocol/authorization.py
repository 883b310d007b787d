"""Sending somebody to sign on: the URL of the authorization endpoint."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from ostiary_client.errors import ConfigurationError
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.signon.authorization_request import AuthorizationRequest

_OURS = frozenset(
    {"client_id", "response_type", "redirect_uri", "scope", "state", "nonce"}
    | {"code_challenge", "code_challenge_method"}
)
"""What a program cannot set: each is bound to the answer, or has an argument of its own."""


def authorization_request(  # noqa: PLR0913 - one parameter a fact
    metadata: Metadata,
    client_id: str,
    *,
    scopes: tuple[str, ...],
    redirect_uri: str | None,
    response_type: str = "code",
    parameters: Mapping[str, str | int | None],
) -> AuthorizationRequest:
    """Begin a sign-on, with a new state, nonce and code verifier.

    Spec: RFC 6749 §4.1.1; RFC 7636 §4.1, §4.2; RFC 9700 §2.1.1; OpenID Connect Core 1.0 §3.1.2.1.
    Args: parameters are any others, such as `prompt`; those that are None do not count.
    Raises: DiscoveryError without an authorization endpoint; ConfigurationError.
    """
    endpoint = metadata.endpoint("authorization_endpoint")
    given = {name: str(value) for name, value in parameters.items() if value is not None}
    _check(given)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    asked = {
        **given,
        "client_id": client_id,
        "response_type": response_type,
        "scope": " ".join(scopes),
        "state": state,
        "nonce": nonce,
        **({} if redirect_uri is None else {"redirect_uri": redirect_uri}),
        **(_challenge(verifier) if "code" in response_type.split() else {}),
    }
    return AuthorizationRequest(
        url=with_query(endpoint, asked),
        state=state,
        nonce=nonce,
        code_verifier=verifier,
        redirect_uri=redirect_uri,
        scopes=scopes,
        max_age_seconds=None if "max_age" not in given else int(given["max_age"]),
        response_type=response_type,
    )


def with_query(endpoint: str, parameters: Mapping[str, str]) -> str:
    """Return an endpoint's URL with parameters, beside those that it may have already."""
    parts = urlsplit(endpoint)
    own = f"{parts.query}&" if parts.query else ""
    return parts._replace(query=own + urlencode(parameters), fragment="").geturl()


def _check(given: Mapping[str, str]) -> None:
    taken = sorted(_OURS & given.keys())
    if taken:
        raise ConfigurationError(
            f"{', '.join(taken)} cannot be given as a further parameter",
            remedy="State, nonce and challenge are made anew each time; the rest has an argument "
            "or an option of its own",
        )
    age = given.get("max_age")
    if age is not None and not (age.isascii() and age.isdigit() and len(age) < 12):
        raise ConfigurationError("max_age is a number of seconds")


def _challenge(verifier: str) -> dict[str, str]:
    """Return what binds the code to this sign-on.

    Spec: RFC 7636 §4.2.
    """
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {"code_challenge": challenge, "code_challenge_method": "S256"}
