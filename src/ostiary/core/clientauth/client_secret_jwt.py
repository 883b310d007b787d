"""client_secret_jwt: an assertion authenticated with the client's secret."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.clientauth.assertion import AssertionVerifier, find_claimed
from ostiary.core.clientauth.contract import Presented, Rejected
from ostiary.core.clientauth.decoys import Decoys
from ostiary.core.crypto.foreign_jws import verify_with_secret
from ostiary.core.crypto.jws import InvalidJWSError, UnverifiedJWS
from ostiary.core.model.client import AuthMethod, Client
from ostiary.core.model.environment import Environment


@dataclass(frozen=True, slots=True)
class ClientSecretJWT:
    """Spec: OpenID Connect Core §9; RFC 7523 §2.2."""

    assertions: AssertionVerifier
    decoys: Decoys
    method: ClassVar[AuthMethod] = AuthMethod.CLIENT_SECRET_JWT
    is_silent: ClassVar[bool] = False

    def find_claimed(self, params: Params, presented: Presented) -> str | None:
        return find_claimed(presented, is_symmetric=True)

    async def verify(
        self, env: Environment, claimed: str, params: Params, presented: Presented
    ) -> Client | Rejected:
        client = env.clients.get(ClientId(claimed))
        now = self.assertions.clock.now()
        verify_signature = partial(verify_by_own_secrets, now=now, decoys=self.decoys)
        return await self.assertions.verify(env, client, params, presented, verify_signature)


def verify_by_own_secrets(
    client: Client | None, unverified: UnverifiedJWS, *, now: float, decoys: Decoys
) -> bytes:
    """Return the payload if one of the client's living secrets authenticates it.

    Raises: InvalidJWSError.
    """
    living = [
        secret.value
        for secret in (client.readable_secrets if client else ())
        if secret.expires_at is None or secret.expires_at > now
    ]
    for secret in living:
        try:
            return verify_with_secret(unverified, secret)
        except InvalidJWSError:
            continue
    if not living:
        verify_with_secret(unverified, decoys.secret)
    raise InvalidJWSError("no secret of the client authenticates it")
