"""References in a sign-on: good in their own flow, from the application alone, and once."""

import asyncio
from typing import Any

import pytest

from ostiary.adapters.limiter import with_flows_per_minute
from ostiary.core.model.audit.references import ReferenceRefused
from tests.support.browsing import Browsing, make_sign_on_app, returned
from tests.support.reference_adapters import configure
from tests.support.vouching import PERSON, STEPS, Visitor, make_voucher, make_vouching_app

pytestmark = pytest.mark.anyio


def reason_of(joe: Visitor) -> str:
    """Return why the only reference that came back was no good."""
    (told,) = [each for each in joe.app.events.events if isinstance(each, ReferenceRefused)]
    return told.reason


@pytest.fixture
def joe() -> Visitor:
    return Visitor()


async def test_SEC_166_what_the_server_dropped_signs_nobody_on(joe: Visitor) -> None:
    left = await joe.leave()
    answer = await joe.come_back(left["resumePath"], left["REF"])

    assert (returned(answer)["error"], reason_of(joe)) == ("access_denied", "own")


async def test_SEC_166_a_reference_of_another_adapter_signs_nobody_on() -> None:
    app = make_vouching_app()
    configure(app, make_voucher(app), make_voucher(app, key="other"))
    joe = Visitor(app)
    left = await joe.leave()
    joe.adapter = "other"
    answer = await joe.come_back(left["resumePath"], await joe.drop())

    assert (returned(answer)["error"], reason_of(joe)) == ("access_denied", "unknown")


async def test_SEC_167_a_reference_signs_on_once(joe: Visitor) -> None:
    first, reference = await joe.leave(), await joe.drop()
    await joe.come_back(first["resumePath"], reference)
    ann = Visitor(joe.app)
    second = await ann.leave()
    answer = await ann.come_back(second["resumePath"], reference)

    assert (returned(answer)["error"], reason_of(joe)) == ("access_denied", "unknown")


async def test_SEC_167_a_reference_that_was_picked_up_signs_nobody_on(joe: Visitor) -> None:
    left, reference = await joe.leave(), await joe.drop()
    assert (await joe.pick(reference))["subject"] == PERSON["subject"]
    answer = await joe.come_back(left["resumePath"], reference)

    assert returned(answer)["error"] == "access_denied"


async def test_SEC_169_a_reference_that_is_over_signs_nobody_on(joe: Visitor) -> None:
    left, reference = await joe.leave(), await joe.drop()
    joe.app.clock.advance(3.1)
    answer = await joe.come_back(left["resumePath"], reference)

    assert (returned(answer)["error"], reason_of(joe)) == ("access_denied", "unknown")


async def test_SEC_171_a_reference_for_one_flow_is_good_in_it(joe: Visitor) -> None:
    left = await joe.leave()
    reference = await joe.drop(resumePath=left["resumePath"])
    answer = await joe.come_back(left["resumePath"], reference)

    assert "code" in returned(answer)


async def test_SEC_171_a_reference_for_another_flow_signs_nobody_on(joe: Visitor) -> None:
    ann = Visitor(joe.app)
    hers, his = await ann.leave(), await joe.leave()
    reference = await joe.drop(resumePath=hers["resumePath"])
    answer = await joe.come_back(his["resumePath"], reference)

    assert (returned(answer)["error"], reason_of(joe)) == ("access_denied", "foreign")


async def test_SEC_171_the_way_back_of_another_browser_is_closed(joe: Visitor) -> None:
    left, reference = await joe.leave(), await joe.drop()
    thief = Browsing(joe.app)
    answer = await thief.get(f"{left['resumePath']}?REF={reference}")

    assert answer.status == 404
    assert "code" in returned(await joe.come_back(left["resumePath"], reference))


async def test_SEC_171_a_reference_for_one_flow_begins_no_other() -> None:
    joe = Visitor(make_vouching_app(takes_unasked=True))
    left = await joe.leave()
    answer = await joe.begin(REF=await joe.drop(resumePath=left["resumePath"]))

    assert (answer.header("location") or "").startswith("https://portal.example/")
    assert reason_of(joe) == "foreign"


@pytest.mark.parametrize(
    "way_back",
    [
        "https://evil.example{}",
        "//evil.example{}",
        "{}?REF=00",
        "{}#",
        "{}/",
        " {}",
        "{}\n",
        "/idp/startSSO.ping",
        "/as/../as/x/resume/as/authorization.ping",
        "",
        ["{}"],
        7,
    ],
)
async def test_SEC_172_a_way_back_that_is_none_of_ours_is_refused(
    joe: Visitor, way_back: object
) -> None:
    left = (await joe.leave())["resumePath"]
    given = way_back.format(left) if isinstance(way_back, str) else way_back
    answer = await joe.try_to_drop({**PERSON, "resumePath": given})

    assert answer.status == 400
    assert answer.body == b"The resumePath is not one that this server gave out."
    assert len(joe.app.store.references.rows) == 1  # what waits for the application


async def test_SEC_172_a_way_back_leads_nowhere_else_whatever_comes_with_it(joe: Visitor) -> None:
    left, reference = await joe.leave(), await joe.drop()
    evil = "https://evil.example/"
    answer = await joe.come_back(
        left["resumePath"], reference, TargetResource=evil, resumePath=evil, redirect_uri=evil
    )

    assert (answer.header("location") or "").startswith("https://app.example.com/callback?")


async def test_SEC_172_a_pick_up_of_what_was_dropped_gives_the_way_back_as_it_was(
    joe: Visitor,
) -> None:
    left = await joe.leave()
    reference = await joe.drop(resumePath=left["resumePath"])

    assert (await joe.pick(reference)) == {**PERSON, "resumePath": left["resumePath"]}


async def test_SEC_168_looks_that_store_something_are_counted_like_flows_that_begin() -> None:
    app = make_sign_on_app(allowances=with_flows_per_minute(3), **STEPS)
    configure(app, make_voucher(app))
    joe = Visitor(app)
    left = await joe.leave()
    answers = [await joe.browser.get(left["resumePath"]) for _ in range(3)]

    assert [each.status for each in answers] == [302, 302, 429]
    answer = await joe.come_back(left["resumePath"], await joe.drop())
    assert "code" in returned(answer)


ELSEWHERE = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]


@pytest.mark.parametrize("headers", [[], ELSEWHERE])
async def test_a_form_whose_address_brings_another_reference_is_refused_and_spends_neither(
    joe: Visitor, headers: list[tuple[str, str]]
) -> None:
    left, one, other = await joe.leave(), await joe.drop(), await joe.drop()
    target = f"{left['resumePath']}?REF={one}"
    answer = await joe.browser.post_form(target, {"REF": other}, headers)
    assert answer.status == 400

    assert [(await joe.pick(each))["subject"] for each in (one, other)] == [PERSON["subject"]] * 2


async def test_a_form_whose_address_brings_the_same_reference_signs_on(joe: Visitor) -> None:
    left, reference = await joe.leave(), await joe.drop()
    target = f"{left['resumePath']}?REF={reference}"
    answer = await joe.browser.post_form(target, {"REF": reference})

    assert "code" in returned(answer)


async def test_so_it_does_where_the_cookies_have_to_be_brought(joe: Visitor) -> None:
    left, reference = await joe.leave(), await joe.drop()
    target = f"{left['resumePath']}?REF={reference}"
    kept, joe.browser.cookies = joe.browser.cookies, {}
    answer = await joe.browser.post_form(target, {"REF": reference}, ELSEWHERE)
    joe.browser.cookies = kept

    assert "code" in returned(await joe.browser.get(answer.header("location") or ""))


@pytest.mark.parametrize("held", ["first", "second"])
async def test_SEC_167_a_way_back_that_is_taken_twice_at_once_fails_no_sign_on(
    joe: Visitor, held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, reference = await joe.leave(), await joe.drop()
    target = f"{left['resumePath']}?REF={reference}"
    users, found, entered = joe.app.store.users, asyncio.Event(), asyncio.Event()
    find = type(users).find

    async def find_slowly(*args: Any, **kwargs: Any) -> Any:
        entered.set()
        await found.wait()
        return await find(*args, **kwargs)

    monkeypatch.setattr(type(users), "find", find_slowly)
    first = asyncio.create_task(Browsing(joe.app, dict(joe.browser.cookies)).get(target))
    await entered.wait()
    # The reference is taken by now, and what comes of it is not yet stored.
    jar = Browsing(joe.app, dict(joe.browser.cookies))
    second = asyncio.create_task(jar.get(target))
    if held == "first":
        again = await second
        found.set()
    else:
        found.set()
        again = await second

    assert "code" in returned(await first)
    assert "error" not in returned(again)
    assert [each for each in joe.app.events.events if isinstance(each, ReferenceRefused)] == []


async def test_a_reference_that_stands_twice_is_refused_and_spends_nothing(joe: Visitor) -> None:
    left, reference = await joe.leave(), await joe.drop()
    answer = await joe.browser.get(f"{left['resumePath']}?REF={reference}&REF=00")
    assert answer.status == 400

    assert "code" in returned(await joe.come_back(left["resumePath"], reference))


@pytest.mark.parametrize("reference", ["x" * 257, "%F0", "\u202e", "../../etc"])
async def test_whatever_else_comes_back_ends_in_no_fault_of_ours(
    joe: Visitor, reference: str
) -> None:
    left = await joe.leave()
    answer = await joe.come_back(left["resumePath"], reference)

    assert answer.status == 302
    assert not joe.app.failures.reported
