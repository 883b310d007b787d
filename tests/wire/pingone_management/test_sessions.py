"""`/users/{userId}/sessions`: listed and ended."""

from ostiary.core.model.session import SignOnPlace
from tests.support.management import PERSON_SCOPES, embedded, make_management, refusal

NOBODY = "00000000-0000-4000-8000-00000000dead"


async def test_the_sessions_of_a_user_are_listed_with_the_latest_first() -> None:
    management = await make_management()
    user, other = await management.add(1), await management.add(2)
    first = await management.sign_on(user)
    management.app.clock.advance(60)
    second = await management.sign_on(user)
    await management.sign_on(other)
    path = f"/users/{user.id}/sessions"
    found = embedded(await management.call("GET", path), "sessions")
    assert [session["id"] for session in found] == [second.id, first.id]
    assert found[1]["lastSignOn"] == {"at": "2025-06-15T15:06:39.000Z", "authenticators": ["pwd"]}
    assert found[1]["createdAt"] == found[1]["activeAt"] == "2025-06-15T15:06:40.400Z"
    assert found[1]["user"] == {"id": user.id}
    shown = await management.call("GET", f"{path}/{second.id}")
    assert shown.json() == found[0]


async def test_a_session_tells_where_its_user_signed_on() -> None:
    management = await make_management()
    user = await management.add(1)
    session = await management.sign_on(user, place=SignOnPlace("192.0.2.7", "Firefox", "Linux"))

    shown = (await management.call("GET", f"/users/{user.id}/sessions/{session.id}")).json()

    assert shown["lastSignOn"]["remoteIp"] == "192.0.2.7"
    assert shown["browser"] == {"name": "Firefox"}


async def test_an_ended_session_ends_its_tokens_and_leaves_the_others() -> None:
    management = await make_management()
    user = await management.add()
    ended, kept = await management.sign_on(user), await management.sign_on(user)
    path = f"/users/{user.id}/sessions"
    assert (await management.call("DELETE", f"{path}/{ended.id}")).status == 204
    found = embedded(await management.call("GET", path), "sessions")
    assert [session["id"] for session in found] == [kept.id]
    assert ("sessions.delete", ended.id) in management.done()
    again = await management.call("DELETE", f"{path}/{ended.id}")
    assert refusal(again) == (404, "NOT_FOUND", [])


async def test_all_sessions_of_a_user_are_ended_at_once() -> None:
    management = await make_management()
    user, other = await management.add(1), await management.add(2)
    for whose in (user, user, other):
        await management.sign_on(whose)
    assert (await management.call("DELETE", f"/users/{user.id}/sessions")).status == 204
    for whose, left in ((user, 0), (other, 1)):
        listed = await management.call("GET", f"/users/{whose.id}/sessions")
        assert listed.json()["count"] == left


async def test_a_session_of_somebody_else_is_not_there() -> None:
    management = await make_management()
    user, other = await management.add(1), await management.add(2)
    session = await management.sign_on(other)
    for id in (session.id, NOBODY):
        path = f"/users/{user.id}/sessions/{id}"
        for method in ("GET", "DELETE"):
            assert refusal(await management.call(method, path)) == (404, "NOT_FOUND", [])
    listed = await management.call("GET", f"/users/{other.id}/sessions")
    assert listed.json()["count"] == 1


async def test_a_user_sees_its_own_sessions_and_no_secret_of_theirs() -> None:
    management = await make_management()
    user = await management.add()
    session = await management.sign_on(user)
    token = await management.token_of_session(user, session, f"openid {PERSON_SCOPES}")
    answer = await management.call("GET", f"/users/{user.id}/sessions", token=token)
    assert [each["id"] for each in embedded(answer, "sessions")] == [session.id]
    assert session.key.hex() not in answer.body.decode()
