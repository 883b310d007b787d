"""The password grant: who may use it, what it opens, and that it is no way around anything."""

import asyncio

import pytest

from ostiary.core.model.audit.sign_on import PasswordLocked, PasswordRefused
from ostiary.core.model.audit.tokens import UserTokenIssued
from ostiary.core.model.policy import Criterion, End, Node, Selector, StepNode
from ostiary.core.model.user import UserPassword
from tests.support.app import canary_free
from tests.support.authenticators import make_authenticator
from tests.support.codes import claims_of
from tests.support.password_grant import PASSWORD, Legacy, make_legacy
from tests.support.users import HASH, make_user

NO = (400, "invalid_grant")
FACTOR: Node = StepNode("form", StepNode("factor"))


@pytest.fixture
async def legacy() -> Legacy:
    return await make_legacy()


async def test_S0_4_a_client_that_may_gets_tokens_for_the_user(legacy: Legacy) -> None:
    tokens = await legacy.tokens(scope="sso")

    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert (tokens["scope"], tokens["token_type"]) == ("sso", "Bearer")
    assert await legacy.app.is_active(tokens["access_token"])


async def test_S0_4_what_it_issues_is_marked_as_deprecated(legacy: Legacy) -> None:
    await legacy.tokens()

    (issued,) = [each for each in legacy.app.events.events if isinstance(each, UserTokenIssued)]
    assert (issued.grant_type, issued.is_deprecated) == ("password", True)
    assert issued.user == legacy.user.id


async def test_S2_22_its_refresh_token_works_and_rolls(legacy: Legacy) -> None:
    tokens = await legacy.tokens(scope="sso")
    again = await legacy.refresh(tokens["refresh_token"])

    assert again.json()["scope"] == "sso"
    assert again.json()["refresh_token"] != tokens["refresh_token"]


async def test_a_client_without_the_refresh_grant_gets_no_refresh_token(legacy: Legacy) -> None:
    assert "refresh_token" not in await legacy.tokens("plain")


@pytest.mark.parametrize("name", ["grant_type", "username", "password"])
async def test_S2_8_a_missing_parameter_of_the_user_is_named(legacy: Legacy, name: str) -> None:
    answer = await legacy.ask(**{name: None})

    assert answer.error == (400, "invalid_request")
    assert answer.json()["error_description"] == f"The parameter {name} is missing."


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
async def test_S2_8_missing_credentials_of_the_client_are_invalid_client(
    legacy: Legacy, name: str
) -> None:
    assert (await legacy.ask(**{name: None})).error == (401, "invalid_client")


async def test_SEC_44_a_client_that_has_not_opted_in_is_refused(legacy: Legacy) -> None:
    refused = (400, "unauthorized_client")
    assert (await legacy.ask("many")).error == refused
    assert legacy.app.events.events[-1].code == "unauthorized_client"  # type: ignore[union-attr]


async def test_SEC_44_a_client_that_proves_nothing_needs_a_switch_of_its_own(
    legacy: Legacy,
) -> None:
    assert (await legacy.ask("native")).error == (400, "unauthorized_client")
    assert (await legacy.ask("anybody")).status == 200


@pytest.mark.parametrize("name", ["nobody", "*", "jo*", "joe)(uid=*", "%", "j" * 5000, "joe\n"])
async def test_SEC_44_wrong_passwords_and_unknown_names_read_the_same(
    legacy: Legacy, name: str
) -> None:
    wrong = await legacy.ask(password="wrong")
    unknown = await legacy.ask(username=name)

    assert wrong.error == NO
    assert (wrong.status, wrong.body) == (unknown.status, unknown.body)


async def test_SEC_44_disabled_and_locked_users_read_the_same_too(legacy: Legacy) -> None:
    wrong = await legacy.ask(password="wrong")
    await legacy.change_user(enabled=False)
    disabled = await legacy.ask()
    await legacy.change_user(enabled=True, locked_at=1.0)
    locked = await legacy.ask()

    assert wrong.error == NO
    assert wrong.body == disabled.body == locked.body


async def test_SEC_45_failures_lock_the_user_here_as_everywhere(legacy: Legacy) -> None:
    for guess in range(5):
        assert (await legacy.ask(password=f"guess {guess}")).error == NO
    assert (await legacy.ask()).error == NO

    locked = [each for each in legacy.app.events.events if isinstance(each, PasswordLocked)]
    assert [each.entrance for each in locked] == ["password_grant"]
    legacy.app.clock.advance(60)
    assert (await legacy.ask()).status == 200


async def test_SEC_45_of_many_guesses_at_once_no_more_are_compared(legacy: Legacy) -> None:
    guesses = [f"guess {n}" for n in range(30)]
    answers = await asyncio.gather(*(legacy.ask(password=each) for each in [*guesses, PASSWORD]))

    assert {answer.status for answer in answers} == {400}
    refused = [each for each in legacy.app.events.events if isinstance(each, PasswordRefused)]
    assert sum(each.reason == "wrong" for each in refused) == 5


async def test_SEC_45_whoever_has_a_second_factor_is_refused_where_one_is_asked(
    legacy: Legacy,
) -> None:
    legacy.ask_by_policy(FACTOR)
    assert (await legacy.ask()).status == 200
    await legacy.enrol(make_authenticator(1))
    refused = await legacy.ask()

    assert refused.error == NO
    assert refused.body == (await legacy.ask(password="wrong")).body


@pytest.mark.parametrize(
    "root",
    [
        StepNode("form", StepNode("strict")),
        StepNode("strict", StepNode("form")),
        StepNode("factor", StepNode("form")),
        StepNode("form", End.FAIL),
        StepNode("name"),
        End.FAIL,
        StepNode("form", Selector(Criterion.CLIENT, {"legacy": End.FAIL}, End.DONE)),
        StepNode("form", Selector(Criterion.SCOPE, {"api:read": StepNode("strict")}, End.DONE)),
    ],
)
async def test_SEC_45_a_policy_that_asks_for_more_than_a_password_lets_nobody_in(
    legacy: Legacy, root: Node
) -> None:
    legacy.ask_by_policy(root)
    assert (await legacy.ask(scope="api:read")).error == NO


@pytest.mark.parametrize(
    "root",
    [
        StepNode("name", StepNode("form")),
        StepNode("form", StepNode("again")),
        Selector(Criterion.CLIENT, {"legacy": StepNode("form")}, End.FAIL),
        StepNode("form", Selector(Criterion.POPULATION, {"staff": End.DONE}, End.FAIL)),
    ],
)
async def test_a_policy_that_asks_for_a_name_and_a_password_alone_is_passed(
    legacy: Legacy, root: Node
) -> None:
    legacy.ask_by_policy(root)
    assert (await legacy.ask()).status == 200


@pytest.mark.parametrize(("kind", "status"), [("O", 200), ("I", 400), (None, 400)])
async def test_S2_26_the_policy_refuses_users_whose_password_is_elsewhere(
    kind: str | None, status: int
) -> None:
    legacy = await make_legacy(attributes={"AuthenticationType": kind} if kind else {})
    cases: dict[str, Node] = {"O": End.DONE}
    by_type = Selector(Criterion.ATTRIBUTE, cases, attribute="AuthenticationType")
    legacy.ask_by_policy(StepNode("form", by_type))

    assert (await legacy.ask()).status == status


async def test_a_client_with_a_policy_of_its_own_goes_by_that_one(legacy: Legacy) -> None:
    legacy.app.change_client("legacy", policy="default")
    legacy.ask_by_policy(StepNode("form", StepNode("strict")))
    assert (await legacy.ask()).error == NO


async def test_a_password_that_must_be_changed_opens_nothing(legacy: Legacy) -> None:
    await legacy.change_user(password=UserPassword(HASH, changed_at=1.0, must_change=True))
    assert (await legacy.ask()).error == NO


async def test_SEC_50_what_it_issued_is_over_with_the_password(legacy: Legacy) -> None:
    tokens = await legacy.tokens()
    later = legacy.app.clock.now() + 1
    await legacy.change_user(password=UserPassword(HASH, changed_at=later))

    assert not await legacy.app.is_active(tokens["access_token"])
    assert (await legacy.refresh(tokens["refresh_token"])).error == NO


@pytest.mark.parametrize("scope", ["api:write", "admin", "sso admin"])
async def test_SEC_28_no_scope_beyond_the_clients_own_is_granted(
    legacy: Legacy, scope: str
) -> None:
    assert (await legacy.ask(scope=scope)).error == (400, "invalid_scope")


async def test_an_id_token_says_by_what_the_user_was_known(legacy: Legacy) -> None:
    claims = claims_of((await legacy.tokens(scope="openid"))["id_token"])

    assert claims["aud"] == "legacy"
    assert claims["sub"] == legacy.user.id
    assert claims["amr"] == ["pwd"]
    assert claims["acr"] == "urn:example:default"
    assert "sid" not in claims


async def test_SEC_12_a_second_username_is_refused(legacy: Legacy) -> None:
    form = [("grant_type", "password"), ("username", "joe"), ("username", "eve")]
    answer = await legacy.app.pingfederate.post_form("/as/token.oauth2", form)
    assert answer.error == (400, "invalid_request")


async def test_SEC_244_neither_password_nor_unknown_names_are_logged(legacy: Legacy) -> None:
    await legacy.ask(username="canary-nobody", password="canary-password")
    await legacy.ask(password="canary-password")

    canary_free(legacy.app, "canary-password", "canary-nobody", PASSWORD)


async def test_SEC_223_a_user_of_another_environment_is_unknown(legacy: Legacy) -> None:
    other = make_user(2, username="other")
    elsewhere = legacy.app.environment("customers")
    await legacy.app.store.users.create(elsewhere, [other])
    assert (await legacy.ask(username="other")).error == NO
