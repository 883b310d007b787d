"""none: a public client names itself and proves nothing."""

from dataclasses import dataclass
from typing import ClassVar

from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import Presented, Rejected
from ostiary.core.model.client import AuthMethod, Client
from ostiary.core.model.environment import Environment


@dataclass(frozen=True, slots=True)
class NoAuthentication:
    """Spec: RFC 6749 §3.2.1; RFC 7591 §2 (`none`)."""

    method: ClassVar[AuthMethod] = AuthMethod.NONE
    is_silent: ClassVar[bool] = True

    def find_claimed(self, params: Params, presented: Presented) -> str | None:
        """Claim `client_id` where no proof is sent.

        Real clients also send the bare id, or `id:`, in a Basic header: read as the same thing.
        """
        if "client_secret" in params or "client_assertion" in params:
            return None
        if presented.basic is None:
            return params.find("client_id")
        if presented.basic.password:
            return None
        return presented.basic.user

    async def verify(
        self,
        env: Environment,
        claimed: str,
        params: Params,
        presented: Presented,
    ) -> Client | Rejected:
        return env.clients.get(ClientId(claimed)) or Rejected("unknown client")
