"""What strangers make of signing off: where browsers go, and what a way back gives away."""

from dataclasses import replace

import msgspec
import pytest

from ostiary.adapters.limiter import with_flows_per_minute
from ostiary.core.base import b64
from ostiary.core.base.ids import ClientId, SessionId
from ostiary.core.model.audit.tokens import RequestRefused
from ostiary.core.signon.logout_rounds import ROUND_SECONDS, LogoutRound, RoundEnds
from tests.support.asgi import ADDRESS, Answer
from tests.support.html import visible_text
from tests.support.receivers import PORTAL
from tests.support.reference_adapters import configure
from tests.support.signing_off import (
    BACK,
    IDP_LOGOUT,
    SP_LOGOUT,
    STAFF,
    Leaver,
    Visit,
    make_leaving_app,
    make_portal,
    make_shop,
    make_staff,
    visit_of,
)

pytestmark = pytest.mark.anyio
LANDING = "https://app.example.com/bye"
STRANGE = (
    "https://evil.example/",
    "//portal.example/app",
    "/app",
    "javascript:alert(1)",
    "http://portal.example/app",
    f"{PORTAL}/../x",
    f"{PORTAL}@evil.example",
    f"{PORTAL}?x=1",
    "https://portal.example.evil.example/shop/x",
    "https://portal.example/shop/../../x\\y",
    "https://portal.example/shop/a\r\nSet-Cookie: PF=1",
    f"{BACK}?REF=0123456789",
    f"{BACK}?a=1&resumepath=%2Fx",
)


@pytest.fixture
def joe() -> Leaver:
    return Leaver()


def is_refused(answer: Answer) -> bool:
    """Tell whether a browser stays here, with a page that says why."""
    assert answer.header("location") is None
    assert b"<form" not in answer.body
    return answer.status == 400 and "cannot" in visible_text(answer.body)


@pytest.mark.parametrize("target", STRANGE)
@pytest.mark.parametrize("path", [IDP_LOGOUT, SP_LOGOUT])
@pytest.mark.parametrize("name", ["TargetResource", "TARGET", "InErrorResource"])
async def test_nobody_is_sent_where_no_adapter_lets_them_go_nor_signed_off_then(
    joe: Leaver, path: str, name: str, target: str
) -> None:
    await joe.sign_on()
    assert is_refused(await joe.sign_off(path, **{name: target}))
    assert await joe.is_signed_on()


async def test_a_target_of_an_idp_adapter_is_one_as_well(joe: Leaver) -> None:
    assert (await joe.sign_off(TargetResource=STAFF)).header("location") == STAFF


async def test_an_environment_without_adapters_sends_nobody_anywhere(joe: Leaver) -> None:
    configure(joe.app)
    assert is_refused(await joe.sign_off(TargetResource=PORTAL))
    assert (await joe.sign_off()).status == 200


async def leave(joe: Leaver, **asked: str) -> Visit:
    """Sign on and off, as far as the application's page."""
    await joe.sign_on()
    return visit_of(await joe.sign_off(TargetResource=BACK, **asked))


@pytest.mark.parametrize("place", [6, 9, 30, 60, -28])
async def test_a_way_back_that_was_altered_leads_nowhere(joe: Leaver, place: int) -> None:
    visit = await leave(joe)
    before, sealed, after = visit.way_back.partition(visit.way_back.split("/")[2])
    letter = "A" if sealed[place] != "A" else "B"
    altered = sealed[:place] + letter + (sealed[place + 1 :] if place != -1 else "")
    assert is_refused(await joe.browser.get(f"{before}{altered}{after}"))


@pytest.mark.parametrize("sealed", ["x", "s1.e1.", "s1.e1.AAAA", "s1..", "%00", "a" * 9000, "ä"])
async def test_a_way_back_of_ones_own_making_leads_nowhere(joe: Leaver, sealed: str) -> None:
    answer = await joe.browser.get(f"/idp/{sealed}/resume/idp/startSLO.ping")
    assert answer.status in {400, 404}
    assert answer.header("location") is None


@pytest.mark.parametrize(
    ("place", "is_good"),
    [("logout round {}", True), ("logout round {}x", False), ("another place {}", False)],
)
async def test_what_was_sealed_for_something_else_leads_nowhere(
    joe: Leaver, place: str, *, is_good: bool
) -> None:
    env, over_at = joe.app.environment("default"), joe.app.clock.now() + 60
    ends = RoundEnds(BACK)
    body = msgspec.msgpack.encode(LogoutRound((), SessionId("sample"), ends, over_at))
    sealed = env.secrets.seal(body, context=place.format(env.id))
    answer = await joe.browser.get(f"/idp/{sealed}/resume/idp/startSLO.ping")
    assert (answer.header("location") == BACK) is is_good
    assert is_good or is_refused(answer)


async def test_what_was_sealed_by_another_release_leads_nowhere(joe: Leaver) -> None:
    env = joe.app.environment("default")
    sealed = env.secrets.seal(b"\x93\x01", context=f"logout round {env.id}")
    assert is_refused(await joe.browser.get(f"/idp/{sealed}/resume/idp/startSLO.ping"))


async def test_SEC_168_a_way_back_that_is_used_again_and_again_is_counted() -> None:
    joe = Leaver(make_leaving_app(allowances=with_flows_per_minute(3)))
    await joe.sign_on("portal")
    await joe.sign_on("shop")
    joe.app.clock.advance(60)
    visit = visit_of(await joe.sign_off())
    kept = len(joe.app.store.references.rows)
    stranger = Leaver(joe.app)
    answers = [await stranger.come_back(visit) for _ in range(5)]
    assert [each.status for each in answers] == [302, 302, 302, 429, 429]
    assert len(joe.app.store.references.rows) == kept + 3


async def test_a_refusal_leaves_an_event(joe: Leaver) -> None:
    await joe.sign_off(TargetResource="https://evil.example/")
    (told,) = [each for each in joe.app.events.events if isinstance(each, RequestRefused)]
    assert (told.endpoint, told.reason) == ("logout", "https://evil.example/")
    assert told.address == ADDRESS


async def test_a_target_that_was_withdrawn_meanwhile_is_one_no_more(joe: Leaver) -> None:
    visit = await leave(joe)
    configure(joe.app, make_portal(joe.app, targets=()), make_shop(joe.app))
    answer = await joe.come_back(visit)
    assert (answer.status, answer.header("location")) == (200, None)
    assert "You are signed off" in visible_text(answer.body)


@pytest.mark.parametrize("registered", [(), (LANDING,)])
async def test_a_clients_uri_is_a_target_while_it_is_registered(
    joe: Leaver, registered: tuple[str, ...]
) -> None:
    env, over_at, web = joe.app.environment("default"), joe.app.clock.now() + 60, ClientId("web")
    client = replace(env.clients[web], post_logout_redirect_uris=registered)
    configure(joe.app, *env.reference_adapters.values(), clients={**env.clients, web: client})
    ends = RoundEnds(f"{LANDING}?state=a", client=web, registered=LANDING)
    body = msgspec.msgpack.encode(LogoutRound((), SessionId("sample"), ends, over_at))
    sealed = env.secrets.seal(body, context=f"logout round {env.id}")
    answer = await joe.browser.get(f"/idp/{sealed}/resume/idp/startSLO.ping")
    assert answer.header("location") == (ends.target if registered else None)


async def test_nor_is_one_for_whoever_comes_back_late(joe: Leaver) -> None:
    visit = await leave(joe, InErrorResource=BACK)
    joe.app.clock.advance(ROUND_SECONDS)
    configure(joe.app, make_portal(joe.app, targets=()))
    assert is_refused(await joe.come_back(visit))


async def test_a_form_of_another_site_that_is_too_long_to_bring_cookies_signs_nobody_off(
    joe: Leaver,
) -> None:
    await joe.sign_on()
    crossing = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
    kept, joe.browser.cookies = joe.browser.cookies, {}
    answer = await joe.browser.post_form(SP_LOGOUT, {"x": "y" * 5000}, crossing)
    joe.browser.cookies = kept
    assert answer.status == 400
    assert "You are signed off" not in visible_text(answer.body)
    assert await joe.is_signed_on()


async def test_a_way_back_says_nothing_of_the_person_or_the_session(joe: Leaver) -> None:
    said = await joe.sign_on()
    visit = visit_of(await joe.sign_off(TargetResource=BACK))
    sealed = visit.way_back.split("/")[2]
    told = b64.decode(sealed.rpartition(".")[2])
    for secret in (said["subject"], said["sessionid"], BACK):
        assert secret not in visit.way_back
        assert secret.encode() not in told


async def test_a_way_back_is_good_for_ten_minutes(joe: Leaver) -> None:
    visit = await leave(joe)
    joe.app.clock.advance(ROUND_SECONDS - 1)
    assert (await joe.come_back(visit)).header("location") == BACK
    joe.app.clock.advance(1)
    assert is_refused(await joe.come_back(visit))


async def test_whoever_comes_back_late_goes_where_errors_go(joe: Leaver) -> None:
    visit = await leave(joe, InErrorResource=PORTAL)
    joe.app.clock.advance(ROUND_SECONDS)
    assert (await joe.come_back(visit)).header("location") == PORTAL


async def test_a_way_back_signs_nobody_on_nor_off(joe: Leaver) -> None:
    visit = await leave(joe)
    await joe.come_back(visit)
    assert not await joe.is_signed_on()
    await joe.sign_on()
    await joe.come_back(visit)
    assert await joe.is_signed_on()


async def test_SEC_166_a_reference_of_a_logout_signs_nobody_on(joe: Leaver) -> None:
    configure(joe.app, make_staff(joe.app), make_portal(joe.app, logout_endpoint=None))
    await joe.sign_on_by_staff()
    reference = visit_of(await joe.sign_off(IDP_LOGOUT)).reference

    asked = {"SpSessionAuthnAdapterId": "portal", "IdpAdapterId": "staff"}
    left = visit_of(await joe.start(**asked))
    answer = await joe.browser.get(f"{left.way_back}?REF={reference}")

    assert "REF=" not in (answer.header("location") or "")
    assert not await joe.is_signed_on()


async def test_SEC_166_a_reference_of_a_logout_is_nothing_at_another_adapter(joe: Leaver) -> None:
    visit = await leave(joe)
    assert await joe.pick("shop", visit.reference) == {}
    assert await joe.pick("portal", visit.reference)


async def test_another_browser_that_gets_the_way_back_learns_nothing_by_it(joe: Leaver) -> None:
    await joe.sign_on("portal")
    await joe.sign_on("shop")
    visit = visit_of(await joe.sign_off())
    stranger = Leaver(joe.app)
    taken = visit_of(await stranger.browser.get(visit.way_back))
    assert "joe" not in f"{taken.url}{taken.way_back}"
    assert not stranger.browser.cookies
