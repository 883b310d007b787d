"""Introspection: a resource server asks what a token stands for."""

from dataclasses import dataclass

from ostiary.core.base.errors import InvalidClientError, ProtocolError
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import Presented
from ostiary.core.model.audit.tokens import TokenIntrospected
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken
from ostiary.core.oauth.client_authentication import ClientAuthentication
from ostiary.core.oauth.refusals import describe_refusal
from ostiary.core.ports.events import Events
from ostiary.core.tokens.inspect import TokenInspector
from ostiary.core.tokens.known_refresh_tokens import KnownRefreshTokens, RefreshTokenFacts

REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a kind of token
Facts = AccessToken | RefreshTokenFacts


@dataclass(frozen=True, slots=True)
class Introspection:
    """Answers introspection requests."""

    clients: ClientAuthentication
    inspector: TokenInspector
    refresh_tokens: KnownRefreshTokens
    events: Events

    async def respond(self, env: Environment, params: Params, presented: Presented) -> Facts | None:
        """Return what the token stands for, or None for anything that is not active.

        A token of a manager that is not open to the asking client is not active for it either.
        A refresh token is one only for who says that it is: whoever asks about what came in the
        place of an access token must not hear that it is good.
        Spec: RFC 7662 §2.
        Raises: InvalidClientError, also for a client without the right to ask; OAuthError
            invalid_request without a token; UnavailableError.
        """
        client: Client | None = None
        try:
            client = await self.clients.authenticate(env, params, presented)
            token = await self._inspect(env, client, params)
        except ProtocolError as error:
            refusal = describe_refusal(env, "introspect", error, client=client, presented=presented)
            self.events.emit(refusal)
            raise
        self.events.emit(
            TokenIntrospected(
                environment=env.id,
                client=client.client_id,
                active=token is not None,
                token_id=token.token_id if isinstance(token, AccessToken) else None,
                address=presented.address,
            )
        )
        return token

    async def _inspect(self, env: Environment, client: Client, params: Params) -> Facts | None:
        if not client.may_introspect:
            raise InvalidClientError(reason="client may not introspect")
        presented = params.get("token")
        token: Facts | None = await self.inspector.inspect(env, presented)
        if token is None and params.find("token_type_hint") == REFRESH_TOKEN:
            token = await self.refresh_tokens.inspect(env, presented)
        if token is None or _manager_of(env, token) not in client.token_managers:
            return None
        return token


def _manager_of(env: Environment, token: Facts) -> str:
    return token.manager_id or env.clients[token.client_id].token_managers[0]
