"""Authenticators of a user: enrolled, chosen, named, removed."""

import json
from dataclasses import replace as replace_user

import pytest
from msgspec.structs import replace

from ostiary.core.model.audit.authenticators import SecondFactorRefused
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.ports.delivery import Channel, DeliveryFailedError, Template
from ostiary.core.signon.authenticator_changes import MAX_AUTHENTICATORS, MAX_NICKNAME_CHARACTERS
from ostiary.core.signon.factor_words import Challenge, Enrolment, FactorRefused
from tests.support.authenticators import make_authenticator
from tests.support.environments import make_environment
from tests.support.second_factors import FLOW, TARGETS, Factors
from tests.support.users import make_user

EVERY_KIND = pytest.mark.parametrize("kind", list(AuthenticatorKind))


@pytest.fixture
def factors() -> Factors:
    return Factors()


async def kinds_of(factors: Factors) -> list[AuthenticatorKind]:
    enrolled = await factors.factors.enrolled(factors.env, factors.user.id)
    return [each.kind for each in enrolled]


@EVERY_KIND
async def test_nothing_is_stored_before_the_user_has_shown_that_it_works(
    factors: Factors, kind: AuthenticatorKind
) -> None:
    await factors.begin(kind)

    assert await factors.store.authenticators.select(factors.env, factors.user.id) == ()


@EVERY_KIND
async def test_what_is_kept_in_between_goes_through_json(
    factors: Factors, kind: AuthenticatorKind
) -> None:
    begun = await factors.begin(kind)
    state = json.loads(json.dumps(begun.to_state()))

    assert Enrolment.from_state(state) == begun
    shown = factors.factors.exhibit(factors.env, Enrolment.from_state(state))
    assert shown == factors.factors.exhibit(factors.env, begun)
    kept, _ = await factors.enrol(kind)
    challenge = await factors.ask(kept)
    assert Challenge.from_state(json.loads(json.dumps(challenge.to_state()))) == challenge


@EVERY_KIND
async def test_nothing_that_is_kept_in_between_shows_a_secret(
    factors: Factors, kind: AuthenticatorKind
) -> None:
    begun = await factors.begin(kind)
    shown = factors.factors.exhibit(factors.env, begun)

    kept = json.dumps(begun.to_state())

    codes = [message.values["code"] for message in factors.outbox.messages]
    for secret in (shown.key, *shown.recovery_codes, *codes):
        assert not secret or secret not in kept


async def test_a_code_is_sent_where_it_is_to_go_and_says_how_long_it_holds(
    factors: Factors,
) -> None:
    await factors.begin(AuthenticatorKind.SMS)

    (message,) = factors.outbox.messages
    assert (message.channel, message.to) == (Channel.SMS, TARGETS[AuthenticatorKind.SMS])
    assert (message.template, message.locale) == (Template.ONE_TIME_CODE, "de")
    assert message.values["minutes"] == "10"
    assert message.user == factors.user.id


async def test_an_application_is_told_who_it_is_for(factors: Factors) -> None:
    shown = factors.factors.exhibit(factors.env, await factors.begin(AuthenticatorKind.TOTP))

    assert shown.key_uri.startswith("otpauth://totp/Default:joe?")
    assert shown.key in shown.key_uri


async def test_a_user_is_told_by_mail_of_a_new_authenticator(factors: Factors) -> None:
    await factors.enrol(AuthenticatorKind.TOTP)

    (message,) = factors.outbox.messages
    assert (message.template, message.to) == (Template.AUTHENTICATOR_ADDED, "user1@example.com")
    assert message.values == {"authenticator": "TOTP"}


async def test_a_user_is_told_by_mail_of_a_removed_one_under_its_nickname(
    factors: Factors,
) -> None:
    begun = await factors.begin(AuthenticatorKind.TOTP)
    code = factors.code_of(factors.factors.exhibit(factors.env, begun))
    kept = await factors.finish(begun, code, nickname="Phone")
    assert isinstance(kept, Authenticator)

    assert await factors.factors.remove(factors.env, factors.user, kept.id, source="test")

    message = factors.outbox.messages[-1]
    assert message.template is Template.AUTHENTICATOR_REMOVED
    assert message.values == {"authenticator": "Phone"}


@pytest.mark.parametrize("attributes", [{}, {"email": ""}, {"email": ["a@example.com"]}])
async def test_who_has_no_address_is_told_nothing(
    factors: Factors, attributes: dict[str, object]
) -> None:
    factors.user = replace_user(factors.user, attributes=attributes)

    await factors.enrol(AuthenticatorKind.TOTP)

    assert factors.outbox.messages == []


async def test_without_a_mail_server_authenticators_come_and_go_all_the_same(
    factors: Factors,
) -> None:
    factors.outbox.closed = {Channel.EMAIL, Channel.SMS}

    kept, _ = await factors.enrol(AuthenticatorKind.TOTP)

    assert await factors.factors.remove(factors.env, factors.user, kept.id, source="test")
    with pytest.raises(DeliveryFailedError):
        await factors.begin(AuthenticatorKind.EMAIL)


async def test_the_default_is_asked_for_first_and_recovery_codes_last(factors: Factors) -> None:
    await factors.enrol(AuthenticatorKind.RECOVERY_CODES)
    await factors.enrol(AuthenticatorKind.TOTP)
    kept, _ = await factors.enrol(AuthenticatorKind.EMAIL)
    order = [AuthenticatorKind.TOTP, AuthenticatorKind.EMAIL, AuthenticatorKind.RECOVERY_CODES]
    assert await kinds_of(factors) == order

    await factors.factors.set_default(factors.env, factors.user.id, kept.id)

    assert await kinds_of(factors) == [order[1], order[0], order[2]]


async def test_one_authenticator_is_the_default(factors: Factors) -> None:
    made = [(await factors.enrol(AuthenticatorKind.TOTP))[0] for _ in range(3)]
    for each in made:
        await factors.factors.set_default(factors.env, factors.user.id, each.id)

    enrolled = await factors.factors.enrolled(factors.env, factors.user.id)

    assert [each.id for each in enrolled if each.is_default] == [made[-1].id]


async def test_an_authenticator_gets_a_nickname_of_bounded_length(factors: Factors) -> None:
    kept, _ = await factors.enrol(AuthenticatorKind.TOTP)

    renamed = await factors.factors.rename(factors.env, factors.user.id, kept.id, "x" * 1000)

    assert renamed == replace(kept, nickname="x" * MAX_NICKNAME_CHARACTERS, version=2)


async def test_nobody_names_chooses_or_removes_the_authenticator_of_somebody_else(
    factors: Factors,
) -> None:
    kept, _ = await factors.enrol(AuthenticatorKind.TOTP)
    other = make_user(2)

    assert await factors.factors.rename(factors.env, other.id, kept.id, "mine") is None
    assert await factors.factors.set_default(factors.env, other.id, kept.id) is None
    assert not await factors.factors.remove(factors.env, other, kept.id, source="test")
    assert await factors.factors.enrolled(factors.env, factors.user.id) == (kept,)


async def test_what_is_used_while_it_is_renamed_keeps_both(factors: Factors) -> None:
    kept, shown = await factors.enrol(AuthenticatorKind.TOTP)
    await factors.factors.rename(factors.env, factors.user.id, kept.id, "Phone")

    used = await factors.answer(kept, factors.code_of(shown))

    assert isinstance(used, Authenticator)
    assert (used.nickname, used.version) == ("Phone", 3)
    assert used.used_at == factors.clock.now()


@pytest.mark.parametrize(
    "kind", [AuthenticatorKind.EMAIL, AuthenticatorKind.SMS, AuthenticatorKind.RECOVERY_CODES]
)
async def test_what_was_enrolled_before_gives_way_to_the_same_once_more(
    factors: Factors, kind: AuthenticatorKind
) -> None:
    await factors.enrol(kind)
    again, _ = await factors.enrol(kind)

    assert await factors.factors.enrolled(factors.env, factors.user.id) == (again,)


async def test_another_address_is_another_authenticator(factors: Factors) -> None:
    await factors.enrol(AuthenticatorKind.EMAIL)
    await factors.enrol(AuthenticatorKind.EMAIL, target="other@example.com")

    assert await kinds_of(factors) == [AuthenticatorKind.EMAIL] * 2


async def test_a_user_has_so_many_authenticators_and_no_more(factors: Factors) -> None:
    for number in range(MAX_AUTHENTICATORS):
        kept = make_authenticator(number, user_id=factors.user.id)
        await factors.store.authenticators.add(factors.env, kept)

    refused = await factors.factors.begin_enrolment(
        factors.env, factors.user, AuthenticatorKind.TOTP, context=FLOW
    )

    assert refused == FactorRefused("limit")
    assert [event.reason for event in factors.emitted(SecondFactorRefused)] == ["limit"]


@EVERY_KIND
async def test_the_same_enrolment_is_finished_once(
    factors: Factors, kind: AuthenticatorKind
) -> None:
    begun = await factors.begin(kind)
    shown = factors.factors.exhibit(factors.env, begun)
    match kind:
        case AuthenticatorKind.TOTP:
            answer = factors.code_of(shown)
        case AuthenticatorKind.PASSKEY:
            answer = factors.make_passkey().create(shown.creation_options)
        case AuthenticatorKind.RECOVERY_CODES:
            answer = ""
        case _:
            answer = factors.outbox.code()

    results = [await factors.finish(begun, answer) for _ in range(2)]

    assert isinstance(results[0], Authenticator)
    assert isinstance(results[1], FactorRefused)
    assert await kinds_of(factors) == [kind]


async def test_nobody_finishes_the_enrolment_of_somebody_else(factors: Factors) -> None:
    begun = await factors.begin(AuthenticatorKind.RECOVERY_CODES)
    factors.user = make_user(2)

    assert await factors.finish(begun, "") == FactorRefused("over")


async def test_a_passkey_that_somebody_has_is_not_enrolled_again(factors: Factors) -> None:
    passkey = factors.make_passkey()
    await factors.enrol(AuthenticatorKind.PASSKEY, passkey)
    factors.user = make_user(2)
    begun = await factors.begin(AuthenticatorKind.PASSKEY)

    refused = await factors.finish(begun, passkey.create(begun.challenge.options))

    assert isinstance(refused, FactorRefused)
    assert await kinds_of(factors) == []


async def test_a_device_that_has_a_passkey_is_not_asked_to_make_another(factors: Factors) -> None:
    passkey = factors.make_passkey()
    kept, _ = await factors.enrol(AuthenticatorKind.PASSKEY, passkey)

    begun = await factors.begin(AuthenticatorKind.PASSKEY)

    (excluded,) = json.loads(begun.challenge.options)["excludeCredentials"]
    assert excluded["id"] == json.loads(passkey.get((await factors.ask(kept)).options))["id"]


async def test_any_passkey_of_the_user_answers_and_is_the_one_that_was_used(
    factors: Factors,
) -> None:
    first, second = factors.make_passkey(), factors.make_passkey()
    asked, _ = await factors.enrol(AuthenticatorKind.PASSKEY, first)
    other, _ = await factors.enrol(AuthenticatorKind.PASSKEY, second)
    challenge = await factors.ask(asked)

    used = await factors.answer(asked, second.get(challenge.options), challenge)

    assert isinstance(used, Authenticator)
    assert used.id == other.id
    assert len(json.loads(challenge.options)["allowCredentials"]) == 2


async def test_kinds_are_usable_where_the_configuration_has_a_way_for_them(
    factors: Factors,
) -> None:
    for kind in AuthenticatorKind:
        assert factors.factors.can_use(factors.env, kind)
        await factors.enrol(kind)

    factors.outbox.closed = {Channel.SMS}
    factors.env = make_environment(base_url="https://192.0.2.1:9031")

    assert not factors.factors.can_use(factors.env, AuthenticatorKind.SMS)
    assert not factors.factors.can_use(factors.env, AuthenticatorKind.PASSKEY)
    assert await kinds_of(factors) == [
        AuthenticatorKind.TOTP,
        AuthenticatorKind.EMAIL,
        AuthenticatorKind.RECOVERY_CODES,
    ]


async def test_passkeys_of_another_domain_are_not_usable(factors: Factors) -> None:
    await factors.enrol(AuthenticatorKind.PASSKEY)

    factors.env = make_environment(base_url="https://moved.example.com")

    assert await kinds_of(factors) == []
