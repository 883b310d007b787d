"""`/users`: listed, filtered, made, imported, read, changed, locked, deleted."""

from typing import Any

import pytest

from ostiary.core.base.ids import stable_uuid
from ostiary.core.model.audit.accounts import UserAdded
from tests.support.management import (
    CUSTOMERS,
    HOST,
    NEW_PASSWORD,
    Management,
    embedded,
    make_management,
    refusal,
)
from tests.support.users import HASH

IMPORT = "application/vnd.pingidentity.user.import+json"
LOCK = "application/vnd.pingidentity.account.lock+json"
UNLOCK = "application/vnd.pingidentity.account.unlock+json"
PERSON: dict[str, Any] = {
    "username": "jdoe",
    "email": "jdoe@example.com",
    "name": {"given": "Jane", "family": "Doe"},
    "address": {"locality": "Bern", "countryCode": "CH"},
    "mobilePhone": "+41.791112233",
    "photo": {"href": "https://example.com/jane.png"},
}


async def make_person(management: Management, **members: object) -> dict[str, Any]:
    answer = await management.call("POST", "/users", {**PERSON, **members})
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json()
    return made


async def test_a_new_user_is_shown_as_it_was_sent_with_id_links_and_times() -> None:
    management = await make_management()
    made = await make_person(management)
    url = f"https://{HOST}/v1/environments/{CUSTOMERS}"
    assert {name: made[name] for name in PERSON} == PERSON
    assert made["_links"]["self"]["href"] == f"{url}/users/{made['id']}"
    assert made["environment"] == {"id": CUSTOMERS}
    assert made["population"] == {"id": stable_uuid("customers", "population", "default")}
    assert made["enabled"] is True
    assert made["account"] == {"canAuthenticate": True, "status": "OK"}
    assert made["createdAt"] == made["updatedAt"] == "2025-06-15T15:06:40.400Z"
    assert (await management.call("GET", f"/users/{made['id']}")).json() == made


async def test_what_is_made_here_is_what_tokens_tell_of_the_user() -> None:
    management = await make_management()
    user = await management.find((await make_person(management))["id"])
    assert user is not None
    assert dict(user.attributes) == {
        "email": "jdoe@example.com",
        "given_name": "Jane",
        "family_name": "Doe",
        "address": {"locality": "Bern", "country": "CH"},
        "mobile_phone": "+41.791112233",
        "picture": "https://example.com/jane.png",
    }


async def test_every_write_names_who_did_it_and_to_whom() -> None:
    management = await make_management()
    made = await make_person(management)
    path = f"/users/{made['id']}"
    await management.call("PATCH", path, {"nickname": "Janie"})
    await management.call("POST", path, media_type=LOCK)
    await management.call("DELETE", path)
    assert management.done() == [
        (f"users.{done}", made["id"]) for done in ("create", "update", "lock", "delete")
    ]
    assert UserAdded(management.env.id, made["id"], "management") in management.app.events.events


async def test_a_taken_username_is_refused_at_its_member() -> None:
    management = await make_management()
    await make_person(management)
    answer = await management.call("POST", "/users", {"username": " JDOE "})
    assert refusal(answer) == (400, "INVALID_DATA", [("UNIQUENESS_VIOLATION", "username")])


async def test_an_address_that_somebody_has_already_is_taken_without_a_word() -> None:
    management = await make_management()
    await make_person(management)
    answer = await management.call("POST", "/users", {**PERSON, "username": "another"})
    assert answer.status == 201


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({}, [("REQUIRED_VALUE", "username")]),
        ({"username": ""}, [("REQUIRED_VALUE", "username")]),
        ({"username": 5}, [("INVALID_VALUE", "username")]),
        ({"username": "x" * 257}, [("INVALID_VALUE", "username")]),
        ({"username": "a\u200bb"}, [("INVALID_VALUE", "username")]),
        ({"username": "a", "email": True}, [("INVALID_VALUE", "email")]),
        ({"username": "a", "enabled": "perhaps"}, [("INVALID_VALUE", "enabled")]),
        ({"username": "a", "name": "Jane"}, [("INVALID_VALUE", "name")]),
        ({"username": "a", "name": {"givn": "J"}}, [("INVALID_VALUE", "name.givn")]),
        ({"username": "a", "surname": "Doe"}, [("INVALID_VALUE", "surname")]),
        ({"username": "a", "population": {}}, [("REQUIRED_VALUE", "population.id")]),
        ({"username": "a", "population": {"id": "x"}}, [("INVALID_VALUE", "population.id")]),
        ({"username": "a", "password": {"value": "x"}}, [("INVALID_VALUE", "password")]),
        (
            {"username": 5, "name": {"given": 1}},
            [("INVALID_VALUE", "name.given"), ("INVALID_VALUE", "username")],
        ),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, dict) else "",
)
async def test_every_mistake_in_a_body_is_named_at_its_member(
    body: dict[str, object], details: list[tuple[str, str]]
) -> None:
    management = await make_management()
    status, code, found = refusal(await management.call("POST", "/users", body))
    assert (status, code, sorted(found, key=str)) == (400, "INVALID_DATA", details)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"a":1,"a":2}', b"{", b"\xff", b"null"])
async def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    management = await make_management()
    assert refusal(await management.call("POST", "/users", body)) == (400, "INVALID_REQUEST", [])


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", LOCK])
async def test_another_content_type_is_not_looked_at(media_type: str) -> None:
    management = await make_management()
    answer = await management.call("POST", "/users", b"{}", media_type=media_type)
    assert refusal(answer) == (415, "INVALID_REQUEST", [])


async def test_a_user_is_imported_with_a_password_to_be_changed() -> None:
    management = await make_management()
    password = {"value": NEW_PASSWORD, "forceChange": "true"}
    answer = await management.call(
        "POST", "/users", {**PERSON, "password": password}, media_type=f"{IMPORT}; charset=UTF-8"
    )
    assert answer.status == 201
    assert NEW_PASSWORD not in answer.body.decode()
    state = await management.call("GET", f"/users/{answer.json()['id']}/password")
    assert state.json()["status"] == "MUST_CHANGE_PASSWORD"


async def test_a_user_is_imported_with_the_hash_of_its_password() -> None:
    management = await make_management()
    answer = await management.call(
        "POST", "/users", {**PERSON, "password": {"value": HASH}}, media_type=IMPORT
    )
    checked = await management.call(
        "POST",
        f"/users/{answer.json()['id']}/password",
        {"password": "Password1"},
        media_type="application/vnd.pingidentity.password.check+json",
    )
    assert (checked.status, checked.json()["status"]) == (200, "OK")


@pytest.mark.parametrize(
    "value", ["{SSHA}!!!", "{UNKNOWN}abc", "$2b$99$x", "$argon2id$v=19$m=9999999999,t=1,p=1$a$b"]
)
async def test_a_hash_that_cannot_be_read_is_not_taken_for_a_password(value: str) -> None:
    management = await make_management()
    answer = await management.call(
        "POST", "/users", {**PERSON, "password": {"value": value}}, media_type=IMPORT
    )
    assert refusal(answer) == (400, "INVALID_DATA", [("INVALID_VALUE", "password.value")])
    assert value not in answer.body.decode()


async def test_a_weak_password_is_refused_with_the_rules_that_it_breaks() -> None:
    management = await make_management()
    answer = await management.call(
        "POST", "/users", {**PERSON, "password": {"value": "abc"}}, media_type=IMPORT
    )
    assert refusal(answer) == (400, "INVALID_DATA", [("INVALID_VALUE", "password.value")])
    (detail,) = answer.json()["details"]
    assert detail["innerError"] == {"unsatisfiedRequirements": ["length"]}


async def test_a_patch_changes_what_it_names_and_null_removes() -> None:
    management = await make_management()
    made = await make_person(management)
    answer = await management.call(
        "PATCH",
        f"/users/{made['id']}",
        {"name": {"family": "Roe"}, "mobilePhone": None, "address": None, "nickname": "Janie"},
    )
    assert answer.status == 200
    changed = answer.json()
    assert changed["name"] == {"given": "Jane", "family": "Roe"}
    assert changed["nickname"] == "Janie"
    assert "mobilePhone" not in changed
    assert "address" not in changed
    assert changed["email"] == "jdoe@example.com"


async def test_a_put_replaces_all_that_is_known_and_leaves_what_it_does_not_know() -> None:
    management = await make_management()
    user = await management.add(attributes={"mail": "a@example.com", "sn": "Doe", "team": "it"})
    answer = await management.call(
        "PUT", f"/users/{user.id}", {"username": "other", "email": "b@example.com"}
    )
    assert answer.status == 200
    found = await management.find(user.id)
    assert found is not None
    assert (found.username, dict(found.attributes)) == (
        "other",
        {"mail": "b@example.com", "team": "it"},
    )


async def test_what_was_read_may_be_sent_back() -> None:
    management = await make_management()
    made = await make_person(management)
    answer = await management.call("PUT", f"/users/{made['id']}", made)
    assert answer.status == 200
    assert answer.json() == made


async def test_another_address_is_not_verified_any_more() -> None:
    management = await make_management()
    user = await management.add(attributes={"email": "a@example.com", "email_verified": True})
    path = f"/users/{user.id}"
    same = await management.call("PATCH", path, {"email": "a@example.com"})
    assert same.json()["emailVerified"] is True
    other = await management.call("PATCH", path, {"email": "b@example.com"})
    assert "emailVerified" not in other.json()


async def test_a_disabled_user_has_no_session_left() -> None:
    management = await make_management()
    user = await management.add()
    session = await management.sign_on(user)
    answer = await management.call("PUT", f"/users/{user.id}/enabled", {"enabled": "false"})
    assert answer.json()["enabled"] is False
    assert await _is_over(management, session.id)
    assert (await management.call("GET", f"/users/{user.id}/enabled")).json()["enabled"] is False


async def test_a_locked_user_cannot_sign_on_until_it_is_unlocked() -> None:
    management = await make_management()
    user = await management.add()
    session = await management.sign_on(user)
    path = f"/users/{user.id}"
    locked = (await management.call("POST", path, media_type=LOCK)).json()
    assert locked["account"]["status"] == "LOCKED"
    assert locked["account"]["canAuthenticate"] is False
    assert locked["enabled"] is True
    assert await _is_over(management, session.id)
    assert not await _is_right(management, path)
    unlocked = (await management.call("POST", path, media_type=UNLOCK)).json()
    assert unlocked["account"] == {"canAuthenticate": True, "status": "OK"}
    assert await _is_right(management, path)
    assert await _is_over(management, session.id)


async def test_a_deleted_user_is_gone_with_its_sessions() -> None:
    management = await make_management()
    user = await management.add()
    session = await management.sign_on(user)
    answer = await management.call("DELETE", f"/users/{user.id}")
    assert (answer.status, answer.body) == (204, b"")
    assert refusal(await management.call("GET", f"/users/{user.id}")) == (404, "NOT_FOUND", [])
    assert await _is_over(management, session.id)


async def test_pages_follow_each_other_by_absolute_links_that_keep_the_filter() -> None:
    management = await make_management()
    for number in range(7):
        await management.add(number, population="default", attributes={"email": f"{number}@x.org"})
    await management.add(8, population="staff")
    target = '/users?limit=3&filter=email%20ew%20"%40x.org"'
    seen: list[str] = []
    sizes = []
    while target:
        answer = await management.call("GET", target)
        seen += [user["username"] for user in embedded(answer, "users")]
        members = answer.json()
        sizes.append((members["count"], members["size"]))
        following = members["_links"].get("next", {}).get("href", "")
        assert not following or following.startswith(f"https://{HOST}/v1/environments/")
        target = following.removeprefix(f"https://{HOST}")
    assert sorted(seen) == [f"User.{number}" for number in range(7)]
    assert sizes == [(7, 3), (7, 3), (7, 1)]


async def test_links_begin_with_the_host_that_was_asked() -> None:
    management = await make_management()
    headers = {"host": "api.pingone.example"}
    answer = await management.call("GET", "/users", headers=headers)
    assert answer.json()["_links"]["self"]["href"].startswith("https://api.pingone.example/v1/")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ('username eq "USER.1"', ["User.1"]),
        ('email eq "user2@example.com" or username eq "user.1"', ["User.1", "User.2"]),
        ('username eq "user.1" and email eq "user2@example.com"', []),
        ('username sw "user." and not (username eq "User.3")', ["User.1", "User.2"]),
        ("name.family pr", ["User.3"]),
        ('id eq "{id}"', ["User.1"]),
        ("enabled eq false", ["User.3"]),
        ('(population.id eq "{staff}") and (username co "2")', ["User.2"]),
        ('population.id eq "{default}"', []),
    ],
)
async def test_users_are_filtered(wanted: str, found: list[str]) -> None:
    management = await make_management()
    first = await management.add(1)
    await management.add(2)
    await management.add(3, enabled=False, attributes={"sn": "Doe"})
    ids = {
        "id": first.id.upper(),
        "staff": stable_uuid("customers", "population", "staff"),
        "default": stable_uuid("customers", "population", "default"),
    }
    text = wanted.format(**ids).replace(" ", "+")
    answer = await management.call("GET", f"/users?filter={text}")
    assert sorted(user["username"] for user in embedded(answer, "users")) == found
    assert answer.json()["count"] == len(found)


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("filter=", None),
        ("filter=password+eq+%22x%22", "filter"),
        ("filter=username", "filter"),
        ("filter=" + "(" * 50, "filter"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=%D9%A3", "limit"),
        ("cursor=../../etc", "cursor"),
    ],
)
async def test_a_query_that_means_nothing_is_refused_at_its_parameter(
    query: str, target: str | None
) -> None:
    management = await make_management()
    answer = await management.call("GET", f"/users?{query}")
    if target is None:
        assert answer.status == 200  # a parameter without a value counts as absent
        return
    assert refusal(answer) == (400, "INVALID_DATA", [("INVALID_VALUE", target)])


async def test_a_user_is_put_into_another_population() -> None:
    management = await make_management()
    user = await management.add()
    default = stable_uuid("customers", "population", "default")
    path = f"/users/{user.id}/population"
    moved = await management.call("PUT", path, {"id": default})
    assert (moved.status, moved.json()["id"]) == (200, default)
    assert (await management.call("GET", path)).json()["id"] == default


async def test_methods_that_a_path_does_not_have_are_named() -> None:
    management = await make_management()
    answer = await management.call("PUT", "/users", {})
    assert refusal(answer)[:2] == (405, "INVALID_REQUEST")
    assert answer.header("allow") == "GET, HEAD, OPTIONS, POST"


async def _is_over(management: Management, session_id: str) -> bool:
    now = management.app.clock.now()
    store = management.app.store
    return await store.sessions.find_by_id(management.env, session_id, now=now) is None  # type: ignore[arg-type]


async def _is_right(management: Management, path: str) -> bool:
    answer = await management.call(
        "POST",
        f"{path}/password",
        {"password": "Password1"},
        media_type="application/vnd.pingidentity.password.check+json",
    )
    return answer.status == 200
