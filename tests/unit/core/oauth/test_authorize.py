"""The authorization endpoint: flows that begin, are asked, and become answers, all or nothing."""

from dataclasses import replace

import pytest

from ostiary.core.base.errors import OAuthCode
from ostiary.core.flow.errors import FlowCode, FlowRefusedError
from ostiary.core.flow.turn import NOTHING, Turn
from ostiary.core.model.audit.sign_on import FlowFailed, SignedOn
from ostiary.core.model.audit.tokens import AuthorizationAnswered, RequestRefused, UserTokenIssued
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import Criterion, End, Policy, Selector, StepNode
from ostiary.core.model.session import SessionPolicy
from ostiary.core.oauth.authorize import Answered
from ostiary.core.oauth.checks.asked import RequestExtensions
from tests.support.authorizing import (
    Authorizing,
    claims_of,
    make_authorizing,
    make_relying_party,
)
from tests.support.flows import BrowserJar

pytestmark = pytest.mark.anyio


@pytest.fixture
async def authorizing() -> Authorizing:
    return await make_authorizing()


async def test_a_flow_is_stored_only_when_somebody_must_be_asked(
    authorizing: Authorizing,
) -> None:
    turn = await authorizing.ask()
    shown = authorizing.browser.shows()
    found = await authorizing.authorize.look(authorizing.env, turn.flow.id, shown)
    assert found.flow == turn.flow
    assert found.pending == NOTHING


async def test_a_wrong_password_leaves_the_flow_as_it_was(authorizing: Authorizing) -> None:
    turn = await authorizing.ask()
    again = await authorizing.check_password(turn, password="wrong")
    assert isinstance(again, Turn)
    assert again.problems
    assert again.flow == turn.flow


async def test_the_last_action_is_answered_with_everything_at_once(
    authorizing: Authorizing,
) -> None:
    turn = await authorizing.ask(response_type="code id_token token")
    answered = await authorizing.check_password(turn)
    assert isinstance(answered, Answered)
    assert answered.flow_id == turn.flow.id
    assert answered.plugin_id == turn.plugin_id
    assert answered.change.cookie
    kinds = {type(event) for event in authorizing.flows.events.events}
    assert {SignedOn, AuthorizationAnswered, UserTokenIssued} <= kinds


async def test_an_access_token_from_the_front_channel_is_marked_in_the_audit_trail(
    authorizing: Authorizing,
) -> None:
    await authorizing.sign_on(response_type="token")
    (event,) = authorizing.flows.emitted(UserTokenIssued)
    assert isinstance(event, UserTokenIssued)
    assert event.is_deprecated
    assert event.grant_type == "implicit"
    assert not event.has_refresh_token


async def test_a_second_answer_to_the_same_question_loses(authorizing: Authorizing) -> None:
    turn = await authorizing.ask()
    env, shown = authorizing.env, authorizing.browser.shows()
    assert turn.view is not None
    offer, inputs = turn.view.offers[0], {"username": "joe", "password": "Password1"}
    first = await authorizing.authorize.act(env, turn, offer, inputs, shown, finishes=True)
    assert isinstance(first, Answered)
    with pytest.raises(FlowRefusedError) as caught:
        await authorizing.authorize.act(env, turn, offer, inputs, shown, finishes=True)
    assert caught.value.flow_code is FlowCode.CHANGED
    assert len(authorizing.flows.emitted(AuthorizationAnswered)) == 1


async def test_an_unfinished_flow_is_not_resumed(authorizing: Authorizing) -> None:
    turn = await authorizing.ask()
    with pytest.raises(FlowRefusedError) as caught:
        await authorizing.authorize.resume(authorizing.env, turn, authorizing.browser.shows())
    assert caught.value.flow_code is FlowCode.NOT_FOUND


async def test_a_flow_that_fails_is_told_to_the_application_and_over(
    authorizing: Authorizing,
) -> None:
    turn = await authorizing.ask()
    answered = await authorizing.act(turn, "usernamePassword.cancel", {})
    assert isinstance(answered, Answered)
    assert answered.response.members["error"] == OAuthCode.ACCESS_DENIED
    assert answered.response.members["state"] == "a state"
    assert len(authorizing.flows.emitted(FlowFailed)) == 1
    with pytest.raises(FlowRefusedError):
        await authorizing.authorize.look(authorizing.env, turn.flow.id, authorizing.browser.shows())


async def test_a_session_makes_asking_needless(authorizing: Authorizing) -> None:
    await authorizing.sign_on()
    answered = await authorizing.begin(response_type="id_token")
    assert isinstance(answered, Answered)
    assert answered.change.cookie is None


@pytest.mark.parametrize("what", ["disabled", "deleted"])
async def test_SEC_131_a_user_who_is_gone_by_the_end_gets_nothing(
    authorizing: Authorizing, what: str
) -> None:
    turn = await authorizing.ask()
    await authorizing.check_password(turn, finishes=False)
    shown, directory = authorizing.browser.shows(), authorizing.flows.directory
    found = await authorizing.authorize.look(authorizing.env, turn.flow.id, shown)
    user = await directory.find_by_username(authorizing.env, "joe")
    assert user is not None
    if what == "disabled":
        await directory.save(authorizing.env, replace(user, enabled=False))
    else:
        await directory.delete(authorizing.env, user.id)
    answered = await authorizing.authorize.resume(authorizing.env, found, shown)
    assert answered.response.members["error"] == OAuthCode.ACCESS_DENIED
    assert authorizing.flows.emitted(AuthorizationAnswered) == []
    assert len(authorizing.flows.emitted(RequestRefused)) == 1


async def test_a_session_that_ended_before_the_flow_did_gives_nothing(
    authorizing: Authorizing,
) -> None:
    turn = await authorizing.ask()
    kept = await authorizing.check_password(turn, finishes=False)
    assert isinstance(kept, Turn)
    assert kept.flow.session_id is not None
    shown = authorizing.browser.shows()
    found = await authorizing.authorize.look(authorizing.env, turn.flow.id, shown)
    await authorizing.flows.store.sessions.end(authorizing.env, kept.flow.session_id)
    answered = await authorizing.authorize.resume(authorizing.env, found, shown)
    assert answered.response.members["error"] == OAuthCode.ACCESS_DENIED


async def test_whoever_signed_on_stays_so_when_the_application_gets_nothing(
    authorizing: Authorizing,
) -> None:
    turn = await authorizing.ask(scope="openid email")
    authorizing.change_client(scopes=frozenset({"openid"}))
    answered = await authorizing.check_password(turn)
    assert isinstance(answered, Answered)
    assert answered.response.is_error
    assert "code" in (await authorizing.answer(scope="openid")).members


async def test_SEC_130_a_client_that_a_policy_asks_more_of_is_not_served_by_less() -> None:
    strong = StepNode("form", success=StepNode("again"))
    root = Selector(Criterion.CLIENT, {"bank": strong}, otherwise=StepNode("form"))
    authorizing = await make_authorizing(
        make_relying_party(), make_relying_party("bank"), root=root
    )
    await authorizing.sign_on()
    assert "code" in (await authorizing.answer()).members
    refused = await authorizing.refusal(client_id="bank", prompt="none")
    assert refused.members["error"] == OAuthCode.LOGIN_REQUIRED
    turn = await authorizing.ask(client_id="bank")
    second = await authorizing.check_password(turn)
    assert isinstance(second, Turn)
    assert second.flow.stage is Stage.AUTHENTICATION
    assert isinstance(await authorizing.check_password(second), Answered)
    assert "code" in (await authorizing.answer(client_id="bank", prompt="none")).members


async def test_a_step_that_is_asked_for_must_be_one_of_the_policy() -> None:
    policies = {
        "default": Policy("default", Selector(Criterion.ACR, {"x": End.FAIL}, StepNode("form")))
    }
    authorizing = await make_authorizing(policies=policies)
    asked = await authorizing.ask(extensions=RequestExtensions(step="form"))
    assert asked.flow.policy == "default"
    refused = await authorizing.refusal(extensions=RequestExtensions(step="again"))
    assert refused.members["error"] == OAuthCode.INVALID_REQUEST


async def test_without_cookies_a_cookie_means_nothing() -> None:
    authorizing = await make_authorizing(
        make_relying_party(),
        make_relying_party("api", is_redirectless=True, is_cookieless=True),
    )
    await authorizing.sign_on()
    refused = await authorizing.refusal(client_id="api", response_mode="pi.flow", prompt="none")
    assert refused.members["error"] == OAuthCode.LOGIN_REQUIRED
    turn = await authorizing.ask(client_id="api", response_mode="pi.flow")
    assert turn.flow.is_cookieless
    answered = await authorizing.check_password(turn)
    assert isinstance(answered, Answered)
    assert "code" in answered.response.members


async def test_S3_29_a_lasting_cookie_is_enough_and_brings_another_one() -> None:
    authorizing = await make_authorizing(sessions=SessionPolicy(is_persistent=True))
    await authorizing.sign_on()
    reopened = BrowserJar(kept={"persistent_cookie": authorizing.browser.kept["persistent_cookie"]})
    answered = await authorizing.begin(browser=reopened, response_type="id_token")
    assert isinstance(answered, Answered)
    assert answered.change.cookie
    assert isinstance(await authorizing.begin(browser=reopened, prompt="none"), Answered)


async def test_the_time_of_signing_on_is_the_sessions(authorizing: Authorizing) -> None:
    first = claims_of(await authorizing.sign_on(response_type="id_token"))
    authorizing.flows.clock.advance(60)
    second = claims_of(await authorizing.answer(response_type="id_token"))
    assert first["auth_time"] == second["auth_time"] == second["iat"] - 60
    assert first["sid"] == second["sid"]
