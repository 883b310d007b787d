"""What nobody gets out of a flow of PingFederate's face by requests of his own."""

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ostiary.core.base.ids import ClientId, EnvironmentId
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from tests.support.app import make_app
from tests.support.browsing import (
    FLOWS,
    PASSWORD,
    PI_FLOW,
    WEB,
    XSRF,
    Browsing,
    make_sign_on_app,
    make_sign_on_environment,
    returned,
    set_cookies,
)
from tests.support.users import make_user

CHECK = "checkUsernamePassword"
RIGHT = {"username": "joe", "password": PASSWORD}
APPLICATION = AuthenticationApplication(
    "app", "https://app.example.com/sign-on", (), ClientId("im_client")
)
TWO_STEPS: dict[str, Any] = {
    "steps": {
        "who": StepInstance("who", "identifier_first"),
        "form": StepInstance("form", "username_password"),
    },
    "policies": {"default": Policy("default", StepNode("who", success=StepNode("form")))},
}
ACTIONS = (
    "submitIdentifier",
    "clearIdentifier",
    "cancelIdentifierSubmission",
    "checkUsernamePassword",
    "continueAuthentication",
    "checkOtp",
    "restart",
    "resume",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


async def begin(browsing: Browsing, **changed: str | None) -> str:
    """Begin a flow without redirects, and return its id."""
    answer = await browsing.authorize(PI_FLOW, **changed)
    flow_id = answer.json()["id"]
    assert isinstance(flow_id, str)
    return flow_id


async def test_SEC_117_an_action_with_another_browsers_cookie_changes_nothing() -> None:
    app = make_sign_on_app()
    victim, attacker = Browsing(app), Browsing(app)
    flow_id = await begin(victim)
    await begin(attacker)
    before = await victim.state(flow_id)
    assert (await attacker.sign_on_by_api(flow_id)).status == 404
    assert (await victim.state(flow_id)).body == before.body


async def test_SEC_117_a_flow_is_there_in_its_own_environment_alone() -> None:
    first = make_sign_on_environment()
    second = replace(
        first, id=EnvironmentId("another"), key="another", base_url="https://another.example.com"
    )
    app = make_app(environments=[first, second])
    browsing = Browsing(app)
    flow_id = await begin(browsing)
    elsewhere = [XSRF, ("host", "another.example.com")]
    assert (await browsing.get(FLOWS + flow_id, elsewhere)).status == 404
    assert (await browsing.state(flow_id)).status == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("body", [b"", b"{", b'{"username": "joe", "password": "Password1"}'])
async def test_SEC_118_without_the_header_nothing_is_read(method: str, body: bytes) -> None:
    browsing = Browsing(make_sign_on_app())
    sent = [("content-type", f"application/vnd.pingidentity.{CHECK}+json")]
    own = await begin(browsing)
    answers = [
        await browsing.request(method, FLOWS + flow_id, sent, body if method == "POST" else b"")
        for flow_id in (own, "PyH5g")
    ]
    assert [answer.status for answer in answers] == [400, 400]
    assert answers[0].body == answers[1].body
    assert answers[0].json()["code"] == "INVALID_REQUEST"


async def test_SEC_119_an_id_carries_128_bits_and_more() -> None:
    browsing = Browsing(make_sign_on_app())
    ids = [await begin(browsing) for _ in range(50)]
    assert len(set(ids)) == 50
    assert all(re.fullmatch(r"[0-9A-Za-z]{22}", flow_id) for flow_id in ids)


async def test_SEC_119_unknown_foreign_and_finished_read_alike() -> None:
    app = make_sign_on_app()
    browsing = Browsing(app)
    foreign, over = await begin(Browsing(app)), await begin(browsing)
    assert (await browsing.sign_on_by_api(over)).status == 200
    answers = [await browsing.state(id) for id in (foreign, over, "A" * 22, "PyH5g", "A" * 4000)]
    assert {(answer.status, answer.headers, answer.body) for answer in answers} == {
        (404, answers[0].headers, answers[0].body)
    }


@settings(max_examples=50)
@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="/?#")))
def test_SEC_119_no_made_up_id_opens_anything(made_up: str) -> None:
    browsing = Browsing(make_sign_on_app())
    answer = asyncio.run(browsing.state(made_up or "x"))
    assert answer.status == 404


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), JSON), min_size=1, max_size=6))
def test_SEC_120_no_order_of_actions_gets_by_without_the_password(
    tried: list[tuple[str, Any]],
) -> None:
    async def play() -> None:
        browsing = Browsing(make_sign_on_app(**TWO_STEPS))
        flow_id = await begin(browsing)
        await browsing.act(flow_id, "submitIdentifier", {"identifier": "joe"})
        for action, inputs in tried:
            answer = await browsing.act(flow_id, action, inputs)
            assert b"access_token" not in answer.body
            assert answer.status in {200, 400, 404}
        assert not await is_signed_on(browsing)

    asyncio.run(play())


async def test_SEC_120_an_action_of_an_earlier_state_is_not_taken_again() -> None:
    browsing = Browsing(make_sign_on_app(**TWO_STEPS))
    flow_id = await begin(browsing)
    await browsing.act(flow_id, "submitIdentifier", {"identifier": "joe"})
    before = await browsing.state(flow_id)
    again = await browsing.act(flow_id, "submitIdentifier", {"identifier": "eve"})
    assert (again.status, again.json()["code"]) == (400, "INVALID_ACTION_ID")
    assert (await browsing.state(flow_id)).body == before.body


async def test_SEC_120_an_action_of_a_later_state_is_not_taken_yet() -> None:
    browsing = Browsing(make_sign_on_app(**TWO_STEPS))
    flow_id = await begin(browsing)
    early = await browsing.sign_on_by_api(flow_id)
    assert (early.status, early.json()["code"]) == (400, "INVALID_ACTION_ID")


@settings(max_examples=60)
@given(JSON.filter(lambda value: value != RIGHT))
def test_SEC_121_any_json_is_an_error_with_details_at_most(value: object) -> None:
    async def play() -> None:
        browsing = Browsing(make_sign_on_app())
        answer = await browsing.act(await begin(browsing), CHECK, value)
        assert answer.status == 400
        error = answer.json()
        assert error["code"] in {"VALIDATION_ERROR", "INVALID_REQUEST"}
        for detail in error.get("details", []):
            assert detail["code"]
            assert detail["userMessage"], "the widget fails on a target without a text"
        assert error["code"] == "INVALID_REQUEST" or error["details"]

    asyncio.run(play())


@settings(max_examples=60)
@given(st.binary(min_size=1, max_size=60))
def test_SEC_121_any_bytes_are_an_error_at_most(body: bytes) -> None:
    async def play() -> None:
        browsing = Browsing(make_sign_on_app())
        target = FLOWS + await begin(browsing)
        sent = [XSRF, ("content-type", f"application/vnd.pingidentity.{CHECK}+json")]
        assert (await browsing.request("POST", target, sent, body)).status == 400

    asyncio.run(play())


@pytest.mark.parametrize(
    ("inputs", "codes"),
    [
        ({}, {("FIELD_REQUIRED", "username"), ("FIELD_REQUIRED", "password")}),
        (None, {("FIELD_REQUIRED", "username"), ("FIELD_REQUIRED", "password")}),
        ({**RIGHT, "isAdmin": True}, {("UNRECOGNIZED_FIELD_NAME", "isAdmin")}),
        ({**RIGHT, "username": ["joe"]}, {("INVALID_FIELD_FORMAT", "username")}),
        ({**RIGHT, "username": {"$ne": None}}, {("INVALID_FIELD_FORMAT", "username")}),
        ({**RIGHT, "password": 1}, {("INVALID_FIELD_FORMAT", "password")}),
        ({**RIGHT, "password": "x" * 5000}, {("INVALID_FIELD_FORMAT", "password")}),
        ({**RIGHT, "username": "joe\0"}, {("INVALID_FIELD_FORMAT", "username")}),
    ],
)
async def test_SEC_121_each_member_that_is_wrong_is_named(
    inputs: object, codes: set[tuple[str, str]]
) -> None:
    browsing = Browsing(make_sign_on_app())
    error = (await browsing.act(await begin(browsing), CHECK, inputs)).json()
    assert error["code"] == "VALIDATION_ERROR"
    assert {(each["code"], each["target"]) for each in error["details"]} == codes


@pytest.mark.parametrize("body", [b"[]", b'"joe"', b"1", b"null", b"{", b'{"a":1,"a":2}', b"\xff"])
async def test_SEC_121_what_is_no_object_is_no_action(body: bytes) -> None:
    browsing = Browsing(make_sign_on_app())
    target = FLOWS + await begin(browsing)
    sent = [XSRF, ("content-type", f"application/vnd.pingidentity.{CHECK}+json")]
    answer = await browsing.request("POST", target, sent, body)
    assert (answer.status, answer.json()["code"]) == (400, "INVALID_REQUEST")


async def test_SEC_124_of_many_last_answers_one_carries_the_result() -> None:
    app = make_sign_on_app()
    browsing = Browsing(app)
    flow_id = await begin(browsing)
    several = [Browsing(app, dict(browsing.cookies)) for _ in range(4)]
    answers = await asyncio.gather(*(each.sign_on_by_api(flow_id) for each in several))
    assert min(answer.status for answer in answers) == 200
    assert len([answer for answer in answers if b"access_token" in answer.body]) == 1
    assert {answer.status for answer in answers} <= {200, 400, 404}


async def test_SEC_124_the_result_is_not_told_again() -> None:
    browsing = Browsing(make_sign_on_app())
    flow_id = await begin(browsing)
    await browsing.sign_on_by_api(flow_id)
    assert (await browsing.state(flow_id)).status == 404
    assert (await browsing.sign_on_by_api(flow_id)).status == 404


async def test_SEC_124_a_flow_is_resumed_once() -> None:
    app = make_sign_on_app(applications=(APPLICATION,), default_application=APPLICATION)
    browsing = Browsing(app)
    flow_id = returned(await browsing.authorize(WEB))["flowId"]
    url = (await browsing.sign_on_by_api(flow_id)).json()["resumeUrl"]
    several = [Browsing(app, dict(browsing.cookies)) for _ in range(4)]
    answers = await asyncio.gather(*(each.get(url) for each in several))
    assert sorted(answer.status for answer in answers)[:1] == [302]
    assert len([answer for answer in answers if answer.status == 302]) == 1


@pytest.mark.parametrize("username", ["joe", "disabled", "nobody"])
async def test_SEC_151_a_failed_sign_on_reads_alike_for_everybody(username: str) -> None:
    disabled = make_user(2, username="disabled", enabled=False)
    browsing = Browsing(make_sign_on_app(users=[disabled]))
    answer = await browsing.sign_on_by_api(await begin(browsing), username, "Password2")
    (detail,) = answer.json()["details"]
    assert (answer.status, detail["code"]) == (400, "CREDENTIAL_VALIDATION_FAILED")
    assert set_cookies(answer) == {}


async def is_signed_on(browsing: Browsing) -> bool:
    """Tell whether the browser is known."""
    answer = await browsing.authorize(WEB, prompt="none")
    return "code" in returned(answer)
