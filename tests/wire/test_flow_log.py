"""The flow log: which step of a sign-on said what, and nothing that anybody typed."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ostiary.core.base.ids import FlowId
from ostiary.core.model.flow_entry import flow_mark
from ostiary.core.model.policy import End, Policy, StepInstance, StepNode
from tests.support.app import App
from tests.support.browsing import PASSWORD, PI_FLOW, WEB, Browsing, make_sign_on_app
from tests.support.reference_adapters import configure
from tests.support.users import make_user
from tests.support.vouching import STEPS, Visitor, make_voucher

TWO_STEPS: Mapping[str, Any] = {
    "steps": {
        "name": StepInstance("name", "identifier_first"),
        "form": StepInstance("form", "username_password", {"recovery": True}),
    },
    "policies": {"default": Policy("default", StepNode("name", StepNode("form"), End.FAIL))},
    "default_policy": "default",
}


@pytest.fixture
def app() -> App:
    """Serve a policy of two steps, with the log open."""
    return make_sign_on_app(has_flow_log=True, **TWO_STEPS)


def told(app: App) -> list[dict[str, Any]]:
    """Take what was told since the last time."""
    assert app.flow_recorder is not None
    entries, lost = app.flow_recorder.take()
    assert not lost
    return [dict(entry) for entry in entries]


async def begin(browsing: Browsing) -> str:
    begun = (await browsing.authorize(PI_FLOW)).json()
    return str(begun["id"])


async def test_each_step_of_a_sign_on_says_what_it_came_to(app: App) -> None:
    browsing = Browsing(app)
    flow = await begin(browsing)
    await browsing.act(flow, "submitIdentifier", {"identifier": "joe"})
    await browsing.act(flow, "checkUsernamePassword", {"username": "joe", "password": "wrong"})
    await browsing.act(flow, "checkUsernamePassword", {"username": "joe", "password": PASSWORD})

    entries = told(app)
    assert {entry["flow"] for entry in entries} == {flow_mark(FlowId(flow))}
    steps = [
        (each["step"], each.get("action"), each["outcome"], each.get("state"))
        for each in entries
        if "step" in each
    ]
    assert steps == [
        ("name", None, "asked", "identifier.required"),
        ("name", "identifier.submit", "passed", None),
        ("form", None, "asked", "usernamePassword.required"),
        ("form", "usernamePassword.check", "refused", None),
        ("form", "usernamePassword.check", "passed", None),
        ("consent", None, "passed", None),
    ]


async def test_an_administrator_reads_why_a_password_was_refused(app: App) -> None:
    browsing = Browsing(app)
    flow = await begin(browsing)
    await browsing.act(flow, "submitIdentifier", {"identifier": "nobody"})
    await browsing.act(flow, "checkUsernamePassword", {"username": "nobody", "password": "x"})

    events = [(each["event"], each["reason"]) for each in told(app) if "event" in each]
    assert events == [("password_refused", "unknown")]


async def test_the_end_of_a_flow_names_what_the_application_got(app: App) -> None:
    browsing = Browsing(app)
    flow = await begin(browsing)
    await browsing.act(flow, "submitIdentifier", {"identifier": "joe"})
    await browsing.act(flow, "checkUsernamePassword", {"username": "joe", "password": PASSWORD})

    end = told(app)[-1]
    assert end["outcome"] == "finished"
    assert "access_token" in end["members"].split()
    assert end["user"] == make_user(1).id


async def test_a_flow_that_fails_ends_with_its_error(app: App) -> None:
    browsing = Browsing(app)
    page = await browsing.authorize(WEB)
    await browsing.press(page, "pf.cancel")
    entries = [each for each in told(app) if "outcome" in each]
    assert [(each["outcome"], each.get("code")) for each in entries[1:]] == [
        ("failed", "access_denied"),
        ("finished", "access_denied"),
    ]


async def test_inputs_that_are_not_what_was_asked_for_are_named_by_kind(app: App) -> None:
    browsing = Browsing(app)
    flow = await begin(browsing)
    told(app)
    await browsing.act(flow, "submitIdentifier", {"shoe size": "forty-four"})
    (entry,) = told(app)
    assert entry["outcome"] == "refused"
    assert "required: identifier" in entry["problems"]
    assert "forty" not in json.dumps(entry)
    assert "shoe" not in json.dumps(entry)


async def test_a_detour_says_where_it_leads(app: App) -> None:
    browsing = Browsing(app)
    flow = await begin(browsing)
    await browsing.act(flow, "submitIdentifier", {"identifier": "joe"})
    told(app)
    await browsing.act(flow, "initiateAccountRecovery", {})
    entries = told(app)
    assert (entries[0]["outcome"], entries[0]["state"]) == ("detoured", "password_recovery")
    assert (entries[1]["step"], entries[1]["kind"]) == ("form", "password_recovery")


async def test_a_flow_of_another_browser_is_told_with_its_reason(app: App) -> None:
    flow = await begin(Browsing(app))
    told(app)
    await Browsing(app).state(flow)
    (entry,) = told(app)
    assert (entry["code"], entry["reason"]) == ("flow_not_found", "of another browser")


async def test_SEC_244_the_flow_log_holds_nothing_that_opens_anything(app: App) -> None:
    browsing = Browsing(app)
    flow = await begin(browsing)
    await browsing.act(flow, "submitIdentifier", {"identifier": "joe-as-typed"})
    await browsing.act(flow, "checkUsernamePassword", {"username": "joe", "password": "mistyped"})
    done = await browsing.sign_on_by_api(flow, "joe")
    assert done.status == 400, "the form asks for the name that was named"
    other = await begin(browsing)
    await browsing.act(other, "submitIdentifier", {"identifier": "joe"})
    answer = (await browsing.sign_on_by_api(other)).json()["authorizeResponse"]

    written = json.dumps(told(app))
    opening = (flow, other, answer["access_token"], *browsing.cookies.values())
    for canary in (PASSWORD, "mistyped", "joe-as-typed", *opening):
        assert canary not in written


async def test_requests_of_no_flow_are_not_told_as_one(app: App) -> None:
    await app.ask("rs_client")
    assert not told(app)


async def test_a_step_that_leads_away_is_told_without_its_references() -> None:
    app = make_sign_on_app(has_flow_log=True, **STEPS)
    configure(app, make_voucher(app))
    joe = Visitor(app)
    left, reference = await joe.leave(), await joe.drop()
    await joe.come_back(left["resumePath"], reference)

    entries = told(app)
    assert [
        (each["kind"], each.get("action"), each["outcome"], each.get("state"))
        for each in entries
        if each.get("step") == "portal"
    ] == [
        ("reference_id", None, "asked", "referenceId.required"),
        ("reference_id", "referenceId.check", "passed", None),
    ]
    assert left["REF"] not in str(entries)
    assert reference not in str(entries)
