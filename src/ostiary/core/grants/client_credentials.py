"""client_credentials: a client gets a token for itself."""

from dataclasses import dataclass
from typing import ClassVar

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.params import Params
from ostiary.core.grants.contract import Sender
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.tokens.requested_scopes import resolve_scopes

OFFLINE_ACCESS = "offline_access"


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """Spec: RFC 6749 §4.4."""

    grant_type: ClassVar[str] = "client_credentials"

    async def authorize(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """Grant the requested scopes; there is no user, so no ID token and no refresh token.

        Raises: OAuthError unauthorized_client for a public client; invalid_scope.
        """
        if client.is_public:
            raise OAuthError(
                OAuthCode.UNAUTHORIZED_CLIENT,
                "A client without authentication cannot use client_credentials.",
            )
        scopes = resolve_scopes(client, params)
        if OFFLINE_ACCESS in scopes:
            raise OAuthError(
                OAuthCode.INVALID_SCOPE,
                "The scope offline_access needs a user; client_credentials has none.",
            )
        return Authorization(grant_type=self.grant_type, client=client, scopes=scopes)
