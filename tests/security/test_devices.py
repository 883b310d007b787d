"""Device authorization under attack: codes guessed, stolen, replayed, and devices slipped in."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import ValidationError

from ostiary.adapters.limiter import DEFAULT_ALLOWANCES
from ostiary.core.base.ids import ClientId
from ostiary.core.base.user_codes import LETTERS, LONG_CHARACTERS, SHORT_CHARACTERS
from ostiary.core.configuration.schema import DeviceSettings
from ostiary.core.model.audit.devices import (
    DeviceRequestBegun,
    DeviceRequestDecided,
    UserCodeRefused,
)
from ostiary.core.model.client import DevicePolicy
from ostiary.core.oauth import device_authorization
from tests.support.app import App, canary_free, run_now
from tests.support.asgi import Answer
from tests.support.browsing import Browsing, make_sign_on_app
from tests.support.devices import (
    DEVICE_PAGE,
    Device,
    begun,
    device_clients,
    finish,
    let_in,
    make_device_client,
    sign_on_at,
    type_code,
)
from tests.support.html import parse_form
from tests.support.users import make_user

WRONG = "BBBB-BBBB"
CROSS_SITE = ("sec-fetch-site", "cross-site")


@pytest.fixture
def app() -> App:
    return make_sign_on_app(clients=device_clients())


def test_SEC_107_guessing_for_as_long_as_codes_can_live_finds_one_in_ten_thousand_times() -> None:
    allowance = DEFAULT_ALLOWANCES["user code of anybody"]
    assert allowance is not None
    a_second = allowance.times / allowance.window_seconds
    longest = 1800
    chance = a_second * longest * device_authorization.MAX_WITH_SHORT_CODES
    assert chance / len(LETTERS) ** SHORT_CHARACTERS <= 1e-4
    chance = a_second * longest * device_authorization.MAX_OPEN
    assert chance / len(LETTERS) ** LONG_CHARACTERS <= 1e-4


@pytest.mark.parametrize("seconds", [59, 1801])
def test_SEC_107_no_codes_are_configured_to_live_longer_than_was_reckoned(seconds: int) -> None:
    with pytest.raises(ValidationError):
        DeviceSettings(lifetime_seconds=seconds)


async def test_SEC_107_one_user_guesses_five_times(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    page = await sign_on_at(browsing)
    for _ in range(5):
        page = await browsing.press(page, "pf.ok", pf_userCode=WRONG)
        assert page.status == 200
    refused = await browsing.press(page, "pf.ok", pf_userCode=device.user_code)
    assert refused.status == 429
    assert refused.header("retry-after")


async def test_SEC_107_another_browser_of_the_same_user_guesses_no_more(app: App) -> None:
    browsing = Browsing(app)
    page = await sign_on_at(browsing)
    for _ in range(5):
        page = await browsing.press(page, "pf.ok", pf_userCode=WRONG)
    other = await sign_on_at(Browsing(app), f"{DEVICE_PAGE}?user_code={WRONG}")
    assert other.status == 429


async def test_SEC_107_guesses_count_that_come_with_the_complete_URI(app: App) -> None:
    for _ in range(5):
        await sign_on_at(Browsing(app), f"{DEVICE_PAGE}?user_code={WRONG}")
    assert (await type_code(Browsing(app), WRONG)).status == 429


async def test_SEC_107_nobody_learns_whether_a_code_is_there_without_signing_on(app: App) -> None:
    device = await begun(app)
    pages = [
        await Browsing(app).get(f"{DEVICE_PAGE}?user_code={code}")
        for code in (device.user_code, WRONG)
    ]
    forms = [parse_form(page.body).fields for page in pages]
    assert [page.status for page in pages] == [200, 200]
    assert set(forms[0]) == set(forms[1])
    assert not [each for each in app.events.events if isinstance(each, UserCodeRefused)]


async def test_SEC_107_what_can_be_no_code_is_no_guess(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    page = await sign_on_at(browsing)
    for _ in range(9):
        page = await browsing.press(page, "pf.ok", pf_userCode="hello")
    question = await browsing.press(page, "pf.ok", pf_userCode=device.user_code)
    assert "Let Tv in?" in question.body.decode()


async def test_SEC_108_another_client_gets_nothing_for_a_device_code(app: App) -> None:
    device = await begun(app)
    await let_in(Browsing(app), device)
    thief = Device(app, "cli", device.codes)
    assert await thief.outcome() == "invalid_grant"
    assert await device.outcome() == "tokens"


async def test_SEC_108_another_client_cannot_slow_a_device_down(app: App) -> None:
    device = await begun(app)
    for _ in range(5):
        await Device(app, "cli", device.codes).poll()
    assert await device.outcome() == "authorization_pending"


async def test_SEC_109_polling_too_fast_makes_the_interval_longer_for_good(app: App) -> None:
    device, told = await begun(app), []
    for seconds in (0, 1, 6, 16, 4):
        app.clock.advance(seconds)
        told.append(await device.outcome())
    assert told == [
        "authorization_pending",
        "slow_down",
        "slow_down",
        "authorization_pending",
        "slow_down",
    ]


async def test_SEC_109_polling_all_the_time_is_turned_away(app: App) -> None:
    device = await begun(app)
    answers = [await device.poll() for _ in range(61)]
    assert [answer.status for answer in answers[-2:]] == [400, 429]
    assert answers[-1].header("retry-after")


async def test_SEC_110_of_twenty_that_redeem_at_once_one_gets_tokens(app: App) -> None:
    device = await begun(app)
    await let_in(Browsing(app), device)
    told = await asyncio.gather(*(device.outcome() for _ in range(20)))
    assert sorted(told) == [*["invalid_grant"] * 19, "tokens"]


async def test_SEC_110_a_device_code_is_good_once(app: App) -> None:
    device = await begun(app)
    await let_in(Browsing(app), device)
    assert [await device.outcome() for _ in range(3)] == ["tokens", *["invalid_grant"] * 2]


async def test_SEC_111_whoever_is_signed_on_is_asked_who_wants_in_and_from_where(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    await sign_on_at(browsing)
    page = await browsing.get(f"{DEVICE_PAGE}?user_code={device.user_code}")
    text = page.body.decode()
    for told in ("Let Tv in?", device.user_code, "192.0.2.10", "15:06 UTC", "profile"):
        assert told in text
    assert await device.outcome() == "authorization_pending"


async def test_SEC_111_remembered_consent_lets_no_device_in() -> None:
    app = make_sign_on_app(clients=[make_device_client("cli", bypasses_approval=True)])
    device, browsing = await begun(app, "cli"), Browsing(app)
    await sign_on_at(browsing)
    page = await browsing.get(f"{DEVICE_PAGE}?user_code={device.user_code}")
    assert "Let Cli in?" in page.body.decode()
    assert await device.outcome() == "authorization_pending"


async def test_SEC_111_a_client_may_want_its_users_to_sign_on_for_it() -> None:
    fresh = DevicePolicy(needs_fresh_sign_on=True)
    app = make_sign_on_app(clients=[make_device_client("cli", device=fresh)])
    device, browsing = await begun(app, "cli"), Browsing(app)
    await sign_on_at(browsing)
    app.clock.advance(1)
    page = await browsing.get(f"{DEVICE_PAGE}?user_code={device.user_code}")
    assert "pf.pass" in parse_form(page.body).fields


async def test_SEC_112_no_other_site_lets_a_device_in(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    question = await type_code(browsing, device.user_code)
    form = parse_form(question.body)
    sent = {**form.fields, "pf.ok": "clicked"}
    answer = await browsing.post_form(form.action, sent, [CROSS_SITE])
    assert answer.status == 403
    assert await device.outcome() == "authorization_pending"


async def test_SEC_112_no_GET_lets_a_device_in(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    form = parse_form((await type_code(browsing, device.user_code)).body)
    await browsing.get(f"{form.action}?pf.ok=clicked&pf.adapterId=user_code")
    await browsing.get(f"{DEVICE_PAGE}?user_code={device.user_code}&pf.ok=clicked")
    assert await device.outcome() == "authorization_pending"


async def test_SEC_112_no_form_that_only_begins_lets_a_device_in(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    await sign_on_at(browsing)
    sent = {"user_code": device.user_code, "pf.ok": "clicked"}
    page = await browsing.post_form(DEVICE_PAGE, sent)
    assert "Let Tv in?" in page.body.decode()
    assert await device.outcome() == "authorization_pending"


async def test_SEC_112_another_browser_cannot_answer_for_this_one(app: App) -> None:
    device = await begun(app)
    question = await type_code(Browsing(app), device.user_code)
    stranger = Browsing(app)
    await sign_on_at(stranger)
    assert (await stranger.press(question, "pf.ok")).status == 404
    assert await device.outcome() == "authorization_pending"


@pytest.mark.parametrize("when", ["before the tokens", "before the answer"])
async def test_SEC_113_a_user_who_was_locked_meanwhile_gets_nothing(app: App, when: str) -> None:
    env, browsing, device = app.environment("default"), Browsing(app), await begun(app)
    question = await type_code(browsing, device.user_code)
    joe = await app.store.users.find(env, make_user(1).id)
    assert joe is not None
    if when == "before the tokens":
        await finish(browsing, question, "pf.ok")
    await app.store.users.save(env, replace(joe, enabled=False), expected_version=joe.version)
    if when == "before the answer":
        await browsing.press(question, "pf.ok")
    assert await device.outcome() in {"invalid_grant", "authorization_pending"}


async def test_SEC_50_a_session_that_ended_before_the_tokens_gives_none(app: App) -> None:
    device = await begun(app)
    await let_in(Browsing(app), device)
    for place in list(app.store.sessions.rows):
        del app.store.sessions.rows[place]
    assert await device.outcome() == "invalid_grant"


async def test_SEC_50_a_client_that_was_closed_meanwhile_gets_nothing(app: App) -> None:
    device = await begun(app)
    await let_in(Browsing(app), device)
    app.change_client("tv", enabled=False)
    assert await device.outcome() == "invalid_client"


async def test_SEC_73_access_taken_back_on_the_way_to_the_device_gives_no_tokens(app: App) -> None:
    env, device = app.environment("default"), await begun(app)
    await let_in(Browsing(app), device)
    await app.store.user_grants.revoke_of_user(env, make_user(1).id, ClientId("tv"))
    assert await device.outcome() == "invalid_grant"


async def test_SEC_114_each_state_has_its_own_word(app: App) -> None:
    waiting, denied, over = [await begun(app) for _ in range(3)]
    browsing = Browsing(app)
    await finish(browsing, await type_code(browsing, denied.user_code), "denyUserCode")
    assert await waiting.outcome() == "authorization_pending"
    assert await denied.outcome() == "access_denied"
    app.clock.advance(600)
    assert await over.outcome() == "expired_token"
    app.clock.advance(600)
    assert await over.outcome() == "invalid_grant"


@pytest.mark.parametrize("code", ["", "x", "0" * 41, "0" * 42, "0" * 43, "é" * 42, "zzzzzz" * 7])
async def test_SEC_114_what_is_no_device_code_is_refused(app: App, code: str) -> None:
    device = await begun(app)
    assert await device.outcome(device_code=code) in {"invalid_grant", "invalid_request"}


async def test_SEC_116_one_caller_begins_sixty_devices_a_minute(app: App) -> None:
    answers = [await Device(app).ask() for _ in range(61)]
    assert [answer.status for answer in answers[-2:]] == [200, 429]
    assert answers[-1].header("retry-after")
    assert len(app.store.device_requests.rows) == 60


async def test_SEC_116_many_that_wait_get_longer_codes(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_authorization, "MAX_WITH_SHORT_CODES", 1)
    short, long = await begun(app), await begun(app)
    assert [len(each.user_code) for each in (short, long)] == [9, 14]
    assert "Your device is connected" in (await let_in(Browsing(app), long)).body.decode()


async def test_SEC_116_only_so_many_wait_at_once(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_authorization, "MAX_OPEN", 2)
    answers = [await Device(app).ask() for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    app.clock.advance(600)
    assert (await Device(app).ask()).status == 200


async def test_SEC_116_only_so_many_of_one_client_wait_at_once(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_authorization, "MAX_OPEN_OF_CLIENT", 2)
    answers = [await Device(app).ask() for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[-1].header("retry-after") == "5"
    assert "of this client" in answers[-1].json()["error_description"]


async def test_SEC_116_one_client_s_devices_keep_no_other_client_s_out(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_authorization, "MAX_OPEN_OF_CLIENT", 2)
    mine = [await begun(app), await begun(app)]
    assert (await Device(app).ask()).status == 429
    assert (await Device(app, "cli").ask()).status == 200
    await let_in(Browsing(app), mine[0])
    assert (await Device(app).ask()).status == 200


def test_SEC_116_one_client_fills_no_more_than_a_part_of_an_environment() -> None:
    part = device_authorization.MAX_OPEN_OF_CLIENT / device_authorization.MAX_OPEN
    assert part <= 1 / 4


async def refused(app: App, client_id: str, **form: str) -> Answer:
    path = "/as/device_authz.oauth2"
    return await app.pingfederate.post_form(path, {"client_id": client_id, **form})


async def test_a_client_with_a_secret_shows_it_where_it_asks_for_codes(app: App) -> None:
    assert (await refused(app, "cli")).error == (401, "invalid_client")


async def test_a_client_that_may_leave_its_secret_out_gets_codes(app: App) -> None:
    assert (await refused(app, "sdk")).status == 200


async def test_a_wrong_secret_is_refused_even_where_none_is_needed(app: App) -> None:
    answer = await refused(app, "sdk", client_secret="wrong-secret-0123456789")
    assert answer.error == (401, "invalid_client")


async def test_tokens_want_the_secret_that_codes_did_not(app: App) -> None:
    answer = await refused(app, "sdk")
    device = Device(app, "sdk", answer.json())
    await let_in(Browsing(app), device)
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": device.code,
        "client_id": "sdk",
    }
    bare = await app.pingfederate.post_form("/as/token.oauth2", form)
    assert bare.error == (401, "invalid_client")
    assert await device.outcome() == "tokens"


async def test_a_client_without_the_grant_gets_no_codes(app: App) -> None:
    answer = await app.pingfederate.post_form("/as/device_authz.oauth2", {"client_id": "im_client"})
    assert answer.error == (400, "unauthorized_client")


async def test_what_happened_is_told_without_the_codes(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    page = await sign_on_at(browsing)
    page = await browsing.press(page, "pf.ok", pf_userCode=WRONG)
    question = await browsing.press(page, "pf.ok", pf_userCode=device.user_code)
    await finish(browsing, question, "pf.ok")
    told = [
        each
        for each in app.events.events
        if isinstance(each, DeviceRequestBegun | DeviceRequestDecided | UserCodeRefused)
    ]
    assert [type(each) for each in told] == [
        DeviceRequestBegun,
        UserCodeRefused,
        DeviceRequestDecided,
    ]
    canary_free(app, device.code, device.user_code, device.user_code.replace("-", ""))


async def test_no_code_is_kept_in_plain(app: App) -> None:
    device = await begun(app)
    kept = repr(app.store.device_requests.rows)
    assert device.code not in kept
    assert device.user_code.replace("-", "") not in kept


async def test_two_people_cannot_both_decide(app: App) -> None:
    run_now(app.store.users.create(app.environment("default"), [make_user(2, username="ann")]))
    device, joe, other = await begun(app), Browsing(app), Browsing(app)
    first = await type_code(joe, device.user_code)
    second = await type_code(other, device.user_code)
    await finish(joe, first, "pf.ok")
    page = await other.press(second, "pf.ok")
    assert "This code is over" in page.body.decode()


async def test_codes_that_are_made_up_use_up_no_count(app: App) -> None:
    device = await begun(app)
    answers = [await device.poll(device_code="0" * 42) for _ in range(70)]
    assert {answer.status for answer in answers} == {400}


async def test_without_any_device_there_is_no_page_for_them() -> None:
    app = make_sign_on_app()
    for query in ("", "?response_mode=pi.flow"):
        assert (await Browsing(app).get(f"{DEVICE_PAGE}{query}")).status == 404
