"""Guessing, replaying and moving second factors."""

import asyncio
from dataclasses import replace as replace_user

import pytest
from msgspec.structs import replace

from ostiary.core.crypto.sealing import SealBrokenError
from ostiary.core.model.audit.authenticators import (
    SecondFactorAccepted,
    SecondFactorLocked,
    SecondFactorRefused,
)
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.password_policy import LockoutPolicy
from ostiary.core.signon.factor_counts import guesses_of
from ostiary.core.signon.factor_words import Challenge, Exhibit, FactorRefused
from tests.support.environments import make_environment
from tests.support.second_factors import FLOW, OTHER_FLOW, TARGETS, WRONG, Factors
from tests.support.soft_passkey import SoftPasskey
from tests.support.users import make_user

EVERY_KIND = pytest.mark.parametrize("kind", list(AuthenticatorKind))
SENT_KINDS = pytest.mark.parametrize("kind", list(TARGETS))


@pytest.fixture
def factors() -> Factors:
    return Factors()


@pytest.fixture
def passkey(factors: Factors) -> SoftPasskey:
    return factors.make_passkey()


def right_answer(
    factors: Factors,
    passkey: SoftPasskey,
    asked: tuple[Authenticator, Exhibit],
    challenge: Challenge,
) -> str:
    """Return what the user would answer."""
    authenticator, shown = asked
    match authenticator.kind:
        case AuthenticatorKind.TOTP:
            return factors.code_of(shown)
        case AuthenticatorKind.RECOVERY_CODES:
            return shown.recovery_codes[0]
        case AuthenticatorKind.PASSKEY:
            return passkey.get(challenge.options)
        case _:
            return factors.outbox.code()


@EVERY_KIND
async def test_SEC_161_after_five_wrong_answers_the_right_one_is_refused(
    factors: Factors, passkey: SoftPasskey, kind: AuthenticatorKind
) -> None:
    lenient = LockoutPolicy(failures=50, spray_users=0)
    factors.env = make_environment(lockout=lenient)
    enrolled = await factors.enrol(kind, passkey)
    challenge = await factors.ask(enrolled[0])
    right = right_answer(factors, passkey, enrolled, challenge)
    remaining = []
    for _ in range(5):
        refused = await factors.answer(enrolled[0], WRONG, challenge)
        assert isinstance(refused, FactorRefused)
        assert refused.kept is not None
        challenge = refused.kept
        remaining.append(refused.remaining)

    result = await factors.answer(enrolled[0], right, challenge)

    assert remaining == [4, 3, 2, 1, 0]
    assert result == FactorRefused("over")
    # A new challenge is another five guesses, under the count that all of them share.
    challenge = await factors.ask(enrolled[0])
    right = right_answer(factors, passkey, enrolled, challenge)
    assert isinstance(await factors.answer(enrolled[0], right, challenge), Authenticator)


@EVERY_KIND
async def test_SEC_161_wrong_answers_lock_every_factor_of_the_user_in_every_flow(
    factors: Factors, passkey: SoftPasskey, kind: AuthenticatorKind
) -> None:
    totp, _ = await factors.enrol(AuthenticatorKind.TOTP)
    enrolled = await factors.enrol(kind, passkey)
    challenge = await factors.ask(enrolled[0])
    right = right_answer(factors, passkey, enrolled, challenge)

    for context in (FLOW, OTHER_FLOW, FLOW, OTHER_FLOW):
        await factors.answer(totp, WRONG, context=context)
    refused = await factors.answer(totp, WRONG)
    locked = await factors.answer(enrolled[0], right, challenge)

    assert isinstance(refused, FactorRefused)
    assert (refused.reason, refused.retry_seconds) == ("locked", 60)
    assert locked == FactorRefused("locked", remaining=0, retry_seconds=60)
    assert [event.failures for event in factors.emitted(SecondFactorLocked)] == [5]
    assert factors.emitted(SecondFactorRefused)[-1].reason == "locked"
    # Nothing of the right answer was used up meanwhile.
    factors.clock.advance(60)
    challenge = await factors.ask(enrolled[0])
    again = right_answer(factors, passkey, enrolled, challenge)
    assert isinstance(await factors.answer(enrolled[0], again, challenge), Authenticator)


async def test_SEC_161_each_lock_is_longer_than_the_one_before(factors: Factors) -> None:
    totp, _ = await factors.enrol(AuthenticatorKind.TOTP)
    waits = []

    for _ in range(4):
        for _ in range(4):
            await factors.answer(totp, WRONG)
        refused = await factors.answer(totp, WRONG)
        assert isinstance(refused, FactorRefused)
        waits.append(refused.retry_seconds)
        factors.clock.advance(refused.retry_seconds or 0)

    assert waits == [60, 300, 900, 900]


async def test_SEC_161_of_200_guesses_at_once_no_more_than_five_are_compared(
    factors: Factors,
) -> None:
    totp, shown = await factors.enrol(AuthenticatorKind.TOTP)
    right = factors.code_of(shown)

    guesses = [f"{number:06}" for number in range(200) if f"{number:06}" != right]
    results = await asyncio.gather(*(factors.answer(totp, guess) for guess in guesses))

    compared = [r for r in results if isinstance(r, FactorRefused) and r.kept is not None]
    assert len(compared) == 5
    assert await factors.answer(totp, right) == FactorRefused(
        "locked", remaining=0, retry_seconds=60
    )


async def test_SEC_161_a_right_answer_clears_the_count(factors: Factors) -> None:
    totp, shown = await factors.enrol(AuthenticatorKind.TOTP)
    for _ in range(3):
        for _ in range(4):
            await factors.answer(totp, WRONG)
        factors.clock.advance(30)
        assert isinstance(await factors.answer(totp, factors.code_of(shown)), Authenticator)

    assert factors.emitted(SecondFactorLocked) == []


async def test_SEC_161_a_new_authenticator_does_not_clear_the_count_of_guesses(
    factors: Factors,
) -> None:
    totp, _ = await factors.enrol(AuthenticatorKind.TOTP)
    for _ in range(4):
        await factors.answer(totp, WRONG)

    await factors.enrol(AuthenticatorKind.TOTP)
    await factors.enrol(AuthenticatorKind.EMAIL)
    await factors.enrol(AuthenticatorKind.RECOVERY_CODES)

    refused = await factors.answer(totp, WRONG)
    assert isinstance(refused, FactorRefused)
    assert refused.reason == "locked"


@SENT_KINDS
async def test_SEC_161_an_address_is_not_enrolled_by_guessing_its_code(
    factors: Factors, kind: AuthenticatorKind
) -> None:
    enrolment = await factors.begin(kind)
    reasons = []
    for _ in range(5):
        refused = await factors.finish(enrolment, WRONG)
        assert isinstance(refused, FactorRefused)
        assert refused.kept is not None
        enrolment = replace(enrolment, challenge=refused.kept)
        reasons.append(refused.reason)

    assert reasons == [*["wrong"] * 4, "locked"]
    assert [event.reason for event in factors.emitted(SecondFactorRefused)] == reasons
    right = factors.outbox.code()
    assert await factors.finish(enrolment, right) == FactorRefused("over")
    fresh = replace(enrolment, challenge=replace(enrolment.challenge, failures=0))
    locked = await factors.finish(fresh, right)
    assert isinstance(locked, FactorRefused)
    assert locked.reason == "locked"
    assert await factors.factors.enrolled(factors.env, factors.user.id) == ()


@SENT_KINDS
async def test_SEC_161_a_code_has_six_digits_and_holds_ten_minutes(
    factors: Factors, kind: AuthenticatorKind
) -> None:
    kept, _ = await factors.enrol(kind)
    challenge = await factors.ask(kept)
    code = factors.outbox.code()
    assert len(code) == 6
    assert code.isdecimal()

    factors.clock.advance(599)
    early = await factors.answer(kept, code, challenge)
    factors.clock.advance(1)
    late = await factors.answer(kept, code, challenge)

    assert isinstance(early, Authenticator)
    assert late == FactorRefused("over")
    # It was no guess.
    subject, now = guesses_of(factors.user.id), factors.clock.now()
    counted = await factors.store.attempts.find_failures(factors.env, subject, now=now)
    assert counted.failures == 0


@SENT_KINDS
async def test_SEC_161_no_more_than_five_codes_are_sent_in_a_row(
    factors: Factors, kind: AuthenticatorKind
) -> None:
    kept, _ = await factors.enrol(kind)
    before = len(factors.outbox.messages)
    # One went out for the enrolment.
    for _ in range(3):
        await factors.ask(kept)
    challenge = await factors.ask(kept)

    refused = await factors.factors.challenge(factors.env, factors.user, kept, FLOW)

    assert refused == FactorRefused("limit", retry_seconds=60)
    assert len(factors.outbox.messages) == before + 4
    # Whoever reads the last one may have more.
    assert isinstance(await factors.answer(kept, factors.outbox.code(), challenge), Authenticator)
    assert isinstance(await factors.ask(kept), Challenge)


@SENT_KINDS
async def test_SEC_161_the_same_holds_for_codes_to_an_address_that_is_being_enrolled(
    factors: Factors, kind: AuthenticatorKind
) -> None:
    enrolment = await factors.begin(kind)
    for _ in range(3):
        await factors.factors.send_again(factors.env, factors.user, enrolment, FLOW)
    again = await factors.factors.send_again(factors.env, factors.user, enrolment, FLOW)
    assert not isinstance(again, FactorRefused)
    first, last = factors.outbox.messages[0].values["code"], factors.outbox.code()

    limited = await factors.factors.send_again(factors.env, factors.user, enrolment, FLOW)

    assert limited == FactorRefused("limit", retry_seconds=60)
    assert isinstance(await factors.finish(again, first), FactorRefused)
    assert isinstance(await factors.finish(again, last), Authenticator)


async def test_SEC_161_nobody_is_sent_more_codes_because_several_people_ask_for_them(
    factors: Factors,
) -> None:
    target = TARGETS[AuthenticatorKind.SMS]
    for number in range(5):
        factors.user = make_user(number)
        await factors.begin(AuthenticatorKind.SMS, target)

    factors.user = make_user(6)
    refused = await factors.factors.begin_enrolment(
        factors.env, factors.user, AuthenticatorKind.SMS, context=FLOW, target=target
    )

    assert refused == FactorRefused("limit", retry_seconds=60)
    assert len(factors.outbox.messages) == 5


async def test_SEC_161_whoever_is_locked_is_sent_no_codes(factors: Factors) -> None:
    mail, _ = await factors.enrol(AuthenticatorKind.EMAIL)
    challenge = await factors.ask(mail)
    for _ in range(5):
        await factors.answer(mail, WRONG, challenge)
    sent = len(factors.outbox.messages)

    refused = await factors.factors.challenge(factors.env, factors.user, mail, FLOW)

    assert refused == FactorRefused("locked", remaining=0, retry_seconds=60)
    assert len(factors.outbox.messages) == sent


async def test_SEC_162_a_code_of_an_application_is_taken_once_in_whatever_flow(
    factors: Factors,
) -> None:
    totp, shown = await factors.enrol(AuthenticatorKind.TOTP)
    code = factors.code_of(shown)
    assert isinstance(await factors.answer(totp, code), Authenticator)

    again = await factors.answer(totp, code, context=OTHER_FLOW)
    before = await factors.answer(totp, factors.code_of(shown, steps=-1))

    for refused in (again, before):
        assert isinstance(refused, FactorRefused)
        assert refused.reason == "wrong"


async def test_SEC_162_the_code_that_enrolled_an_application_does_not_sign_on(
    factors: Factors,
) -> None:
    enrolment = await factors.begin(AuthenticatorKind.TOTP)
    code = factors.code_of(factors.factors.exhibit(factors.env, enrolment))
    totp = await factors.finish(enrolment, code)
    assert isinstance(totp, Authenticator)

    assert isinstance(await factors.answer(totp, code), FactorRefused)


@pytest.mark.parametrize("steps", [-2, 2])
async def test_SEC_162_a_code_of_more_than_one_step_away_is_refused(
    factors: Factors, steps: int
) -> None:
    totp, shown = await factors.enrol(AuthenticatorKind.TOTP)
    factors.clock.advance(3600)

    refused = await factors.answer(totp, factors.code_of(shown, steps=steps))

    assert isinstance(refused, FactorRefused)
    near = await factors.answer(totp, factors.code_of(shown, steps=steps // 2))
    assert isinstance(near, Authenticator)


async def test_SEC_162_a_recovery_code_is_taken_once_and_the_others_are_left(
    factors: Factors,
) -> None:
    codes, shown = await factors.enrol(AuthenticatorKind.RECOVERY_CODES)
    for code in shown.recovery_codes:
        assert isinstance(await factors.answer(codes, code), Authenticator)
        assert isinstance(await factors.answer(codes, code), FactorRefused)

    assert await factors.factors.enrolled(factors.env, factors.user.id) == ()


@EVERY_KIND
async def test_SEC_162_a_challenge_of_another_flow_is_refused(
    factors: Factors, passkey: SoftPasskey, kind: AuthenticatorKind
) -> None:
    enrolled = await factors.enrol(kind, passkey)
    challenge = await factors.ask(enrolled[0])
    right = right_answer(factors, passkey, enrolled, challenge)

    refused = await factors.answer(enrolled[0], right, challenge, OTHER_FLOW)

    assert refused == FactorRefused("over")


@SENT_KINDS
async def test_SEC_162_a_code_that_was_sent_in_another_flow_is_refused(
    factors: Factors, kind: AuthenticatorKind
) -> None:
    kept, _ = await factors.enrol(kind)
    challenge = await factors.ask(kept)
    code = factors.outbox.code()
    other = await factors.ask(kept, OTHER_FLOW)
    moved = replace(challenge, flow_id=OTHER_FLOW.flow_id)

    assert isinstance(await factors.answer(kept, code, other, OTHER_FLOW), FactorRefused)
    assert isinstance(await factors.answer(kept, code, moved, OTHER_FLOW), FactorRefused)


async def test_SEC_162_an_answer_of_a_passkey_to_another_challenge_is_refused(
    factors: Factors, passkey: SoftPasskey
) -> None:
    kept, _ = await factors.enrol(AuthenticatorKind.PASSKEY, passkey)
    challenge = await factors.ask(kept)
    answer = passkey.get(challenge.options)
    assert isinstance(await factors.answer(kept, answer, challenge), Authenticator)

    assert isinstance(await factors.answer(kept, answer), FactorRefused)
    assert isinstance(await factors.answer(kept, answer, challenge), FactorRefused)


async def test_SEC_162_a_passkey_whose_count_goes_back_is_refused(
    factors: Factors, passkey: SoftPasskey
) -> None:
    kept, _ = await factors.enrol(AuthenticatorKind.PASSKEY, passkey)
    for _ in range(2):
        challenge = await factors.ask(kept)
        assert isinstance(
            await factors.answer(kept, passkey.get(challenge.options), challenge), Authenticator
        )
    passkey.count = 1

    challenge = await factors.ask(kept)
    refused = await factors.answer(kept, passkey.get(challenge.options), challenge)

    assert isinstance(refused, FactorRefused)


@EVERY_KIND
async def test_SEC_162_nobody_proves_anything_with_the_authenticator_of_somebody_else(
    factors: Factors, passkey: SoftPasskey, kind: AuthenticatorKind
) -> None:
    theirs = await factors.enrol(kind, passkey)
    factors.user = make_user(2)
    challenge = await factors.ask(theirs[0])
    if kind is AuthenticatorKind.PASSKEY:
        # Their own passkey answers the challenge of the other one.
        await factors.enrol(kind)
        challenge = await factors.ask(theirs[0])

    refused = await factors.answer(
        theirs[0], right_answer(factors, passkey, theirs, challenge), challenge
    )

    assert isinstance(refused, FactorRefused)
    assert factors.emitted(SecondFactorAccepted) == []


@EVERY_KIND
async def test_SEC_162_what_is_removed_or_not_active_proves_nothing(
    factors: Factors, passkey: SoftPasskey, kind: AuthenticatorKind
) -> None:
    enrolled = await factors.enrol(kind, passkey)
    kept = enrolled[0]
    challenge = await factors.ask(kept)
    right = right_answer(factors, passkey, enrolled, challenge)
    port = factors.store.authenticators

    resting = await port.save(
        factors.env, replace(kept, is_active=False), expected_version=kept.version
    )
    assert isinstance(await factors.answer(kept, right, challenge), FactorRefused)
    await port.save(factors.env, kept, expected_version=resting.version)
    assert await factors.factors.remove(factors.env, factors.user, kept.id, source="test")

    assert isinstance(await factors.answer(kept, right, challenge), FactorRefused)


async def test_a_seed_is_sealed_and_does_not_open_in_another_place(factors: Factors) -> None:
    mine, shown = await factors.enrol(AuthenticatorKind.TOTP)
    factors.user = make_user(2)
    theirs, _ = await factors.enrol(AuthenticatorKind.TOTP)
    assert shown.key not in repr(mine)
    assert mine.secret is not None
    assert shown.key not in mine.secret

    moved = replace(theirs, secret=mine.secret)
    await factors.store.authenticators.save(factors.env, moved, expected_version=theirs.version)

    with pytest.raises(SealBrokenError):
        await factors.answer(theirs, factors.code_of(shown))


async def test_SEC_223_the_same_authenticator_in_another_environment_is_refused(
    factors: Factors, passkey: SoftPasskey
) -> None:
    codes, shown = await factors.enrol(AuthenticatorKind.RECOVERY_CODES)
    key, _ = await factors.enrol(AuthenticatorKind.PASSKEY, passkey)
    lockout = factors.env.lockout
    factors.env = make_environment("other", lockout=lockout)

    assert isinstance(await factors.answer(codes, shown.recovery_codes[0]), FactorRefused)
    challenge = await factors.ask(key)
    assert isinstance(
        await factors.answer(key, passkey.get(challenge.options), challenge), FactorRefused
    )


@EVERY_KIND
async def test_events_name_what_happened_and_no_secret(
    factors: Factors, passkey: SoftPasskey, kind: AuthenticatorKind
) -> None:
    factors.user = replace_user(factors.user, attributes={})
    enrolled = await factors.enrol(kind, passkey)
    challenge = await factors.ask(enrolled[0])
    right = right_answer(factors, passkey, enrolled, challenge)
    await factors.answer(enrolled[0], "canary 123", challenge)
    await factors.answer(enrolled[0], right, challenge)
    await factors.factors.remove(factors.env, factors.user, enrolled[0].id, source="test")

    told = " ".join(map(repr, factors.events.events))

    assert [type(event).__name__ for event in factors.events.events] == [
        "AuthenticatorAdded",
        "SecondFactorRefused",
        "SecondFactorAccepted",
        "AuthenticatorRemoved",
    ]
    for secret in (
        right,
        "canary",
        enrolled[1].key,
        TARGETS.get(kind, ""),
        *enrolled[1].recovery_codes,
    ):
        assert not secret or secret not in told


async def test_the_count_is_kept_under_one_name_for_every_entrance(factors: Factors) -> None:
    totp, _ = await factors.enrol(AuthenticatorKind.TOTP)
    await factors.answer(totp, WRONG)

    subject = guesses_of(factors.user.id)
    failures = await factors.store.attempts.find_failures(
        factors.env, subject, now=factors.clock.now()
    )

    assert failures.failures == 1
