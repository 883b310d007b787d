"""client_secret_post: id and secret as parameters of the body."""

from dataclasses import dataclass
from typing import ClassVar

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import Presented, Rejected
from ostiary.core.model.client import AuthMethod, Client
from ostiary.core.model.environment import Environment


@dataclass(frozen=True, slots=True)
class ClientSecretPost:
    """Spec: RFC 6749 §2.3.1."""

    clock: Clock
    method: ClassVar[AuthMethod] = AuthMethod.CLIENT_SECRET_POST
    is_silent: ClassVar[bool] = False

    def find_claimed(self, params: Params, presented: Presented) -> str | None:
        if "client_secret" not in params:
            return None
        return params.find("client_id") or ""

    async def verify(
        self,
        env: Environment,
        claimed: str,
        params: Params,
        presented: Presented,
    ) -> Client | Rejected:
        client = env.clients.get(ClientId(claimed))
        secrets = client.secrets if client else ()
        presented_secret = params.find("client_secret") or ""
        if env.client_secrets.matches(secrets, presented_secret, now=self.clock.now()) and client:
            return client
        return Rejected("wrong secret" if client else "unknown client")
