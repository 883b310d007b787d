"""private_key_jwt: an assertion signed with the client's own key."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.clientauth.assertion import AssertionVerifier, find_claimed
from ostiary.core.clientauth.contract import Presented, Rejected
from ostiary.core.clientauth.decoys import Decoys
from ostiary.core.crypto.foreign_jws import verify_with_key
from ostiary.core.crypto.jws import InvalidJWSError, UnverifiedJWS
from ostiary.core.crypto.keys import VerificationKey
from ostiary.core.model.client import AuthMethod, Client
from ostiary.core.model.environment import Environment


@dataclass(frozen=True, slots=True)
class PrivateKeyJWT:
    """Spec: OpenID Connect Core §9; RFC 7523 §2.2."""

    assertions: AssertionVerifier
    decoys: Decoys
    method: ClassVar[AuthMethod] = AuthMethod.PRIVATE_KEY_JWT
    is_silent: ClassVar[bool] = False

    def find_claimed(self, params: Params, presented: Presented) -> str | None:
        return find_claimed(presented, is_symmetric=False)

    async def verify(
        self, env: Environment, claimed: str, params: Params, presented: Presented
    ) -> Client | Rejected:
        client = env.clients.get(ClientId(claimed))
        verify_signature = partial(verify_by_own_keys, decoys=self.decoys)
        return await self.assertions.verify(env, client, params, presented, verify_signature)


def verify_by_own_keys(
    client: Client | None, unverified: UnverifiedJWS, *, decoys: Decoys
) -> bytes:
    """Return the payload if one of the client's registered keys signed it.

    Keys named in the header itself (`jwk`, `jku`, `x5c`) are never looked at.
    Raises: InvalidJWSError.
    """
    refusal = InvalidJWSError("no registered key of that id and algorithm")
    fitting = _find_fitting(client, unverified)
    for key in fitting:
        try:
            return verify_with_key(unverified, key)
        except InvalidJWSError as error:
            refusal = error  # without a kid it may be the next one, while keys are replaced
    if not fitting and unverified.algorithm in decoys.keys:
        verify_with_key(unverified, decoys.keys[unverified.algorithm])
    raise refusal


def _find_fitting(client: Client | None, unverified: UnverifiedJWS) -> list[VerificationKey]:
    return [
        key
        for key in (client.jwks if client else ())
        if key.algorithm == unverified.algorithm and unverified.kid in (None, key.kid)
    ]
