"""What changes between a person's yes and a device's next question, and codes in other places."""

from dataclasses import replace

import pytest

from ostiary.core.base.ids import ClientId
from ostiary.core.base.user_codes import LETTERS
from ostiary.core.model.device_request import DEVICE_GRANT
from tests.support.app import App
from tests.support.browsing import Browsing, make_sign_on_app
from tests.support.devices import (
    DEVICE_PAGE,
    TOKEN,
    Device,
    begun,
    device_clients,
    let_in,
    make_device_client,
    sign_on_at,
    type_code,
)
from tests.support.tenants import digest_of, secret_of
from tests.support.users import make_user

WRONG = "BBBB-BBBB"


@pytest.fixture
def app() -> App:
    """Serve devices, and a client of every other grant that takes a code of some kind."""
    grants = frozenset({"authorization_code", "refresh_token", DEVICE_GRANT})
    other = make_device_client("other", grant_types=grants)
    return make_sign_on_app(clients=[*device_clients(), other])


async def test_SEC_50_a_client_that_may_have_less_meanwhile_gets_nothing_of_before(
    app: App,
) -> None:
    device = await begun(app)
    await let_in(Browsing(app), device)
    app.change_client("tv", scopes=frozenset({"openid"}))
    assert await device.outcome() == "invalid_grant"
    assert await device.outcome(scope="openid") == "tokens"


async def test_SEC_50_a_client_that_may_have_less_meanwhile_is_let_in_for_nothing(
    app: App,
) -> None:
    device, browsing = await begun(app), Browsing(app)
    question = await type_code(browsing, device.user_code)
    app.change_client("tv", scopes=frozenset({"openid"}))
    page = await browsing.press(question, "pf.ok")
    assert "This code is over" in page.body.decode()
    assert await device.outcome() == "authorization_pending"


async def test_SEC_50_a_client_that_lost_the_grant_meanwhile_gets_nothing(app: App) -> None:
    device = await begun(app)
    await let_in(Browsing(app), device)
    app.change_client("tv", grant_types=frozenset({"refresh_token"}))
    assert await device.outcome() == "unauthorized_client"


@pytest.mark.parametrize("fields", [{"enabled": False}, {"grant_types": frozenset[str]()}])
async def test_SEC_50_the_code_of_a_client_that_was_closed_meanwhile_is_as_wrong_as_any(
    app: App, fields: dict[str, object]
) -> None:
    device, browsing = await begun(app), Browsing(app)
    await sign_on_at(browsing)
    app.change_client("tv", **fields)
    pages = [
        await browsing.get(f"{DEVICE_PAGE}?user_code={code}") for code in (device.user_code, WRONG)
    ]
    assert ["This code is not right" in page.body.decode() for page in pages] == [True, True]


async def test_SEC_50_a_secret_that_was_changed_meanwhile_is_wanted_as_it_is_now(app: App) -> None:
    device = await begun(app, "cli")
    await let_in(Browsing(app), device)
    app.change_client("cli", secrets=(digest_of("another-secret-0123456789-0123456789"),))
    assert await device.outcome() == "invalid_client"
    assert await device.outcome(client_secret="another-secret-0123456789-0123456789") == "tokens"


async def test_SEC_50_a_password_that_was_changed_meanwhile_gives_a_device_nothing(
    app: App,
) -> None:
    env, device = app.environment("default"), await begun(app)
    await let_in(Browsing(app), device)
    joe = await app.store.users.find(env, make_user(1).id)
    assert joe is not None
    assert joe.password is not None
    changed = replace(joe.password, changed_at=app.clock.now())
    await app.store.users.save(env, replace(joe, password=changed), expected_version=joe.version)
    assert await device.outcome() == "invalid_grant"


async def test_SEC_113_a_user_who_is_gone_meanwhile_gives_a_device_nothing(app: App) -> None:
    env, device = app.environment("default"), await begun(app)
    await let_in(Browsing(app), device)
    joe = await app.store.users.find(env, make_user(1).id)
    assert joe is not None
    await app.store.users.delete(env, joe.id)
    assert await device.outcome() == "invalid_grant"


async def test_SEC_114_whoever_was_let_in_comes_for_the_tokens_within_a_minute(app: App) -> None:
    devices, browsings = [await begun(app), await begun(app)], [Browsing(app), Browsing(app)]
    pairs = list(zip(browsings, devices, strict=True))
    questions = [await type_code(browsing, device.user_code) for browsing, device in pairs]
    app.clock.advance(599)
    for browsing, question in zip(browsings, questions, strict=True):
        await browsing.press(question, "pf.ok")
    app.clock.advance(59)
    assert await devices[0].outcome() == "tokens"
    app.clock.advance(1)
    assert await devices[1].outcome() == "expired_token"


@pytest.mark.parametrize(
    ("grant_type", "parameter"),
    [("authorization_code", "code"), ("refresh_token", "refresh_token")],
)
async def test_SEC_108_a_device_code_is_no_code_of_another_grant(
    app: App, grant_type: str, parameter: str
) -> None:
    device = await begun(app, "other")
    await let_in(Browsing(app), device)
    form = {
        "grant_type": grant_type,
        parameter: device.code,
        "client_id": "other",
        "client_secret": secret_of("other"),
        "redirect_uri": "https://app.example.com/callback",
        "code_verifier": "v" * 43,
    }
    answer = await app.pingfederate.post_form(TOKEN, form)
    assert answer.error == (400, "invalid_grant")


async def test_SEC_108_what_a_person_types_is_no_device_code(app: App) -> None:
    device = await begun(app)
    await let_in(Browsing(app), device)
    typed = device.user_code
    for code in (typed, typed.replace("-", ""), typed.replace("-", "").ljust(42, "0")):
        assert await device.outcome(device_code=code) == "invalid_grant"


async def test_SEC_108_a_thief_does_not_spend_the_code_by_trying_it(app: App) -> None:
    device = await begun(app)
    await let_in(Browsing(app), device)
    for _ in range(70):
        assert await Device(app, "cli", device.codes).outcome() == "invalid_grant"
    assert await device.outcome() == "tokens"


async def test_SEC_107_right_codes_give_nobody_more_guesses(app: App) -> None:
    own, browsing = await begun(app, "cli"), Browsing(app)
    await sign_on_at(browsing)
    statuses = []
    for _ in range(6):
        await browsing.get(f"{DEVICE_PAGE}?user_code={own.user_code}")
        statuses.append((await browsing.get(f"{DEVICE_PAGE}?user_code={WRONG}")).status)
    assert statuses == [*[200] * 5, 429]


async def test_SEC_107_user_codes_are_of_letters_that_make_no_words_nor_look_alike(
    app: App,
) -> None:
    codes = [(await begun(app)).user_code for _ in range(20)]
    letters = set("".join(codes)) - {"-"}
    assert len(set(codes)) == len(codes)
    assert letters <= set(LETTERS)
    assert len(LETTERS) == 20
    assert not letters & set("AEIOU0123456789")


async def test_SEC_73_what_was_taken_back_and_given_anew_is_told_apart(app: App) -> None:
    env, old = app.environment("default"), await begun(app)
    await let_in(Browsing(app), old)
    await app.store.user_grants.revoke_of_user(env, make_user(1).id, ClientId("tv"))
    new = await begun(app)
    await let_in(Browsing(app), new)
    assert [await old.outcome(), await new.outcome()] == ["invalid_grant", "tokens"]
