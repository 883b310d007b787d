"""What a client can do to sign people on, awaited."""

from collections.abc import Mapping
from typing import Any

from ostiary_client.signon.authorization_request import AuthorizationRequest
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.flow import AsyncFlow
from ostiary_client.signon.flow_conversations import begin_flow, sign_on_with_password
from ostiary_client.signon.session import AsyncSession, OnChange
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.tokens import AccessToken
from ostiary_client.transport import AsyncTransport


class AsyncSignOnCalls:
    """Signing people on: a part of `AsyncClient`."""

    _people: SignOnConversations
    _transport: AsyncTransport

    async def authorization_url(
        self,
        scopes: str | tuple[str, ...] | None = None,
        *,
        redirect_uri: str | None = None,
        **parameters: str | int | None,
    ) -> AuthorizationRequest:
        """Begin a sign-on: return where to send the browser, and what its way back is held against.

        State, nonce and PKCE's verifier are new each time, and nobody can do without them.

        Args: scopes are `openid` when neither this nor the client says any; parameters are any
            further ones, such as `prompt`, `login_hint`, `max_age` or `acr_values`.
        Raises: ConfigurationError, DiscoveryError, TransportError, ResponseError.
        """
        return await self._transport.run(
            self._people.authorization_request(scopes, redirect_uri, parameters)
        )

    async def exchange(
        self, request: AuthorizationRequest, callback: str | Mapping[str, str]
    ) -> TokenSet:
        """End a sign-on: check what the browser came back with, and exchange the code for tokens.

        Args: callback is the URL that the browser came back to, or its parameters.
        Raises: AuthorizationError by its kind, such as AccessDeniedError; CallbackMismatchError;
            InvalidTokenError for an ID token that is not of this sign-on; OAuthError,
            InvalidClientError, TransportError, RateLimitedError, ServerFailedError,
            UnreadableResponseError.
        """
        return await self._transport.run(self._people.exchange(request, callback))

    async def refresh(
        self, tokens: TokenSet, scopes: str | tuple[str, ...] | None = None
    ) -> TokenSet:
        """Return new tokens for a person's old ones, the refresh token among them.

        Args: scopes are fewer than those of the sign-on.
        Raises: SignOnRequiredError when the person has to sign on again; InvalidTokenError when
            the new ID token is of somebody else; as `exchange`.
        """
        return await self._transport.run(self._people.refresh(tokens, scopes))

    def session(self, tokens: TokenSet, on_change: OnChange | None = None) -> AsyncSession:
        """Return something that keeps a person's tokens fresh.

        Args: on_change is called with each new set of tokens, so that it can be kept.
        """
        return AsyncSession(self._people, self._transport, tokens, on_change)

    async def userinfo(
        self, token: TokenSet | AccessToken | str, *, subject: str | None = None
    ) -> Mapping[str, Any]:
        """Return what the server says of the person whose access token it is.

        Args: subject is who it must be about; a TokenSet knows that itself.
        Raises: InvalidTokenError when it is about somebody else; OAuthError when the token is
            refused; DiscoveryError, TransportError, ResponseError.
        """
        return await self._transport.run(self._people.userinfo(token, subject))

    async def logout_url(
        self,
        id_token_hint: TokenSet | str | None = None,
        *,
        post_logout_redirect_uri: str | None = None,
        state: str | None = None,
    ) -> str:
        """Return where to send a browser to sign its person off at the server."""
        return await self._transport.run(
            self._people.logout_url(id_token_hint, post_logout_redirect_uri, state)
        )

    async def start_flow(
        self,
        scopes: str | tuple[str, ...] | None = None,
        *,
        redirect_uri: str | None = None,
        response_type: str = "code",
        after: AsyncFlow | None = None,
        **parameters: str | int | None,
    ) -> AsyncFlow:
        """Begin a sign-on without redirects, and return it in its first state.

        Who signed on in an earlier flow need not do so again, where the server has sessions.

        Args: as `authorization_url`; after is an earlier flow of the same person.
        Raises: FlowError, AuthorizationError when it does not begin; as `authorization_url`.
        """
        known = None if after is None else after.memory
        memory = await self._transport.run(
            begin_flow(
                self._people,
                scopes,
                redirect_uri,
                parameters,
                response_type=response_type,
                after=known,
            )
        )
        return AsyncFlow(self._people, self._transport, memory)

    async def sign_on(
        self,
        username: str,
        password: str,
        scopes: str | tuple[str, ...] | None = None,
        **parameters: str | int | None,
    ) -> TokenSet:
        """Sign somebody on without redirects, where username and password are all that is asked.

        Raises: WrongPasswordError; FlowStepError when more is asked for; as `start_flow` and
            `exchange`.
        """
        return await self._transport.run(
            sign_on_with_password(self._people, username, password, scopes, parameters)
        )
