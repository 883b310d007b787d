"""People who are asked for a second factor, and what they have to show."""

from typing import Any

from ostiary.core.crypto import otp
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.password_policy import LockoutPolicy
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.model.user import User
from ostiary.core.signon.factor_words import Enrolment, FactorContext
from tests.support.flows import FORM, BrowserJar, Flows, make_signon_environment

TWO = Policy("default", StepNode("form", StepNode("more")))
MAIL = {"mail": "joe@example.com"}


class People:
    """Joe, whose policy asks for a second factor, and what he has to show."""

    def __init__(self, **settings: Any) -> None:
        more = StepInstance("more", "second_factor", settings)
        self.flows = Flows(
            make_signon_environment(
                steps={"form": FORM, "more": more},
                policies={"default": TWO},
                lockout=LockoutPolicy(spray_users=0),
            )
        )
        self.browser = BrowserJar()
        self.seed = b""

    async def add(self, **fields: Any) -> User:
        return await self.flows.add_joe(attributes=MAIL, **fields)

    async def enrol(self, user: User, kind: AuthenticatorKind, target: str = "") -> Authenticator:
        flows = self.flows
        first = await flows.begin(BrowserJar())
        context = FactorContext(first.flow.id, "192.0.2.1")
        factors, env = flows.second_factors, flows.env
        begun = await factors.begin_enrolment(env, user, kind, context=context, target=target)
        assert isinstance(begun, Enrolment)
        answer = ""
        if kind is AuthenticatorKind.TOTP:
            self.seed = otp.seed_of(factors.exhibit(env, begun).key)
            answer = self.code()
        elif target:
            answer = flows.outbox.code()
        made = await factors.finish_enrolment(env, user, begun, answer=answer, context=context)
        assert isinstance(made, Authenticator)
        flows.clock.advance(otp.STEP_SECONDS)
        return made

    def code(self) -> str:
        return otp.code_at(self.seed, self.flows.clock.now())

    async def sign_on(self) -> Turn:
        """Give the password; what comes next is the second factor."""
        return await self.flows.sign_on(self.browser)

    async def act(self, turn: Turn, name: str, **inputs: object) -> Turn:
        return await self.flows.act(self.browser, turn.flow.id, name, **inputs)
