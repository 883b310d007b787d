"""Remembered browsers: for whom, for which step, until what happens."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.ids import AuthenticatorId
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.secret_digests import SecretDigester
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.user import UserPassword
from ostiary.core.signon.remembered_browsers import (
    MAX_REMEMBERED,
    RememberedBrowsers,
    Remembrance,
)
from tests.support.environments import make_environment
from tests.support.users import make_user

ENV = make_environment()
OTHER = make_environment("other", client_secrets=SecretDigester(Secret(bytes(range(32)))))
JOE = make_user(password=UserPassword("hash", changed_at=2e9))
STEP = StepInstance("more", "second_factor", {"remember_minutes": 10})
PHONE = Authenticator(AuthenticatorId("phone"), JOE.id, AuthenticatorKind.TOTP, 1.0, is_active=True)
CARD = msgspec.structs.replace(PHONE, id=AuthenticatorId("card"))
JOES = Remembrance(STEP, JOE, (PHONE,))


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


def test_a_browser_is_remembered_for_the_time_that_the_step_says(clock: FrozenClock) -> None:
    browsers = RememberedBrowsers(clock)
    cookie = browsers.remember(ENV, None, JOES)
    clock.advance(599)
    assert browsers.knows(ENV, cookie, JOES)
    clock.advance(1)
    assert not browsers.knows(ENV, cookie, JOES)


@pytest.mark.parametrize(
    "change",
    [
        lambda it: replace_user(it, id=make_user(5).id),
        lambda it: replace_user(it, password=UserPassword("hash", changed_at=2e9 + 1)),
        lambda it: replace_user(it, disabled_at=2e9 + 2),
        lambda it: msgspec.structs.replace(it, authenticators=(PHONE, CARD)),
        lambda it: msgspec.structs.replace(it, authenticators=(CARD,)),
        lambda it: msgspec.structs.replace(it, authenticators=()),
        lambda it: msgspec.structs.replace(
            it, authenticators=(msgspec.structs.replace(PHONE, forgotten_at=3.0),)
        ),
        lambda it: with_step(it, "another", STEP.settings),
        lambda it: with_step(it, STEP.key, {**STEP.settings, "methods": ["totp"]}),
    ],
    ids=[
        "another user",
        "another password",
        "a user who was disabled",
        "an authenticator more",
        "another authenticator",
        "no authenticator",
        "browsers forgotten",
        "another step",
        "a step set anew",
    ],
)
def test_a_browser_is_remembered_for_nothing_else(
    clock: FrozenClock, change: Callable[[Remembrance], Remembrance]
) -> None:
    browsers = RememberedBrowsers(clock)
    cookie = browsers.remember(ENV, None, JOES)
    assert browsers.knows(ENV, cookie, JOES)
    assert not browsers.knows(ENV, cookie, change(JOES))


def test_a_use_of_the_authenticator_ends_nothing(clock: FrozenClock) -> None:
    browsers = RememberedBrowsers(clock)
    cookie = browsers.remember(ENV, None, JOES)
    used = msgspec.structs.replace(PHONE, used_step=9, used_at=9.0, version=4, nickname="Mine")
    assert browsers.knows(ENV, cookie, msgspec.structs.replace(JOES, authenticators=(used,)))


def test_it_counts_in_no_other_environment(clock: FrozenClock) -> None:
    browsers = RememberedBrowsers(clock)
    assert not browsers.knows(OTHER, browsers.remember(ENV, None, JOES), JOES)


def test_several_users_of_a_browser_are_remembered_but_not_without_end(
    clock: FrozenClock,
) -> None:
    browsers, cookie = RememberedBrowsers(clock), ""
    people = [replace_user(JOES, id=make_user(number).id) for number in range(MAX_REMEMBERED + 1)]
    for each in people:
        cookie = browsers.remember(ENV, cookie, each)
    assert [browsers.knows(ENV, cookie, each) for each in people] == [False, *[True] * 4]
    assert len(cookie) < 512


def test_whoever_wishes_it_again_takes_no_second_place(clock: FrozenClock) -> None:
    browsers = RememberedBrowsers(clock)
    cookie = browsers.remember(ENV, None, JOES)
    clock.advance(60)
    assert browsers.remember(ENV, cookie, JOES).count(".") == 1


def test_a_moment_that_was_changed_is_not_believed(clock: FrozenClock) -> None:
    browsers = RememberedBrowsers(clock)
    _, digest = browsers.remember(ENV, None, JOES).split(".")
    later = int(clock.now()) + 500
    assert not browsers.knows(ENV, f"{later}.{digest}", JOES)


@given(st.none() | st.text(max_size=300) | st.from_regex(r"([0-9]{1,12}\.[\w-]{43}~?){1,5}"))
def test_nothing_that_a_stranger_makes_up_is_remembered(cookie: str | None) -> None:
    browsers = RememberedBrowsers(FrozenClock())
    assert not browsers.knows(ENV, cookie, JOES)
    assert browsers.knows(ENV, browsers.remember(ENV, cookie, JOES), JOES)


def replace_user(wanted: Remembrance, **fields: object) -> Remembrance:
    """Return it for a user who is another one in some way."""
    return msgspec.structs.replace(wanted, user=replace(wanted.user, **fields))  # type: ignore[arg-type]


def with_step(wanted: Remembrance, key: str, settings: object) -> Remembrance:
    """Return it for another step."""
    assert isinstance(settings, dict)
    return msgspec.structs.replace(wanted, step=StepInstance(key, "second_factor", settings))
