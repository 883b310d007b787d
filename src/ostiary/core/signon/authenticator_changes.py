"""Authenticators that come, go and change: by their users, who have signed on."""

from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import AuthenticatorId, UserId
from ostiary.core.model.audit.authenticators import (
    AuthenticatorAdded,
    AuthenticatorChanged,
    AuthenticatorRemoved,
)
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.authenticators import (
    AuthenticatorChangedError,
    Authenticators,
    AuthenticatorTakenError,
)
from ostiary.core.ports.delivery import Template
from ostiary.core.ports.events import Events
from ostiary.core.signon.factor_answers import Answer, Right
from ostiary.core.signon.factor_checks import refusal
from ostiary.core.signon.factor_counts import FactorCounts, codes_to_new, enrolments_of
from ostiary.core.signon.factor_enrolment import begin_passkey, complete, draft, takes_place_of
from ostiary.core.signon.factor_sending import FactorSending
from ostiary.core.signon.factor_words import (
    Challenge,
    Enrolment,
    FactorContext,
    FactorRefused,
)
from ostiary.core.signon.remembered_browsers import forget_browsers
from ostiary.core.signon.usable_authenticators import CHANNELS

MAX_AUTHENTICATORS = 20
MAX_NICKNAME_CHARACTERS = 100
_TRIES = 5


@dataclass(frozen=True, slots=True)
class AuthenticatorChanges:
    """Enrols authenticators, and changes and removes those of a user."""

    authenticators: Authenticators
    counts: FactorCounts
    sending: FactorSending
    events: Events
    clock: Clock

    async def begin(
        self,
        env: Environment,
        user: User,
        kind: AuthenticatorKind,
        *,
        target: str,
        context: FactorContext,
    ) -> Enrolment | FactorRefused:
        """Begin with a new authenticator; see `SecondFactors.begin_enrolment`."""
        enrolled = await self.authenticators.select(env, user.id)
        if len(enrolled) >= MAX_AUTHENTICATORS:
            return FactorRefused("limit")
        drafted = draft(env, user, kind, target=target, now=self.clock.now())
        challenge: Challenge | FactorRefused = Challenge(context.flow_id)
        if kind in CHANNELS:
            challenge = await self.sending.send_code(env, user, drafted, context)
        elif kind is AuthenticatorKind.PASSKEY:
            challenge = begin_passkey(env, user, drafted, enrolled, context)
        if isinstance(challenge, FactorRefused):
            return challenge
        return Enrolment(drafted, challenge, user.username)

    async def send_again(
        self, env: Environment, user: User, enrolment: Enrolment, context: FactorContext
    ) -> Enrolment | FactorRefused:
        """Send another code to the address that is being enrolled."""
        sent = await self.sending.send_code(env, user, enrolment.authenticator, context)
        return sent if isinstance(sent, FactorRefused) else replace(enrolment, challenge=sent)

    async def finish(
        self, env: Environment, enrolment: Enrolment, answer: Answer, *, nickname: str
    ) -> Authenticator | FactorRefused:
        """Store an authenticator that works; see `SecondFactors.finish_enrolment`."""
        user, drafted = answer.user, enrolment.authenticator
        if answer.is_late or drafted.user_id != user.id:
            return FactorRefused("over")
        standing = await self.counts.begin(env, enrolments_of(user.id))
        result = None
        if standing.is_admitted:
            result = complete(env, drafted, answer, self.sending.one_time_codes)
        if not isinstance(result, Right):
            return refusal(self.counts, standing, result)
        finished = replace(
            result.authenticator,
            is_active=True,
            nickname=nickname[:MAX_NICKNAME_CHARACTERS],
            created_at=answer.now,
        )
        return await self._add(env, answer, finished)

    async def rename(
        self, env: Environment, user_id: UserId, authenticator_id: AuthenticatorId, nickname: str
    ) -> Authenticator | None:
        """Give an authenticator of a user another nickname."""
        return await self._change(
            env, user_id, authenticator_id, nickname=nickname[:MAX_NICKNAME_CHARACTERS]
        )

    async def set_default(
        self, env: Environment, user_id: UserId, authenticator_id: AuthenticatorId
    ) -> Authenticator | None:
        """Have the user asked for this one first."""
        for each in await self.authenticators.select(env, user_id):
            if each.is_default and each.id != authenticator_id:
                await self._change(env, user_id, each.id, is_default=False)
        return await self._change(env, user_id, authenticator_id, is_default=True)

    async def remove(
        self, env: Environment, user: User, authenticator_id: AuthenticatorId, *, source: str
    ) -> bool:
        """Remove an authenticator of a user; see `SecondFactors.remove`."""
        kept = await self.authenticators.find(env, authenticator_id)
        if kept is None or kept.user_id != user.id:
            return False
        # Without it the others are what they were before it came: nothing may count again.
        await forget_browsers(env, user, self.authenticators, self.clock)
        is_removed = await self.authenticators.remove(env, authenticator_id)
        if is_removed:
            self.events.emit(AuthenticatorRemoved(env.id, user.id, kept.id, kept.kind, source))
            self.sending.tell(env, user, kept, Template.AUTHENTICATOR_REMOVED)
        return is_removed

    async def _add(
        self, env: Environment, answer: Answer, new: Authenticator
    ) -> Authenticator | FactorRefused:
        user, context = answer.user, answer.context
        try:
            await self.authenticators.add(env, new)
        except AuthenticatorTakenError:
            # The same answer came twice, or it is a passkey that somebody has already.
            return FactorRefused("over")
        for old in await self.authenticators.select(env, user.id):
            if takes_place_of(new, old):
                await self.authenticators.remove(env, old.id)
        await self.counts.clear(env, enrolments_of(user.id))
        if new.kind in CHANNELS:
            await self.counts.clear(env, codes_to_new(env, new.target))
        self.events.emit(AuthenticatorAdded(env.id, user.id, new.id, new.kind, context.address))
        self.sending.tell(env, user, new, Template.AUTHENTICATOR_ADDED, locale=context.locale)
        return new

    async def _change(
        self,
        env: Environment,
        user_id: UserId,
        authenticator_id: AuthenticatorId,
        **fields: str | bool,
    ) -> Authenticator | None:
        for _ in range(_TRIES):
            kept = await self.authenticators.find(env, authenticator_id)
            if kept is None or kept.user_id != user_id:
                return None
            try:
                changed = await self.authenticators.save(
                    env, replace(kept, **fields), expected_version=kept.version
                )
            except AuthenticatorChangedError:
                continue
            self.events.emit(AuthenticatorChanged(env.id, user_id, kept.id, kept.kind))
            return changed
        raise AuthenticatorChangedError
