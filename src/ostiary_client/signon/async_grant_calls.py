"""What a client can do to get tokens with what it already has, awaited."""

from ostiary_client.protocol.further_grants import ACCESS_TOKEN
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.grant_conversations import (
    assertion_token,
    exchanged_token,
    password_tokens,
)
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.tokens import AccessToken
from ostiary_client.transport import AsyncTransport


class AsyncGrantCalls:
    """`GrantCalls`, awaited: a part of `AsyncClient`."""

    _people: SignOnConversations
    _transport: AsyncTransport

    async def password_tokens(
        self,
        username: str,
        password: str,
        scopes: str | tuple[str, ...] | None = None,
        **parameters: str,
    ) -> TokenSet:
        """As `Client.password_tokens`."""
        return await self._transport.run(
            password_tokens(self._people, username, password, scopes, parameters)
        )

    async def assertion_token(
        self, assertion: str, scopes: str | tuple[str, ...] | None = None, **parameters: str
    ) -> AccessToken:
        """As `Client.assertion_token`."""
        return await self._transport.run(
            assertion_token(self._people, assertion, scopes, parameters)
        )

    async def exchange_token(  # noqa: PLR0913 - one parameter a fact
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
        """As `Client.exchange_token`."""
        return await self._transport.run(
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
