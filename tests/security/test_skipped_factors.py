"""A second factor that was skipped: a session holds by it only while it would be skipped again."""

import pytest

from ostiary.core.model.authenticator import AuthenticatorKind
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.model.user import User
from ostiary.core.oauth.authorize import Answered
from ostiary.core.ports.authenticators import Authenticators
from tests.support.authorizing import Authorizing, make_issuing_environment
from tests.support.flows import FORM
from tests.support.people import MAIL, People

pytestmark = pytest.mark.anyio
TWO = StepNode("form", StepNode("more"))


class _Counting:
    """Authenticators that say how often they were asked for."""

    def __init__(self, kept: Authenticators) -> None:
        self.kept = kept
        self.reads = 0

    def __getattr__(self, name: str) -> object:
        self.reads += name in {"select", "find", "find_by_credential"}
        return getattr(self.kept, name)


async def _signed_on(**settings: object) -> tuple[Authorizing, User]:
    """Sign joe on by a policy whose second factor asked nothing of him."""
    more = StepInstance("more", "second_factor", settings)
    env = make_issuing_environment(
        policies={
            "default": Policy("default", TWO),
            "other": Policy("other", TWO, "urn:example:other"),
        },
        steps={"form": FORM, "more": more},
    )
    authorizing = Authorizing(env)
    joe = await authorizing.flows.add_joe(attributes=MAIL)
    turn = await authorizing.ask()
    assert isinstance(await authorizing.check_password(turn), Answered)
    return authorizing, joe


async def test_SEC_130_a_session_without_a_second_factor_ends_with_the_first_one() -> None:
    authorizing, joe = await _signed_on(no_authenticators="bypass")
    assert "code" in (await authorizing.answer(prompt="none")).members
    people = People()
    people.flows = authorizing.flows
    await people.enrol(joe, AuthenticatorKind.TOTP)
    refused = await authorizing.refusal(prompt="none")
    assert refused.members["error"] == "login_required"
    turn = await authorizing.ask()
    assert not isinstance(await authorizing.check_password(turn), Answered)


async def test_SEC_130_a_session_without_a_second_factor_ends_when_none_may_go_without() -> None:
    authorizing, _ = await _signed_on(no_authenticators="bypass")
    more = StepInstance("more", "second_factor", {"no_authenticators": "block"})
    authorizing.reconfigure(steps={"form": FORM, "more": more})
    refused = await authorizing.refusal(prompt="none")
    assert refused.members["error"] == "login_required"


async def test_such_a_session_is_looked_at_once_and_any_other_not_at_all() -> None:
    authorizing, _ = await _signed_on(no_authenticators="bypass")
    counting = _Counting(authorizing.flows.store.authenticators)
    authorizing.flows.store.authenticators = counting  # type: ignore[assignment]
    await authorizing.answer(prompt="none")
    assert counting.reads == 1
