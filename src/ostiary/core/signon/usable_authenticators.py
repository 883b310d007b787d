"""Which authenticators can be used: by the environment's configuration, and by what they are."""

from dataclasses import dataclass

from ostiary.core.base.ids import UserId
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.ports.authenticators import Authenticators
from ostiary.core.ports.delivery import Channel, Delivery
from ostiary.core.signon.passkey_places import find_rp_id

CHANNELS = {AuthenticatorKind.EMAIL: Channel.EMAIL, AuthenticatorKind.SMS: Channel.SMS}


@dataclass(frozen=True, slots=True)
class UsableAuthenticators:
    """Finds what a user can prove itself with."""

    authenticators: Authenticators
    delivery: Delivery

    def can_use(self, env: Environment, kind: AuthenticatorKind) -> bool:
        """Tell whether authenticators of a kind work here, by the configuration."""
        if kind in CHANNELS:
            return self.delivery.can_send(env, CHANNELS[kind])
        return kind is not AuthenticatorKind.PASSKEY or find_rp_id(env) is not None

    async def select(self, env: Environment, user_id: UserId) -> tuple[Authenticator, ...]:
        """Return those of a user: the default one, then the oldest; recovery codes come last.

        Raises: UnavailableError.
        """
        kept = await self.authenticators.select(env, user_id)
        usable = [each for each in kept if self._is_usable(env, each)]
        return tuple(sorted(usable, key=_is_last_resort))

    async def find(
        self, env: Environment, user_id: UserId, asked: Authenticator, *, credential_id: bytes
    ) -> Authenticator | None:
        """Return an authenticator as it is stored now, if the user can use it.

        Args: credential_id: which passkey answers, where a passkey was asked for.
        Raises: UnavailableError.
        """
        if asked.kind is AuthenticatorKind.PASSKEY:
            kept = await self.authenticators.find_by_credential(env, credential_id)
        else:
            kept = await self.authenticators.find(env, asked.id)
        if kept is None or kept.user_id != user_id or not self._is_usable(env, kept):
            return None
        return kept

    def _is_usable(self, env: Environment, authenticator: Authenticator) -> bool:
        if not authenticator.is_active or not self.can_use(env, authenticator.kind):
            return False
        if authenticator.kind is AuthenticatorKind.PASSKEY:
            return authenticator.rp_id == find_rp_id(env)
        return bool(authenticator.codes) or not _is_last_resort(authenticator)


def _is_last_resort(authenticator: Authenticator) -> bool:
    return authenticator.kind is AuthenticatorKind.RECOVERY_CODES
