"""The step second_factor in a browser that its user wished to be remembered."""

from typing import TypeVar

import pytest

from ostiary.core.flow.turn import Turn
from ostiary.core.model.audit.authenticators import (
    BrowserRemembered,
    BrowsersForgotten,
    SecondFactorSkipped,
)
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.flow import Stage
from ostiary.core.model.user import User
from ostiary.core.signon.factor_counts import guesses_of
from tests.support.flows import BrowserJar, make_application
from tests.support.people import People

Told = TypeVar("Told")
pytestmark = pytest.mark.anyio
TOTP = AuthenticatorKind.TOTP
SECOND = "joe.second@example.com"
DAY_MINUTES = 1440


async def _joe(**settings: object) -> tuple[People, User, Authenticator]:
    people = People(**{"remember_minutes": DAY_MINUTES, **settings})
    joe = await people.add()
    return people, joe, await people.enrol(joe, TOTP)


async def _remember(people: People, **inputs: object) -> Turn:
    """Sign on with both factors, with the wish."""
    turn = await people.sign_on()
    wish = {"rememberDevice": True, **inputs}
    return await people.act(turn, "otp.check", otp=people.code(), **wish)


def _last(people: People, kind: type[Told]) -> Told:
    return [each for each in people.flows.events.events if isinstance(each, kind)][-1]


def _is_done(turn: Turn) -> bool:
    return turn.flow.stage is Stage.FINISHED and turn.flow.failure is None


async def test_a_remembered_browser_is_not_asked_again_and_claims_no_second_factor() -> None:
    people, joe, _ = await _joe()
    assert _is_done(await _remember(people))
    assert _last(people, BrowserRemembered).user == joe.id
    again = await people.sign_on()
    assert _is_done(again)
    assert again.flow.authentication is not None
    assert again.flow.authentication.methods == ("pwd",)
    assert again.flow.authentication.passed[-1].methods == ("pwd",)
    assert again.flow.authentication.passed[-1].skipped == ("more",)
    assert _last(people, SecondFactorSkipped).reason == "remembered"


async def test_nothing_is_remembered_without_the_wish() -> None:
    people, _, _ = await _joe()
    await _remember(people, rememberDevice=False)
    assert "remembered" not in people.browser.kept
    assert not _is_done(await people.sign_on())


async def test_people_cannot_wish_it_where_it_is_off() -> None:
    people, _, _ = await _joe(remember_minutes=0)
    turn = await people.sign_on()
    assert turn.view is not None
    names = [each.name for each in turn.view.offers[0].inputs]
    assert names == ["otp"]
    assert "showRememberDevice" not in turn.view.fields


async def test_the_time_is_that_of_the_configuration() -> None:
    people, _, _ = await _joe()
    await _remember(people)
    people.flows.clock.advance(DAY_MINUTES * 60)
    assert not _is_done(await people.sign_on())


async def test_another_browser_is_asked() -> None:
    people, _, _ = await _joe()
    await _remember(people)
    people.browser = BrowserJar()
    assert not _is_done(await people.sign_on())


async def test_another_user_of_the_browser_is_asked() -> None:
    people, _, _ = await _joe()
    await _remember(people)
    eve = await people.flows.add_user(1, username="eve")
    await people.enrol(eve, AuthenticatorKind.EMAIL, "eve@example.com")
    turn = await people.flows.sign_on(people.browser, username="eve")
    assert not _is_done(turn)


async def test_another_authenticator_ends_it() -> None:
    people, joe, _ = await _joe()
    await _remember(people)
    await people.enrol(joe, AuthenticatorKind.EMAIL, SECOND)
    assert not _is_done(await people.sign_on())


async def test_an_authenticator_that_is_removed_ends_it() -> None:
    people, joe, _ = await _joe()
    mail = await people.enrol(joe, AuthenticatorKind.EMAIL, SECOND)
    await _remember(people)
    await people.flows.second_factors.remove(people.flows.env, joe, mail.id, source="test")
    assert not _is_done(await people.sign_on())


async def test_forgetting_ends_it_at_once_and_a_new_wish_counts_again() -> None:
    people, joe, _ = await _joe()
    await _remember(people)
    factors, env = people.flows.second_factors, people.flows.env
    assert await factors.forget_browsers(env, joe, source="test")
    assert _last(people, BrowsersForgotten).source == "test"
    people.flows.clock.advance(30)
    assert _is_done(await _remember(people))
    assert _is_done(await people.sign_on())


async def test_what_was_forgotten_stays_so_when_the_default_authenticator_goes() -> None:
    people, joe, _ = await _joe()
    await _remember(people)
    factors, env = people.flows.second_factors, people.flows.env
    mail = await people.enrol(joe, AuthenticatorKind.EMAIL, SECOND)
    await factors.set_default(env, joe.id, mail.id)
    assert await factors.forget_browsers(env, joe, source="test")
    await people.flows.store.authenticators.remove(env, mail.id)
    assert not _is_done(await people.sign_on())


async def test_what_another_authenticator_has_ended_stays_so_when_it_goes() -> None:
    people, joe, _ = await _joe()
    await _remember(people)
    mail = await people.enrol(joe, AuthenticatorKind.EMAIL, SECOND)
    await people.flows.second_factors.remove(people.flows.env, joe, mail.id, source="test")
    assert not _is_done(await people.sign_on())


async def test_there_is_nothing_to_forget_of_whoever_has_no_second_factor() -> None:
    people = People(remember_minutes=DAY_MINUTES)
    joe = await people.add()
    assert not await people.flows.second_factors.forget_browsers(
        people.flows.env, joe, source="test"
    )


async def test_an_application_that_wants_somebody_there_now_has_the_factor_asked() -> None:
    people, _, _ = await _joe()
    await _remember(people)
    turn = await people.flows.begin(people.browser, max_age=3600)
    turn = await people.act(turn, "usernamePassword.check", username="joe", password="Password1")
    assert not _is_done(turn)


async def test_a_flow_without_cookies_remembers_no_browser_and_knows_none() -> None:
    people, _, _ = await _joe()
    await _remember(people)
    bare = make_application("bare", is_cookieless=True, is_redirectless=True)
    people.flows.reconfigure(clients={**people.flows.env.clients, bare.client_id: bare})
    jar = BrowserJar(kept={"remembered": people.browser.kept["remembered"]})
    turn = await people.flows.begin(jar, client=bare, response_mode=ResponseMode.PI_FLOW)
    turn = await people.flows.check(jar, turn.flow.id)
    assert not _is_done(turn)
    assert turn.view is not None
    assert "showRememberDevice" not in turn.view.fields


async def test_SEC_161_a_password_alone_gives_nobody_counts_of_their_own() -> None:
    people, joe, _ = await _joe()
    for _ in range(5):
        people.browser = BrowserJar()
        turn = await people.sign_on()
        assert "device" in people.browser.kept
        turn = await people.act(turn, "otp.check", otp="000000")
    people.browser = BrowserJar()
    turn = await people.act(await people.sign_on(), "otp.check", otp=people.code())
    assert turn.problems
    store, env, now = people.flows.store, people.flows.env, people.flows.clock.now()
    failures = await store.attempts.find_failures(env, guesses_of(joe.id), now=now)
    assert failures.failures == 5


async def test_strangers_with_the_password_do_not_lock_a_known_device_out() -> None:
    people, _, _ = await _joe()
    await _remember(people, rememberDevice=False)
    owners = people.browser
    for _ in range(5):
        people.browser = BrowserJar()
        await people.act(await people.sign_on(), "otp.check", otp="000000")
    people.browser = owners
    people.flows.clock.advance(30)
    done = await people.act(await people.sign_on(), "otp.check", otp=people.code())
    assert _is_done(done)


async def test_a_known_device_has_a_count_and_not_any_number_of_guesses() -> None:
    people, _, _ = await _joe()
    await _remember(people, rememberDevice=False)
    turn = await people.sign_on()
    for _ in range(5):
        turn = await people.act(turn, "otp.check", otp="000000")
    people.flows.clock.advance(30)
    refused = await people.act(await people.sign_on(), "otp.check", otp=people.code())
    assert refused.problems


async def test_codes_are_sent_to_the_owner_s_device_when_strangers_have_used_theirs_up() -> None:
    people = People()
    joe = await people.add()
    await people.enrol(joe, AuthenticatorKind.EMAIL, SECOND)
    turn = await people.sign_on()
    await people.act(turn, "otp.check", otp=people.flows.outbox.code())
    owners = people.browser
    people.browser = BrowserJar()
    turn = await people.sign_on()
    for _ in range(6):
        turn = await people.act(turn, "otp.resend")
    assert turn.problems
    people.browser = owners
    before = len(people.flows.outbox.messages)
    await people.sign_on()
    assert len(people.flows.outbox.messages) == before + 1
