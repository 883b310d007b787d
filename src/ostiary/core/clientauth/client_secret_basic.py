"""client_secret_basic: id and secret in an HTTP Basic header."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import unquote_plus

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import Presented, Rejected
from ostiary.core.model.client import AuthMethod, Client
from ostiary.core.model.environment import Environment


@dataclass(frozen=True, slots=True)
class ClientSecretBasic:
    """Spec: RFC 6749 §2.3.1; RFC 7617 §2."""

    clock: Clock
    method: ClassVar[AuthMethod] = AuthMethod.CLIENT_SECRET_BASIC
    is_silent: ClassVar[bool] = False

    def find_claimed(self, params: Params, presented: Presented) -> str | None:
        """Claim the header's user, form-decoded, so that all spellings of an id count as one.

        An empty password is no secret (see `NoAuthentication`), save beside one in the body: then
        the header is a second method.
        """
        basic = presented.basic
        if basic is None or not (basic.password or "client_secret" in params):
            return None
        return _form_decode(basic.user)

    async def verify(
        self, env: Environment, claimed: str, params: Params, presented: Presented
    ) -> Client | Rejected:
        """Compare the secret as it stands, and form-decoded where that differs.

        RFC 6749 wants both halves form-encoded; most clients send them raw.
        """
        if presented.basic is None:
            return Rejected("no basic credentials")
        user, secret = presented.basic.user, presented.basic.password
        outcome = self._compare(env, user, secret)
        decoded_secret = _form_decode(secret)
        if (claimed, decoded_secret) != (user, secret):
            decoded_outcome = self._compare(env, claimed, decoded_secret)
            return decoded_outcome if isinstance(outcome, Rejected) else outcome
        return outcome

    def _compare(self, env: Environment, client_id: str, secret: str) -> Client | Rejected:
        client = env.clients.get(ClientId(client_id))
        secrets = client.secrets if client else ()
        if env.client_secrets.matches(secrets, secret, now=self.clock.now()) and client:
            return client
        return Rejected("wrong secret" if client else "unknown client")


def _form_decode(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text
