"""Who vouched for somebody: applications behind adapters that a flow passed, and no others."""

from dataclasses import replace
from typing import Any

import pytest

from ostiary.core.base.ids import BrowserKey, SessionId
from ostiary.core.flow.tree import FAILURE, SUCCESS
from ostiary.core.flow.vouching import find_vouchers
from ostiary.core.model.policy import End, Policy, StepInstance, StepNode
from ostiary.core.model.reference_adapter import Direction, LogoutMode, ReferenceAdapter
from ostiary.core.model.session import Authentication, Session
from ostiary.core.model.vouchers import find_adapter
from ostiary.core.tokens.participation import TELLING_SECONDS
from tests.support.environments import make_environment
from tests.support.users import make_user

NOW = 1_800_000_000.0
JOE = make_user(1, username="joe")
SESSION = Session(SessionId("s"), BrowserKey(b"k"), Authentication(JOE.id, NOW), NOW, NOW)
TOLD: dict[str, Any] = {
    "logout_mode": LogoutMode.FRONT_CHANNEL,
    "logout_endpoint": "https://a.example/bye",
}
ADAPTERS = (
    ReferenceAdapter("staff", **TOLD),
    ReferenceAdapter("guests", **{**TOLD, "logout_mode": LogoutMode.BACK_CHANNEL}),
    ReferenceAdapter("untold", logout_endpoint="https://a.example/bye"),
    ReferenceAdapter("nowhere", logout_mode=LogoutMode.BACK_CHANNEL),
)
STEPS = {
    each.key: StepInstance(each.key, "reference_id", {"adapter": each.key}) for each in ADAPTERS
}
ENV = make_environment(
    reference_adapters={each.key: each for each in ADAPTERS},
    steps={
        **STEPS,
        "form": StepInstance("form", "username_password", {"adapter": "staff"}),
        "gone": StepInstance("gone", "reference_id", {"adapter": "gone"}),
    },
)


def passed(*steps: str) -> list[str]:
    """Go through steps, one after the other with success, and return who is to be told."""
    node: StepNode | End = End.DONE
    for step in reversed(steps):
        node = StepNode(step, success=node)
    policy = Policy("default", node)
    told = find_vouchers(ENV, policy, (SUCCESS,) * len(steps), SESSION, JOE)
    return [each.client_id for each in told]


def test_each_application_that_was_passed_is_told() -> None:
    assert passed("staff", "form", "guests") == ["voucher staff", "voucher guests"]


@pytest.mark.parametrize("step", ["form", "untold", "nowhere", "gone"])
def test_nobody_else_is_told(step: str) -> None:
    assert passed(step) == []


def test_an_application_that_vouched_for_nobody_is_not_told() -> None:
    policy = Policy("default", StepNode("staff", failure=StepNode("guests")))
    told = find_vouchers(ENV, policy, (FAILURE, SUCCESS), SESSION, JOE)
    assert [each.client_id for each in told] == ["voucher guests"]


def test_it_is_told_of_the_session_by_the_name_that_it_vouched_for() -> None:
    (told,) = find_vouchers(ENV, Policy("default", StepNode("staff")), (SUCCESS,), SESSION, JOE)
    assert (told.session_id, told.subject) == ("s", "joe")
    assert told.expires_at == NOW + ENV.sessions.max_seconds + TELLING_SECONDS
    assert find_adapter(ENV, told.client_id) == ADAPTERS[0]


def test_an_adapter_that_hands_out_by_now_vouches_for_nobody() -> None:
    (told,) = find_vouchers(ENV, Policy("default", StepNode("staff")), (SUCCESS,), SESSION, JOE)
    turned = replace(ADAPTERS[0], direction=Direction.SP)
    assert find_adapter(replace(ENV, reference_adapters={"staff": turned}), told.client_id) is None
