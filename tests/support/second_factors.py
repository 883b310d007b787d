"""Second factors, everything real but the clock and the way of messages."""

from dataclasses import dataclass, field
from typing import TypeVar

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.ids import FlowId
from ostiary.core.crypto import otp
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import LockoutPolicy
from ostiary.core.model.user import User
from ostiary.core.signon.factor_words import (
    Challenge,
    Enrolment,
    Exhibit,
    FactorContext,
    FactorRefused,
)
from ostiary.core.signon.one_time_codes import OneTimeCodes
from ostiary.core.signon.second_factors import SecondFactors
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment
from tests.support.outbox import Outbox
from tests.support.soft_passkey import SoftPasskey
from tests.support.users import make_user

Told = TypeVar("Told")
FLOW = FactorContext(FlowId("flow-1"), "192.0.2.1", "de")
OTHER_FLOW = FactorContext(FlowId("flow-2"), "192.0.2.1")
TARGETS = {
    AuthenticatorKind.EMAIL: "joe.second@example.com",
    AuthenticatorKind.SMS: "+4915112345678",
}
WRONG = "no code at all"


@dataclass
class Factors:
    """One user in one environment, and what it proves itself with."""

    store: StoreBackend = field(default_factory=MemoryStore)
    env: Environment = field(
        default_factory=lambda: make_environment(lockout=LockoutPolicy(spray_users=0))
    )
    user: User = field(default_factory=lambda: make_user(1, username="joe"))
    clock: FrozenClock = field(default_factory=FrozenClock)
    events: RecordedEvents = field(default_factory=RecordedEvents)
    outbox: Outbox = field(default_factory=Outbox)

    @property
    def factors(self) -> SecondFactors:
        return SecondFactors(
            self.store.authenticators,
            self.store.attempts,
            OneTimeCodes(self.clock),
            self.outbox,
            self.events,
            self.clock,
        )

    def make_passkey(self) -> SoftPasskey:
        """Make a passkey for the environment's own page."""
        return SoftPasskey(self.env.base_url)

    async def begin(self, kind: AuthenticatorKind, target: str | None = None) -> Enrolment:
        """Begin an enrolment."""
        given = TARGETS.get(kind, "") if target is None else target
        begun = await self.factors.begin_enrolment(
            self.env, self.user, kind, context=FLOW, target=given
        )
        assert isinstance(begun, Enrolment)
        return begun

    async def finish(
        self, enrolment: Enrolment, answer: str, *, nickname: str = ""
    ) -> Authenticator | FactorRefused:
        """Finish one."""
        return await self.factors.finish_enrolment(
            self.env, self.user, enrolment, answer=answer, context=FLOW, nickname=nickname
        )

    async def enrol(
        self,
        kind: AuthenticatorKind,
        passkey: SoftPasskey | None = None,
        target: str | None = None,
    ) -> tuple[Authenticator, Exhibit]:
        """Enrol an authenticator as its user would."""
        begun = await self.begin(kind, target)
        shown = self.factors.exhibit(self.env, begun)
        match kind:
            case AuthenticatorKind.TOTP:
                answer = self.code_of(shown)
            case AuthenticatorKind.PASSKEY:
                answer = (passkey or self.make_passkey()).create(shown.creation_options)
            case AuthenticatorKind.RECOVERY_CODES:
                answer = ""
            case _:
                answer = self.outbox.code()
        made = await self.finish(begun, answer)
        assert isinstance(made, Authenticator), made
        # The next code of an application is another one, and is not used yet.
        self.clock.advance(otp.STEP_SECONDS)
        return made, shown

    def code_of(self, shown: Exhibit, *, steps: int = 0) -> str:
        """Return what an application that has read the QR code shows, some steps from now."""
        seed = otp.seed_of(shown.key)
        return otp.code_at(seed, self.clock.now() + steps * otp.STEP_SECONDS)

    async def ask(self, authenticator: Authenticator, context: FactorContext = FLOW) -> Challenge:
        """Ask for a factor."""
        challenge = await self.factors.challenge(self.env, self.user, authenticator, context)
        assert isinstance(challenge, Challenge), challenge
        return challenge

    async def answer(
        self,
        authenticator: Authenticator,
        answer: str,
        challenge: Challenge | None = None,
        context: FactorContext = FLOW,
    ) -> Authenticator | FactorRefused:
        """Answer, to a new challenge if none is given."""
        return await self.factors.check(
            self.env,
            self.user,
            authenticator,
            challenge=challenge or await self.ask(authenticator, context),
            answer=answer,
            context=context,
        )

    def emitted(self, kind: type[Told]) -> list[Told]:
        """Return the events of one kind so far."""
        return [event for event in self.events.events if isinstance(event, kind)]
