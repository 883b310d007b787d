"""The one place where a second factor is decided: enrolled, asked for, compared, removed."""

from dataclasses import dataclass
from typing import TypeVar

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import AuthenticatorId, UserId
from ostiary.core.crypto.webauthn_options import request_options
from ostiary.core.model.audit.authenticators import BrowsersForgotten, SecondFactorRefused
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.authenticators import Authenticators
from ostiary.core.ports.delivery import Delivery
from ostiary.core.ports.events import Events
from ostiary.core.ports.users import PasswordAttempts
from ostiary.core.signon import factor_enrolment
from ostiary.core.signon.authenticator_changes import AuthenticatorChanges
from ostiary.core.signon.factor_answers import Answer, known_passkey
from ostiary.core.signon.factor_checks import FactorChecks
from ostiary.core.signon.factor_counts import FactorCounts
from ostiary.core.signon.factor_sending import FactorSending
from ostiary.core.signon.factor_words import (
    Challenge,
    Enrolment,
    Exhibit,
    FactorContext,
    FactorRefused,
)
from ostiary.core.signon.one_time_codes import OneTimeCodes
from ostiary.core.signon.remembered_browsers import forget_browsers
from ostiary.core.signon.usable_authenticators import CHANNELS, UsableAuthenticators

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """Decides about second factors, for every entrance alike.

    Whoever calls it knows by a first factor who the user is. What it raises, beside what a method
    names, is UnavailableError, and DeliveryFailedError where no channel is configured for a kind.
    """

    authenticators: Authenticators
    attempts: PasswordAttempts
    one_time_codes: OneTimeCodes
    delivery: Delivery
    events: Events
    clock: Clock

    def can_use(self, env: Environment, kind: AuthenticatorKind) -> bool:
        """Tell whether authenticators of a kind work here, by the configuration."""
        return self._usable().can_use(env, kind)

    async def enrolled(self, env: Environment, user_id: UserId) -> tuple[Authenticator, ...]:
        """Return the authenticators that a user can use now.

        The default one comes first, then the oldest; recovery codes come last.
        """
        return await self._usable().select(env, user_id)

    async def has_any(self, env: Environment, user_id: UserId, *, but: str = "") -> bool:
        """Tell whether a user has an authenticator, of any kind, usable here and now or not.

        Whoever has one proves it before another one is added.
        Args: but: the id of one that does not count.
        """
        return any(each.id != but for each in await self.active(env, user_id))

    async def active(self, env: Environment, user_id: UserId) -> tuple[Authenticator, ...]:
        """Return the authenticators of a user, usable here and now or not."""
        kept = await self.authenticators.select(env, user_id)
        return tuple(each for each in kept if each.is_active)

    async def begin_enrolment(
        self,
        env: Environment,
        user: User,
        kind: AuthenticatorKind,
        *,
        context: FactorContext,
        target: str = "",
    ) -> Enrolment | FactorRefused:
        """Begin with a new authenticator; to an address a code is sent.

        Nothing is stored: whoever asks keeps the enrolment, as the state of its flow.
        Args: target: the e-mail address or telephone number (E.164), checked already.
        """
        begun = await self._changes().begin(env, user, kind, target=target, context=context)
        return self._told(env, user, kind, context, begun)

    async def send_again(
        self, env: Environment, user: User, enrolment: Enrolment, context: FactorContext
    ) -> Enrolment | FactorRefused:
        """Send another code to the address that is being enrolled; the one before is over."""
        sent = await self._changes().send_again(env, user, enrolment, context)
        return self._told(env, user, enrolment.authenticator.kind, context, sent)

    def exhibit(self, env: Environment, enrolment: Enrolment) -> Exhibit:
        """Return what whoever enrols gets to see: the same for the same enrolment.

        Raises: SealBrokenError.
        """
        return factor_enrolment.exhibit(env, enrolment)

    async def finish_enrolment(  # noqa: PLR0913 - all of them say whose answer it is to what
        self,
        env: Environment,
        user: User,
        enrolment: Enrolment,
        *,
        answer: str,
        context: FactorContext,
        nickname: str = "",
    ) -> Authenticator | FactorRefused:
        """Store an authenticator that its user has shown to work.

        Recovery codes, and codes to the same address, take the place of older ones.
        Args: answer: the code that was sent or is shown; for a passkey what the browser gave back,
            as JSON; for recovery codes nothing: the user has seen them.
        """
        given = Answer(user, enrolment.challenge, answer, context, self.clock.now())
        done = await self._changes().finish(env, enrolment, given, nickname=nickname)
        return self._told(env, user, enrolment.authenticator.kind, context, done)

    async def challenge(
        self, env: Environment, user: User, authenticator: Authenticator, context: FactorContext
    ) -> Challenge | FactorRefused:
        """Ask for a factor: send a code, or make what a browser is given.

        How many codes go out is limited, by user and by address.
        """
        if authenticator.kind in CHANNELS:
            sent = await self._sending().send_code(env, user, authenticator, context)
            return self._told(env, user, authenticator.kind, context, sent)
        if authenticator.kind is not AuthenticatorKind.PASSKEY:
            return Challenge(context.flow_id)
        # Any of them will do: a browser knows which one is there.
        known = [
            known_passkey(each)
            for each in await self.enrolled(env, user.id)
            if each.kind is AuthenticatorKind.PASSKEY
        ]
        options = request_options(rp_id=authenticator.rp_id, known=known)
        return Challenge(context.flow_id, options=options)

    async def check(  # noqa: PLR0913 - as above
        self,
        env: Environment,
        user: User,
        authenticator: Authenticator,
        *,
        challenge: Challenge,
        answer: str,
        context: FactorContext,
    ) -> Authenticator | FactorRefused:
        """Compare an answer; return the authenticator that was used, as it is now.

        It counts before it compares, so that guesses at the same time cannot outrun the count; only
        a right answer clears that. The code of an application and a recovery code are taken once; a
        code that was sent and a passkey's answer are spent by what the caller writes next, the
        flow's next version. The answer for a passkey may be of any passkey of the user.
        Stores: the attempt; then what the answer has used up.
        """
        given = Answer(user, challenge, answer, context, self.clock.now())
        checks = FactorChecks(self._usable(), self._counts(), self.one_time_codes, self.events)
        return await checks.check(env, authenticator, given)

    async def rename(
        self, env: Environment, user_id: UserId, authenticator_id: AuthenticatorId, nickname: str
    ) -> Authenticator | None:
        """Give an authenticator of a user another nickname; None when there is none of that id.

        Raises: AuthenticatorChangedError when it changes all the time.
        """
        return await self._changes().rename(env, user_id, authenticator_id, nickname)

    async def set_default(
        self, env: Environment, user_id: UserId, authenticator_id: AuthenticatorId
    ) -> Authenticator | None:
        """Have the user asked for this one first; None when there is none of that id.

        Raises: as `rename`.
        """
        return await self._changes().set_default(env, user_id, authenticator_id)

    async def remove(
        self, env: Environment, user: User, authenticator_id: AuthenticatorId, *, source: str
    ) -> bool:
        """Remove an authenticator of a user, and tell whether there was one.

        Args: source: who does it, for the event log: a word of ours.
        """
        return await self._changes().remove(env, user, authenticator_id, source=source)

    async def forget_browsers(self, env: Environment, user: User, *, source: str) -> bool:
        """Ask in every browser again that was remembered; tell whether that is of any use.

        Args: source: as for `remove`.
        Raises: AuthenticatorChangedError when they change all the time.
        """
        is_done = await forget_browsers(env, user, self.authenticators, self.clock)
        if is_done:
            self.events.emit(BrowsersForgotten(env.id, user.id, source))
        return is_done

    def _told(
        self,
        env: Environment,
        user: User,
        kind: AuthenticatorKind,
        context: FactorContext,
        result: Result,
    ) -> Result:
        """Return a result, and record it if it is a refusal."""
        if isinstance(result, FactorRefused):
            self.events.emit(
                SecondFactorRefused(env.id, user.id, kind, result.reason, context.address)
            )
        return result

    def _usable(self) -> UsableAuthenticators:
        return UsableAuthenticators(self.authenticators, self.delivery)

    def _counts(self) -> FactorCounts:
        return FactorCounts(self.attempts, self.clock)

    def _sending(self) -> FactorSending:
        return FactorSending(self.one_time_codes, self.delivery, self._counts())

    def _changes(self) -> AuthenticatorChanges:
        return AuthenticatorChanges(
            self.authenticators, self._counts(), self._sending(), self.events, self.clock
        )
