"""What a client can do to get tokens with what it already has, for programs that wait."""

from ostiary_client.protocol.further_grants import ACCESS_TOKEN
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.grant_conversations import (
    assertion_token,
    exchanged_token,
    password_tokens,
)
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.tokens import AccessToken
from ostiary_client.transport import SyncTransport


class GrantCalls:
    """Passwords, assertions and tokens of others, turned into tokens: a part of `Client`."""

    _people: SignOnConversations
    _transport: SyncTransport

    def password_tokens(
        self,
        username: str,
        password: str,
        scopes: str | tuple[str, ...] | None = None,
        **parameters: str,
    ) -> TokenSet:
        """Bring the password of a user to the token endpoint, and return the tokens for it.

        Deprecated by its standard's successors: the program sees the password, and nobody can be
        asked for a second factor. `device` and `authorization_url` need neither.

        Spec: RFC 6749 §4.3; RFC 9700 §2.4.
        Args: parameters are any further ones, such as `validator_id`.
        Raises: OAuthError (`invalid_grant`) when name and password do not do; InvalidTokenError;
            InvalidClientError, DiscoveryError, TransportError, RateLimitedError,
            ServerFailedError, UnreadableResponseError.
        """
        return self._transport.run(
            password_tokens(self._people, username, password, scopes, parameters)
        )

    def assertion_token(
        self, assertion: str, scopes: str | tuple[str, ...] | None = None, **parameters: str
    ) -> AccessToken:
        """Bring a JWT of an issuer that the server trusts; it is good once.

        Spec: RFC 7523 §2.1.
        Raises: OAuthError (`invalid_grant`) when it is not believed; as `password_tokens`.
        """
        return self._transport.run(assertion_token(self._people, assertion, scopes, parameters))

    def exchange_token(  # noqa: PLR0913 - one parameter a fact
        self,
        subject_token: AccessToken | str,
        scopes: str | tuple[str, ...] | None = None,
        *,
        resource: str | None = None,
        audience: str | None = None,
        actor_token: AccessToken | str | None = None,
        subject_token_type: str = ACCESS_TOKEN,
        actor_token_type: str = ACCESS_TOKEN,
        **parameters: str,
    ) -> AccessToken:
        """Exchange a token for another one, for fewer scopes or another API.

        Spec: RFC 8693 §2.1.
        Args: scopes are all of the token's when left out; types are URIs, or the last word of the
            standard's own, such as `jwt`.
        Raises: OAuthError (`invalid_request`) when a token is not accepted; as `password_tokens`.
        """
        return self._transport.run(
            exchanged_token(
                self._people,
                subject_token,
                scopes,
                resource=resource,
                audience=audience,
                actor_token=actor_token,
                types=(subject_token_type, actor_token_type),
                parameters=parameters,
            )
        )
