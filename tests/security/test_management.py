"""SEC-248: nobody becomes more by the management API than it was let in as."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ostiary.core.model.audit.tokens import RequestRefused
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.signon.contacts import email_of
from tests.support.management import CONFIGURATION, CUSTOMERS, SECRET, Management, make_management

FORBIDDEN = (403, ["INSUFFICIENT_PERMISSIONS"])
WORKER = """
[environments.customers.clients.{key}]
type = "worker"
secret = "{secret}"
roles = {roles}
{populations}
"""
DEVELOPER = '["Client Application Developer"]'
BOTH = '["Client Application Developer", "Identity Data Admin"]'
ADMIN = '["Identity Data Admin"]'
STAFF = 'managed_populations = ["staff"]'
GUESTS = 'managed_populations = ["guests"]'
STAFF_AND_GUESTS = 'managed_populations = ["staff", "guests"]'
ADDRESS = "joe@example.com"
PROFILE = {
    "email": ADDRESS,
    "email_verified": True,
    "external_id": "17",
    "type": "person",
    "nickname": "Joe",
}


def worker(key: str, roles: str, populations: str = "") -> str:
    return WORKER.format(key=key, secret=SECRET, roles=roles, populations=populations)


async def ask_for_secret(
    method: str, *, caller: tuple[str, str], target: tuple[str, str]
) -> tuple[Management, int, bytes]:
    """Let one worker ask for another one's secret; each is given by its roles and populations."""
    configuration = CONFIGURATION + worker("caller", *caller) + worker("target", *target)
    management = await make_management(configuration)
    id = management.app.client_id("customers", "target")
    answer = await management.call(method, f"/applications/{id}/secret", client="caller")
    return management, answer.status, answer.body


async def may_get_tokens(management: Management, key: str) -> bool:
    """Tell whether a client's secret is still the configured one."""
    id = management.app.client_id("customers", key)
    answer = await management.app.pingone.post_form(
        f"/{CUSTOMERS}/as/token", {"grant_type": "client_credentials"}, basic=(id, SECRET)
    )
    return answer.status == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("caller", "target"),
    [
        ((DEVELOPER, ""), (ADMIN, "")),
        ((DEVELOPER, ""), ('["Identity Data Read Only"]', "")),
        ((DEVELOPER, ""), (ADMIN, STAFF)),
        ((BOTH, ""), ('["Environment Admin"]', "")),
        ((BOTH, STAFF), (ADMIN, "")),
        ((BOTH, STAFF), (ADMIN, GUESTS)),
        ((BOTH, STAFF), (ADMIN, STAFF_AND_GUESTS)),
    ],
)
async def test_SEC_248_nobody_is_given_the_secret_of_a_client_that_may_do_more(
    method: str, caller: tuple[str, str], target: tuple[str, str]
) -> None:
    management, status, body = await ask_for_secret(method, caller=caller, target=target)
    assert status == 403
    assert b"INSUFFICIENT_PERMISSIONS" in body
    assert SECRET.encode() not in body
    await management.reload()
    assert await may_get_tokens(management, "target")
    assert management.done() == []
    (refused,) = (e for e in management.app.events.events if isinstance(e, RequestRefused))
    assert refused.client == management.app.client_id("customers", "caller")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("caller", "target"),
    [
        ((DEVELOPER, ""), (DEVELOPER, "")),
        ((DEVELOPER, STAFF), ("[]", "")),
        ((BOTH, ""), (ADMIN, STAFF)),
        ((BOTH, STAFF_AND_GUESTS), (ADMIN, GUESTS)),
        ((BOTH, STAFF), (BOTH, STAFF)),
    ],
)
async def test_the_secret_of_a_client_that_may_do_no_more_is_given(
    method: str, caller: tuple[str, str], target: tuple[str, str]
) -> None:
    _, status, body = await ask_for_secret(method, caller=caller, target=target)
    assert status == 200
    assert (SECRET.encode() in body) == (method == "GET")


@pytest.mark.parametrize(
    "change",
    [
        {"email": "thief@evil.example"},
        {"email": None},
        {"email": "thief@evil.example", "nickname": "J"},
        {"externalId": "boss"},
        {"externalId": None},
        {"type": "administrator"},
    ],
)
async def test_SEC_248_a_token_of_a_user_changes_nothing_that_others_go_by(
    change: dict[str, object],
) -> None:
    management = await make_management()
    user = await management.add(attributes=PROFILE)
    token = await management.user_token(user)
    answer = await management.call("PATCH", f"/users/{user.id}", change, token=token)
    assert (answer.status, [d["code"] for d in answer.json()["details"]]) == FORBIDDEN
    assert await management.find(user.id) == user
    assert management.done() == []


async def test_SEC_248_a_user_that_has_no_address_gets_none_by_its_own_token() -> None:
    management = await make_management()
    user = await management.add(attributes={})
    token = await management.user_token(user)
    body = {"email": "thief@evil.example"}
    answer = await management.call("PATCH", f"/users/{user.id}", body, token=token)
    assert answer.status == 403


async def test_SEC_248_what_a_whole_body_leaves_out_is_a_change_too() -> None:
    management = await make_management()
    user = await management.add(attributes=PROFILE)
    token = await management.user_token(user)
    path, whole = f"/users/{user.id}", {"username": user.username, "nickname": "J"}
    assert (await management.call("PUT", path, whole, token=token)).status == 403
    kept = {**whole, "email": ADDRESS, "externalId": "17", "type": "person"}
    answer = await management.call("PUT", path, kept, token=token)
    assert (answer.status, answer.json()["nickname"]) == (200, "J")
    assert answer.json()["emailVerified"] is True


async def test_a_user_sends_back_what_it_read_and_changes_the_rest() -> None:
    management = await make_management()
    user = await management.add(attributes=PROFILE)
    token = await management.user_token(user)
    path = f"/users/{user.id}"
    read: Mapping[str, Any] = (await management.call("GET", path, token=token)).json()
    answer = await management.call("PATCH", path, {**read, "nickname": "J"}, token=token)
    assert (answer.status, answer.json()["nickname"]) == (200, "J")


@pytest.mark.parametrize(
    ("attribute", "member"), [("mail", "email"), ("nickname", "nickname"), ("title", "title")]
)
async def test_SEC_248_the_address_is_kept_whatever_attribute_holds_it(
    attribute: str, member: str
) -> None:
    management = await make_management()
    await management.installation.apply(
        CONFIGURATION.replace(
            "[environments.customers.password_policy]",
            f'claim_attributes = {{ email = "{attribute}" }}\n'
            "[environments.customers.password_policy]",
        )
    )
    await management.reload()
    user = await management.add(attributes={attribute: ADDRESS})
    assert email_of(management.env, user) == ADDRESS
    token = await management.user_token(user)
    body = {member: "thief@evil.example"}
    answer = await management.call("PATCH", f"/users/{user.id}", body, token=token)
    assert answer.status == 403


async def test_SEC_248_an_address_that_was_changed_meanwhile_is_not_put_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    management = await make_management()
    user = await management.add(attributes=PROFILE)
    token = await management.user_token(user)
    users = management.app.store.users
    save = type(users).save

    async def save_late(
        self: Any, env: Environment, changed: User, *, expected_version: int
    ) -> User:
        monkeypatch.setattr(type(users), "save", save)
        other = {**user.attributes, "email": "owner@example.com"}
        await save(self, env, replace(user, attributes=other), expected_version=user.version)
        return await save(self, env, changed, expected_version=expected_version)

    monkeypatch.setattr(type(users), "save", save_late)
    body = {"email": ADDRESS, "nickname": "J"}
    answer = await management.call("PATCH", f"/users/{user.id}", body, token=token)
    assert answer.status == 403
    found = await management.find(user.id)
    assert found is not None
    assert found.attributes["email"] == "owner@example.com"


async def test_a_number_that_is_another_one_is_verified_no_more() -> None:
    management = await make_management()
    attributes = {"phone_number": "+41791112233", "phone_number_verified": True}
    user = await management.add(attributes=attributes)
    token = await management.user_token(user)
    path = f"/users/{user.id}"
    kept = {}
    for number in ("+41791112233", "+41790000000"):
        await management.call("PATCH", path, {"primaryPhone": number}, token=token)
        found = await management.find(user.id)
        assert found is not None
        kept[number] = found.attributes
    assert kept == {
        "+41791112233": attributes,
        "+41790000000": {"phone_number": "+41790000000"},
    }
