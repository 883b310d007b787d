"""client_secret_jwt: an assertion authenticated with the client's secret."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.clientauth.assertion import AssertionVerifier, find_claimed
from ostiary.core.clientauth.contract import Presented, Rejected
from ostiary.core.crypto.foreign_jws import verify_with_secret
from ostiary.core.crypto.jws import InvalidJWSError, UnverifiedJWS
from ostiary.core.model.client import AuthMethod, Client
from ostiary.core.model.environment import Environment


@dataclass(frozen=True, slots=True)
class ClientSecretJWT:
    """Spec: OpenID Connect Core §9; RFC 7523 §2.2."""

    assertions: AssertionVerifier
    method: ClassVar[AuthMethod] = AuthMethod.CLIENT_SECRET_JWT

    def find_claimed(self, params: Params, presented: Presented) -> str | None:
        return find_claimed(params, is_symmetric=True)

    async def verify(
        self, env: Environment, claimed: str, params: Params, presented: Presented
    ) -> Client | Rejected:
        client = env.clients.get(ClientId(claimed))
        verify_signature = partial(verify_by_own_secrets, now=self.assertions.clock.now())
        return await self.assertions.verify(env, client, params, presented, verify_signature)


def verify_by_own_secrets(client: Client, unverified: UnverifiedJWS, *, now: float) -> bytes:
    """Return the payload if one of the client's living secrets authenticates it.

    Raises: InvalidJWSError.
    """
    for secret in client.readable_secrets:
        if secret.expires_at is not None and secret.expires_at <= now:
            continue
        try:
            return verify_with_secret(unverified, secret.value)
        except InvalidJWSError:
            continue
    raise InvalidJWSError("no secret of the client authenticates it")
