"""The step consent: when the user is asked, and what the answer is."""

from typing import Any

import pytest

from ostiary.core.base.ids import ClientId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.client import Client
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import StepNode
from tests.support.flows import BrowserJar, Flows, make_application, make_signon_environment
from tests.support.tenants import BASIC, make_client

pytestmark = pytest.mark.anyio
LOOPBACK, CUSTOM = "http://127.0.0.1:1234/cb", "com.example.app:/cb"


async def _signed_on(client: Client, **request: Any) -> tuple[Flows, BrowserJar, Turn]:
    flows = Flows(make_signon_environment(StepNode("form"), client))
    await flows.add_joe()
    browser = BrowserJar()
    return flows, browser, await flows.sign_on(browser, **request)


def _client(**fields: Any) -> Client:
    return make_application(**{"bypasses_approval": False, **fields})


async def test_a_client_is_asked_about() -> None:
    _, _, turn = await _signed_on(_client())
    assert turn.flow.stage is Stage.APPROVAL
    assert turn.view is not None
    assert turn.view.state.noun == "consent"


async def test_the_question_names_the_client_and_says_what_scopes_mean() -> None:
    flows = Flows(
        make_signon_environment(
            StepNode("form"),
            _client(name="The Shop"),
            scope_descriptions={"profile": "See your name"},
        )
    )
    await flows.add_joe()
    turn = await flows.sign_on(BrowserJar(), resources=("https://api.example.com",))
    assert turn.view is not None
    assert "The Shop" in turn.view.title
    assert turn.view.items == ("openid", "See your name", "for https://api.example.com")


async def test_what_the_user_approves_is_what_was_asked_for() -> None:
    flows, browser, turn = await _signed_on(_client(), scopes=ScopeSet.of(["openid", "email"]))
    finished = await flows.act(browser, turn.flow.id, "consent.approve")
    assert finished.flow.stage is Stage.FINISHED
    assert finished.flow.scopes == ("openid", "email")
    assert finished.pending.consent is None


async def test_denial_is_access_denied_to_the_client() -> None:
    flows, browser, turn = await _signed_on(_client())
    finished = await flows.act(browser, turn.flow.id, "consent.deny")
    assert finished.flow.failure is not None
    assert finished.flow.failure.code == "access_denied"
    assert finished.flow.scopes is None


async def test_the_operator_may_answer_for_the_users() -> None:
    _, _, turn = await _signed_on(_client(bypasses_approval=True))
    assert turn.flow.stage is Stage.FINISHED


async def test_S3_6_without_redirects_nobody_is_asked() -> None:
    client = _client(is_redirectless=True)
    _, _, turn = await _signed_on(client, response_mode=ResponseMode.PI_FLOW, redirect_uri=None)
    assert turn.flow.stage is Stage.FINISHED
    assert turn.flow.scopes == ("openid", "profile")


async def test_a_client_may_have_the_user_asked_again() -> None:
    flows, browser, turn = await _signed_on(_client())
    await flows.act(browser, turn.flow.id, "consent.approve", rememberMyDecision="on")
    known = await flows.begin(browser, reuses_session=True)
    asked = await flows.begin(browser, reuses_session=True, prompts=("consent",))
    assert known.flow.stage is Stage.FINISHED
    assert asked.flow.stage is Stage.APPROVAL


@pytest.mark.parametrize("redirect_uri", [LOOPBACK, CUSTOM])
async def test_any_program_of_the_machine_could_ask_as_this_client_so_the_user_is_asked(
    redirect_uri: str,
) -> None:
    flows, browser, turn = await _signed_on(_client(), redirect_uri=redirect_uri)
    await flows.act(browser, turn.flow.id, "consent.approve", rememberMyDecision=True)
    again = await flows.begin(browser, reuses_session=True, redirect_uri=redirect_uri)
    assert again.flow.stage is Stage.APPROVAL


@pytest.mark.parametrize("redirect_uri", [LOOPBACK, CUSTOM])
async def test_who_has_just_signed_on_is_not_asked_what_is_known(redirect_uri: str) -> None:
    flows, browser, turn = await _signed_on(_client(), redirect_uri=redirect_uri)
    await flows.act(browser, turn.flow.id, "consent.approve", rememberMyDecision=True)
    again = await flows.sign_on(browser, redirect_uri=redirect_uri)
    assert again.flow.stage is Stage.FINISHED


async def test_a_client_with_a_secret_is_known_by_it() -> None:
    client = make_client("app", BASIC, redirect_uris=(LOOPBACK,))
    flows, browser, turn = await _signed_on(client, redirect_uri=LOOPBACK)
    await flows.act(browser, turn.flow.id, "consent.approve", rememberMyDecision=True)
    again = await flows.begin(browser, reuses_session=True, redirect_uri=LOOPBACK)
    assert again.flow.stage is Stage.FINISHED


async def test_more_scopes_for_the_same_resources_add_up() -> None:
    flows, browser, turn = await _signed_on(_client(), scopes=ScopeSet.of(["openid"]))
    await flows.act(browser, turn.flow.id, "consent.approve", rememberMyDecision=True)
    more = await flows.begin(browser, reuses_session=True, scopes=ScopeSet.of(["email"]))
    await flows.act(browser, more.flow.id, "consent.approve", rememberMyDecision=True)
    user_id = more.flow.user_id
    assert user_id is not None
    kept = await flows.store.consents.find(flows.env, user_id, ClientId("app"))
    assert kept is not None
    assert kept.scopes == {"openid", "email"}
    assert kept.granted_at == flows.clock.now()
