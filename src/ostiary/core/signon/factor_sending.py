"""Sending codes and notices about authenticators; how many codes go out is limited."""

from dataclasses import dataclass

from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.delivery import Channel, Delivery, Message, Template
from ostiary.core.signon.contacts import email_of
from ostiary.core.signon.factor_counts import FactorCounts, codes_of, codes_to_new, guesses_of
from ostiary.core.signon.factor_words import Challenge, FactorContext, FactorRefused
from ostiary.core.signon.one_time_codes import OneTimeCodes
from ostiary.core.signon.usable_authenticators import CHANNELS

_LIFETIME_SECONDS = 600
_NAMES = {
    AuthenticatorKind.TOTP: "TOTP",
    AuthenticatorKind.PASSKEY: "passkey",
    AuthenticatorKind.RECOVERY_CODES: "recovery codes",
}


@dataclass(frozen=True, slots=True)
class FactorSending:
    """Sends what the users of authenticators have to read."""

    one_time_codes: OneTimeCodes
    delivery: Delivery
    counts: FactorCounts

    async def send_code(
        self, env: Environment, user: User, authenticator: Authenticator, context: FactorContext
    ) -> Challenge | FactorRefused:
        """Send a code to an authenticator's address, and return what is kept of it.

        Raises: UnavailableError; DeliveryFailedError where there is no such channel.
        """
        if locked := await self._find_lock(env, user, context):
            return FactorRefused("locked", remaining=0, retry_seconds=locked)
        if retry_seconds := await self._find_limit(env, user, authenticator, context):
            return FactorRefused("limit", retry_seconds=retry_seconds)
        code, kept = self.one_time_codes.make(
            env,
            purpose_of(authenticator),
            bound_to(user, context),
            lifetime_seconds=_LIFETIME_SECONDS,
        )
        message = Message(
            channel=CHANNELS[authenticator.kind],
            to=authenticator.target,
            template=Template.ONE_TIME_CODE,
            values={"code": code, "minutes": str(_LIFETIME_SECONDS // 60)},
            locale=context.locale,
            user=user.id,
        )
        self.delivery.send(env, message)
        return Challenge(context.flow_id, code=kept)

    def tell(
        self,
        env: Environment,
        user: User,
        authenticator: Authenticator,
        template: Template,
        *,
        locale: str = "",
    ) -> None:
        """Tell a user by mail that an authenticator came or went, where there is a way to.

        Spec: OWASP ASVS, V6.3.7.
        """
        address = email_of(env, user)
        if address is None or not self.delivery.can_send(env, Channel.EMAIL):
            return
        name = authenticator.nickname or authenticator.masked_target
        values = {"authenticator": name or _NAMES.get(authenticator.kind, authenticator.kind)}
        message = Message(Channel.EMAIL, address, template, values, locale, user.id)
        self.delivery.send(env, message)

    async def _find_lock(self, env: Environment, user: User, context: FactorContext) -> int:
        """Return for how many seconds no code would be taken where strangers' guesses count."""
        # A device's own count shows when the code is taken, or not.
        return 0 if context.device else await self.counts.find_lock(env, guesses_of(user.id))

    async def _find_limit(
        self, env: Environment, user: User, authenticator: Authenticator, context: FactorContext
    ) -> int:
        """Count one more code; return for how many seconds no code is sent, 0 to send it."""
        counted = [(codes_of(user.id), context.device)]
        if not authenticator.is_active:
            counted.append((codes_to_new(env, authenticator.target), ""))
        for subject, device in counted:
            standing = await self.counts.begin(env, subject, device=device)
            if not standing.is_admitted:
                return max(1, self.counts.seconds_until(standing.failures.locked_until))
        return 0


def purpose_of(authenticator: Authenticator) -> str:
    """Return what a code to an authenticator is good for: for that one alone."""
    return f"factor {authenticator.id}"


def bound_to(user: User, context: FactorContext) -> str:
    """Return for whom a code is good."""
    return f"{context.flow_id} {user.id}"
