"""What a client says to get tokens with what it already has; sends nothing itself."""

from collections.abc import Mapping

from ostiary_client.caching.token_request import token_request
from ostiary_client.protocol.further_grants import (
    ask_for_exchange,
    ask_with_assertion,
    ask_with_password,
)
from ostiary_client.protocol.messages import Exchange
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.tokens import AccessToken, text_of

Scopes = str | tuple[str, ...] | None


def password_tokens(
    people: SignOnConversations,
    username: str,
    password: str,
    scopes: Scopes,
    parameters: Mapping[str, str],
) -> Exchange[TokenSet]:
    """Bring a password, and verify the ID token, where one comes."""
    asked = people.base.request(scopes, None, None, parameters)
    endpoint = yield from people.base.endpoint("token_endpoint")
    tokens = yield from ask_with_password(
        endpoint, username, password, scopes=asked.scopes, parameters=dict(asked.parameters)
    )
    return (yield from people.verified_without_request(tokens))


def assertion_token(
    people: SignOnConversations, assertion: str, scopes: Scopes, parameters: Mapping[str, str]
) -> Exchange[AccessToken]:
    """Bring an assertion."""
    asked = people.base.request(scopes, None, None, parameters)
    endpoint = yield from people.base.endpoint("token_endpoint")
    return (
        yield from ask_with_assertion(
            endpoint, assertion, scopes=asked.scopes, parameters=dict(asked.parameters)
        )
    )


def exchanged_token(  # noqa: PLR0913 - one parameter a fact
    people: SignOnConversations,
    subject_token: AccessToken | str,
    scopes: Scopes,
    *,
    resource: str | None,
    audience: str | None,
    actor_token: AccessToken | str | None,
    types: tuple[str, str],
    parameters: Mapping[str, str],
) -> Exchange[AccessToken]:
    """Exchange a token; only what is given here is asked for, not what the client usually asks."""
    targets = {"resource": resource, "audience": audience}
    extra = {name: value for name, value in targets.items() if value is not None}
    endpoint = yield from people.base.endpoint("token_endpoint")
    return (
        yield from ask_for_exchange(
            endpoint,
            text_of(subject_token),
            subject_token_type=types[0],
            actor_token=None if actor_token is None else text_of(actor_token),
            actor_token_type=types[1],
            scopes=token_request(scopes).scopes,
            parameters={**parameters, **extra},
        )
    )
