"""`/users/{userId}/password`: its state, set, replaced, checked, unlocked."""

import pytest

from ostiary.core.model.audit.accounts import PasswordChanged
from ostiary.core.model.audit.sign_on import PasswordRefused
from tests.support.app import canary_free
from tests.support.asgi import Answer
from tests.support.management import NEW_PASSWORD, Management, make_management, refusal

PREFIX = "application/vnd.pingidentity.password."
SET, RESET, CHECK = f"{PREFIX}set+json", f"{PREFIX}reset+json", f"{PREFIX}check+json"
UNLOCK, FORCE = f"{PREFIX}unlock+json", f"{PREFIX}forceChange"


async def put(
    management: Management, user_id: str, body: object, media_type: str = SET, **call: str
) -> Answer:
    path = f"/users/{user_id}/password"
    return await management.call("PUT", path, body, media_type=media_type, **call)  # type: ignore[arg-type]


async def check(management: Management, user_id: str, password: str) -> Answer:
    path = f"/users/{user_id}/password"
    return await management.call("POST", path, {"password": password}, media_type=CHECK)


async def status(management: Management, user_id: str) -> str:
    answer = await management.call("GET", f"/users/{user_id}/password")
    assert answer.status == 200
    found: str = answer.json()["status"]
    return found


async def test_the_state_says_since_when_and_under_which_policy() -> None:
    management = await make_management()
    user = await management.add()
    answer = await management.call("GET", f"/users/{user.id}/password")
    members = answer.json()
    assert members["status"] == "OK"
    assert members["lastChangedAt"] == "2025-06-15T15:05:10.400Z"
    assert members["user"] == {"id": user.id}
    policy = f"/passwordPolicies/{members['passwordPolicy']['id']}"
    shown = (await management.call("GET", policy)).json()
    assert (shown["name"], shown["default"]) == ("Standard", True)
    assert shown["length"]["min"] == 8
    assert {"minCharacters", "maxRepeatedCharacters"} <= shown.keys()


async def test_a_user_without_a_password_has_none() -> None:
    management = await make_management()
    user = await management.add(password=None)
    assert await status(management, user.id) == "NO_PASSWORD"


@pytest.mark.parametrize(
    ("force", "expected"),
    [("false", "OK"), ("true", "MUST_CHANGE_PASSWORD"), (True, "MUST_CHANGE_PASSWORD")],
)
async def test_force_change_may_come_as_a_text(force: object, expected: str) -> None:
    management = await make_management()
    user = await management.add()
    answer = await put(management, user.id, {"value": NEW_PASSWORD, "forceChange": force})
    assert (answer.status, answer.json()["status"]) == (200, expected)
    assert (await check(management, user.id, NEW_PASSWORD)).status == 200
    assert (await check(management, user.id, "Password1")).status == 400


async def test_a_set_password_ends_what_the_old_one_let_in() -> None:
    management = await make_management()
    user = await management.add()
    token = await management.user_token(user)
    assert (await put(management, user.id, {"value": NEW_PASSWORD})).status == 200
    sessions = await management.call("GET", f"/users/{user.id}/sessions")
    assert sessions.json()["count"] == 0
    assert (await management.call("GET", f"/users/{user.id}", token=token)).status == 401
    changed = PasswordChanged(management.env.id, user.id, "management")
    assert changed in management.app.events.events
    assert ("passwords.set", user.id) in management.done()


@pytest.mark.parametrize(
    ("value", "rules"),
    [("abc", ["length"]), ("password123", ["excludesCommonlyUsed"]), ("Password1", None)],
)
async def test_a_password_that_will_not_do_is_refused_with_its_rules(
    value: str, rules: list[str] | None
) -> None:
    management = await make_management()
    user = await management.add()
    answer = await put(management, user.id, {"value": value})
    assert refusal(answer) == (400, "INVALID_DATA", [("INVALID_VALUE", "value")])
    (detail,) = answer.json()["details"]
    found = detail["innerError"]["unsatisfiedRequirements"]
    assert found == (rules or found)
    assert found
    assert value not in answer.body.decode()


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, ("REQUIRED_VALUE", "value")),
        ({"value": None}, ("REQUIRED_VALUE", "value")),
        ({"value": 12345678}, ("INVALID_VALUE", "value")),
        ({"value": "x" * 1025}, ("INVALID_VALUE", "value")),
        ({"value": NEW_PASSWORD, "forceChange": 1}, ("INVALID_VALUE", "forceChange")),
        ({"value": NEW_PASSWORD, "hash": "x"}, ("INVALID_VALUE", "hash")),
    ],
    ids=["empty", "null", "number", "long", "flag", "unknown"],
)
async def test_every_mistake_is_named_at_its_member(
    body: dict[str, object], detail: tuple[str, str]
) -> None:
    management = await make_management()
    user = await management.add()
    assert refusal(await put(management, user.id, body)) == (400, "INVALID_DATA", [detail])


async def test_a_user_replaces_its_password_by_the_one_so_far() -> None:
    management = await make_management()
    user = await management.add()
    token = await management.user_token(user)
    body = {"currentPassword": "Password1", "newPassword": NEW_PASSWORD}
    answer = await put(management, user.id, body, RESET, token=token)
    assert (answer.status, answer.json()["status"]) == (200, "OK")
    assert (await check(management, user.id, NEW_PASSWORD)).status == 200
    assert (await management.call("GET", f"/users/{user.id}", token=token)).status == 401
    canary_free(management.app, NEW_PASSWORD, "Password1")


async def test_what_is_wrong_with_a_new_password_is_told_to_its_user_alone() -> None:
    management = await make_management()
    user = await management.add()
    token = await management.user_token(user)
    wrong = {"currentPassword": "guessed", "newPassword": "Password1"}
    answer = await put(management, user.id, wrong, RESET, token=token)
    assert refusal(answer) == (400, "INVALID_DATA", [("INVALID_VALUE", "currentPassword")])
    right = {"currentPassword": "Password1", "newPassword": "abc"}
    answer = await put(management, user.id, right, RESET, token=token)
    assert refusal(answer) == (400, "INVALID_DATA", [("INVALID_VALUE", "newPassword")])
    again = {"currentPassword": "Password1", "newPassword": "Password1"}
    answer = await put(management, user.id, again, RESET, token=token)
    assert refusal(answer) == (400, "INVALID_DATA", [("INVALID_VALUE", "newPassword")])


async def test_wrong_passwords_are_counted_and_lock() -> None:
    management = await make_management()
    user = await management.add()
    left = []
    for _ in range(5):
        answer = await check(management, user.id, "guessed")
        (detail,) = answer.json()["details"]
        left.append(detail["innerError"].get("failuresRemaining"))
    assert left == [4, 3, 2, 1, 0]
    locked = await check(management, user.id, "Password1")
    assert refusal(locked) == (400, "INVALID_DATA", [("PASSWORD_LOCKED_OUT", "password")])
    assert locked.json()["details"][0]["innerError"] == {"secondsUntilUnlock": 60}
    state = (await management.call("GET", f"/users/{user.id}/password")).json()
    assert (state["status"], state["secondsUntilUnlock"]) == ("PASSWORD_LOCKED_OUT", 60)
    refused = [e for e in management.app.events.events if isinstance(e, PasswordRefused)]
    assert {event.entrance for event in refused} == {"management"}


async def test_an_unlocked_password_is_right_again() -> None:
    management = await make_management()
    user = await management.add()
    for _ in range(5):
        await check(management, user.id, "guessed")
    unlocked = await management.call("POST", f"/users/{user.id}/password", media_type=UNLOCK)
    assert (unlocked.status, unlocked.json()["status"]) == (200, "OK")
    assert (await check(management, user.id, "Password1")).status == 200


@pytest.mark.parametrize("media_type", [FORCE, f"{FORCE}+json"])
async def test_another_password_is_demanded_with_or_without_json_in_the_type(
    media_type: str,
) -> None:
    management = await make_management()
    user = await management.add()
    path = f"/users/{user.id}/password"
    answer = await management.call("POST", path, media_type=media_type)
    assert (answer.status, answer.json()["status"]) == (200, "MUST_CHANGE_PASSWORD")
    assert (await check(management, user.id, "Password1")).status == 200


@pytest.mark.parametrize(
    ("method", "media_type"),
    [
        ("PUT", "application/json"),
        ("PUT", f"{PREFIX}recover+json"),
        ("POST", "application/json"),
        ("POST", SET),
    ],
)
async def test_another_media_type_is_not_looked_at(method: str, media_type: str) -> None:
    management = await make_management()
    user = await management.add()
    answer = await management.call(
        method, f"/users/{user.id}/password", {"value": "x"}, media_type=media_type
    )
    assert refusal(answer) == (415, "INVALID_REQUEST", [])


async def test_no_password_gets_into_events() -> None:
    management = await make_management()
    user = await management.add()
    await put(management, user.id, {"value": NEW_PASSWORD})
    await check(management, user.id, "guessed-by-somebody")
    canary_free(management.app, NEW_PASSWORD, "guessed-by-somebody")


async def test_an_unlocked_password_does_not_open_a_locked_account() -> None:
    management = await make_management()
    user = await management.add()
    path = f"/users/{user.id}"
    lock = "application/vnd.pingidentity.account.lock+json"
    await management.call("POST", path, media_type=lock)
    await management.call("POST", f"{path}/password", media_type=UNLOCK)
    assert (await management.call("GET", path)).json()["account"]["status"] == "LOCKED"
    assert (await check(management, user.id, "Password1")).status == 400
