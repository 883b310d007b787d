"""The state `IDENTIFIER_REQUIRED`, and what follows it."""

from typing import Any

import pytest

from ostiary.core.model.policy import Policy, StepInstance, StepNode
from tests.support.app import App
from tests.support.browsing import PASSWORD, PI_FLOW, Browsing, make_sign_on_app


def make_identifier_app() -> App:
    """Start a server on which people say first who they are."""
    steps = {
        "who": StepInstance("who", "identifier_first"),
        "form": StepInstance("form", "username_password"),
    }
    policy = Policy("default", StepNode("who", success=StepNode("form")))
    return make_sign_on_app(steps=steps, policies={"default": policy})


async def begin(browsing: Browsing) -> dict[str, Any]:
    state = (await browsing.authorize(PI_FLOW)).json()
    assert isinstance(state, dict)
    return state


async def test_the_first_state_asks_for_the_identifier_alone() -> None:
    state = await begin(Browsing(make_identifier_app()))
    links = state.pop("_links")
    assert list(links) == [
        "self",
        "submitIdentifier",
        "clearIdentifier",
        "cancelIdentifierSubmission",
    ]
    assert state == {
        "id": state["id"],
        "pluginTypeId": state["pluginTypeId"],
        "status": "IDENTIFIER_REQUIRED",
        "previouslySubmittedIdentifiers": [],
    }
    assert len(state["pluginTypeId"]) == 22


async def test_another_spelling_of_the_settled_identifier_is_the_same_user() -> None:
    browsing = Browsing(make_identifier_app())
    flow_id = (await begin(browsing))["id"]
    await browsing.act(flow_id, "submitIdentifier", {"identifier": "joe"})
    answer = await browsing.sign_on_by_api(flow_id, username="JOE")
    assert answer.json()["status"] == "COMPLETED"


async def test_S3_9_a_longer_policy_takes_more_requests_and_settles_the_identifier() -> None:
    browsing = Browsing(make_identifier_app())
    flow_id = (await begin(browsing))["id"]
    state = (await browsing.act(flow_id, "submitIdentifier", {"identifier": "joe"})).json()
    assert state["status"] == "USERNAME_PASSWORD_REQUIRED"
    assert (state["username"], state["allowUsernameEdits"]) == ("joe", False)
    last = (await browsing.sign_on_by_api(flow_id)).json()
    assert last["status"] == "COMPLETED"


async def test_another_name_than_the_settled_one_is_refused() -> None:
    browsing = Browsing(make_identifier_app())
    flow_id = (await begin(browsing))["id"]
    await browsing.act(flow_id, "submitIdentifier", {"identifier": "eve"})
    answer = await browsing.sign_on_by_api(flow_id, "joe", PASSWORD)
    assert (answer.status, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("body", [{"identifier": "joe"}, None])
async def test_clear_asks_for_an_identifier_again(body: object) -> None:
    browsing = Browsing(make_identifier_app())
    first = await begin(browsing)
    state = (await browsing.act(first["id"], "clearIdentifier", body)).json()
    assert state == first


async def test_cancel_needs_no_body_and_ends_the_flow() -> None:
    browsing = Browsing(make_identifier_app())
    flow_id = (await begin(browsing))["id"]
    state = (await browsing.act(flow_id, "cancelIdentifierSubmission")).json()
    assert (state["status"], state["code"]) == ("FAILED", "ACCESS_DENIED")
    assert state["authorizeResponse"]["error"] == "access_denied"
