"""Who may do what: tokens, roles, scopes, populations, environments."""

from dataclasses import replace

import pytest

from ostiary.core.base.ids import ClientId, stable_uuid
from ostiary.core.model.audit.tokens import RequestRefused
from tests.support.management import (
    CUSTOMERS,
    NEW_PASSWORD,
    PERSON_SCOPES,
    Management,
    make_management,
    refusal,
)

CHECK = "application/vnd.pingidentity.password.check+json"
RESET = "application/vnd.pingidentity.password.reset+json"
SET = "application/vnd.pingidentity.password.set+json"
INVALID_TOKEN = (401, "ACCESS_FAILED", [("INVALID_TOKEN", None)])
FORBIDDEN = (403, "ACCESS_FAILED", [("INSUFFICIENT_PERMISSIONS", None)])
ABSENT: tuple[int, str, list[tuple[str, str | None]]] = (404, "NOT_FOUND", [])
READS = ("", "/populations", "/passwordPolicies", "/users", "/applications")
NOBODY = "00000000-0000-4000-8000-00000000dead"
EVERY_PATH = (
    *("", "/populations", "/populations/{id}", "/passwordPolicies", "/passwordPolicies/{id}"),
    *("/users", "/users/{id}", "/users/{id}/enabled", "/users/{id}/population"),
    *("/users/{id}/password", "/users/{id}/sessions", "/users/{id}/sessions/{id}"),
    *("/applications", "/applications/{id}", "/applications/{id}/secret"),
)


async def test_without_a_token_everything_is_refused_with_a_bare_challenge() -> None:
    management = await make_management()
    for path in EVERY_PATH:
        target = f"/v1/environments/{CUSTOMERS}{path.format(id=NOBODY)}"
        answer = await management.app.pingone.get(target)
        assert refusal(answer) == INVALID_TOKEN
        assert answer.header("www-authenticate") == 'Bearer realm="PingOne"'
    assert refusal(await management.app.pingone.get("/v1/environments")) == INVALID_TOKEN


@pytest.mark.parametrize("path", ["/v1/environments", *EVERY_PATH])
@pytest.mark.parametrize("token", ["x", "a.b.c", "", "eyJhbGciOiJub25lIn0.e30."])
async def test_what_is_no_token_is_refused(path: str, token: str) -> None:
    management = await make_management()
    answer = await management.call("GET", path.format(id=NOBODY), token=token)
    assert refusal(answer) == INVALID_TOKEN
    assert 'error="invalid_token"' in (answer.header("www-authenticate") or "") or not token


@pytest.mark.parametrize("path", EVERY_PATH)
async def test_SEC_223_a_token_of_another_environment_is_unknown_here(path: str) -> None:
    management = await make_management()
    token = await management.worker_token(environment="partners")
    answer = await management.call("GET", path.format(id=NOBODY), token=token)
    assert refusal(answer) == INVALID_TOKEN


@pytest.mark.parametrize("environment", ["main", "unknown"])
async def test_SEC_223_an_environment_without_this_api_is_not_there(environment: str) -> None:
    management = await make_management()
    known = management.app.snapshots.current.environments.values()
    id = next((env.id for env in known if env.key == environment), NOBODY)
    answer = await management.call("GET", f"/v1/environments/{id}/users")
    assert refusal(answer) == ABSENT


async def test_a_token_for_another_audience_opens_nothing() -> None:
    management = await make_management()
    token = await management.worker_token("nothing", scope="read")
    assert refusal(await management.call("GET", "", token=token)) == INVALID_TOKEN
    (refused,) = (e for e in management.app.events.events if isinstance(e, RequestRefused))
    assert (refused.endpoint, refused.reason) == ("management", "audience")


async def test_SEC_223_other_artefacts_of_the_environment_are_no_tokens_here() -> None:
    management = await make_management()
    user = await management.add()
    session = await management.sign_on(user)
    answered = await management.front(user, session, "openid", "code", "token", "id_token")
    assert answered.tokens is not None
    for artefact in (answered.code, answered.id_token, session.id, user.id):
        assert artefact
        answer = await management.call("GET", f"/users/{user.id}", token=artefact)
        assert refusal(answer) == INVALID_TOKEN


async def test_an_expired_token_opens_nothing() -> None:
    management = await make_management()
    token = await management.worker_token()
    management.app.clock.advance(3601)
    assert refusal(await management.call("GET", "", token=token)) == INVALID_TOKEN


async def test_a_revoked_token_opens_nothing() -> None:
    management = await make_management()
    token = await management.worker_token()
    id = management.app.client_id("customers", "admin")
    form = {"token": token, "client_id": id, "client_secret": "0123456789abcdef0123456789abcdef"}
    revoked = await management.app.pingone.post_form(f"/{CUSTOMERS}/as/revoke", form)
    assert revoked.status == 200
    assert refusal(await management.call("GET", "", token=token)) == INVALID_TOKEN


async def test_a_token_of_a_client_that_was_disabled_or_lost_its_roles_opens_nothing() -> None:
    management = await make_management()
    token = await management.worker_token()
    _change_client(management, enabled=False)
    assert refusal(await management.call("GET", "", token=token)) == INVALID_TOKEN
    _change_client(management, enabled=True, permissions=frozenset())
    assert refusal(await management.call("GET", "", token=token)) == FORBIDDEN


async def test_a_worker_without_roles_may_do_nothing() -> None:
    management = await make_management()
    token = await management.worker_token("nothing")
    for path in EVERY_PATH:
        answer = await management.call("GET", path.format(id=NOBODY), token=token)
        assert refusal(answer) == FORBIDDEN


@pytest.mark.parametrize(
    ("client", "reads"),
    [
        ("admin", set(READS)),
        ("users", {"", "/populations", "/passwordPolicies", "/users"}),
        ("reader", set(READS)),
        ("developer", {"", "/applications"}),
    ],
)
async def test_a_role_permits_what_it_says_and_no_more(client: str, reads: set[str]) -> None:
    management = await make_management()
    token = await _token_of(management, client)
    answers = {path: await management.call("GET", path, token=token) for path in READS}
    assert {path for path, answer in answers.items() if answer.status == 200} == reads
    assert all(refusal(answers[path]) == FORBIDDEN for path in set(READS) - reads)


async def test_who_only_reads_changes_nothing() -> None:
    management = await make_management()
    user = await management.add()
    id = management.app.client_id("customers", "admin")
    for method, path in (
        ("POST", "/users"),
        ("POST", f"/users/{user.id}"),
        ("PUT", f"/users/{user.id}"),
        ("PATCH", f"/users/{user.id}"),
        ("DELETE", f"/users/{user.id}"),
        ("PUT", f"/users/{user.id}/enabled"),
        ("PUT", f"/users/{user.id}/population"),
        ("DELETE", f"/users/{user.id}/sessions"),
        ("POST", "/populations"),
        ("GET", f"/applications/{id}/secret"),
        ("POST", f"/applications/{id}/secret"),
    ):
        answer = await management.call(method, path, client="reader")
        assert refusal(answer) == FORBIDDEN, (method, path)
    answer = await management.call(
        "PUT", f"/users/{user.id}/password", {"value": "x"}, client="reader", media_type=SET
    )
    assert refusal(answer) == FORBIDDEN
    assert management.done() == []


async def test_a_refusal_says_nothing_of_what_there_is() -> None:
    management = await make_management()
    user = await management.add()
    token = await _token_of(management, "developer")
    there = await management.call("GET", f"/users/{user.id}", token=token)
    not_there = await management.call("GET", f"/users/{NOBODY}", token=token)
    assert refusal(there) == refusal(not_there) == FORBIDDEN


async def test_a_user_reads_and_changes_itself_with_a_token_of_its_own() -> None:
    management = await make_management()
    user = await management.add(population="default")
    token = await management.user_token(user)
    path = f"/users/{user.id}"
    assert (await management.call("GET", path, token=token)).json()["id"] == user.id
    changed = await management.call("PATCH", path, {"nickname": "Joe"}, token=token)
    assert changed.json()["nickname"] == "Joe"
    assert (await management.call("GET", f"{path}/sessions", token=token)).json()["count"] == 1


async def test_a_user_reaches_nobody_else_and_learns_of_nobody_else() -> None:
    management = await make_management()
    user, other = await management.add(1), await management.add(2)
    token = await management.user_token(user)
    for id in (other.id, NOBODY):
        for path in (f"/users/{id}", f"/users/{id}/password", f"/users/{id}/sessions"):
            assert refusal(await management.call("GET", path, token=token)) == FORBIDDEN
        change = await management.call("PATCH", f"/users/{id}", {"nickname": "x"}, token=token)
        assert refusal(change) == FORBIDDEN
    assert refusal(await management.call("GET", "/users", token=token)) == FORBIDDEN


@pytest.mark.parametrize(
    "change",
    [
        {"enabled": False},
        {"username": "admin"},
        {"population": {"id": stable_uuid("customers", "population", "default")}},
    ],
    ids=["enabled", "username", "population"],
)
async def test_a_user_does_not_become_somebody_else_by_own_wish(change: dict[str, object]) -> None:
    management = await make_management()
    user = await management.add(population="staff")
    token = await management.user_token(user)
    answer = await management.call("PATCH", f"/users/{user.id}", change, token=token)
    assert refusal(answer) == FORBIDDEN
    assert await management.find(user.id) == user


async def test_a_user_has_no_say_in_locks_deletion_and_set_passwords() -> None:
    management = await make_management()
    user = await management.add()
    token = await management.user_token(user)
    path = f"/users/{user.id}"
    for method, target, media_type in (
        ("DELETE", path, "application/json"),
        ("POST", path, "application/vnd.pingidentity.account.unlock+json"),
        ("PUT", f"{path}/enabled", "application/json"),
        ("PUT", f"{path}/population", "application/json"),
        ("PUT", f"{path}/password", SET),
        ("POST", f"{path}/password", "application/vnd.pingidentity.password.unlock+json"),
        ("DELETE", f"{path}/sessions", "application/json"),
    ):
        answer = await management.call(
            method, target, {"value": NEW_PASSWORD}, token=token, media_type=media_type
        )
        assert refusal(answer) == FORBIDDEN, (method, target)
    assert await management.find(user.id) == user


@pytest.mark.parametrize("missing", PERSON_SCOPES.split())
async def test_S4_22_each_scope_permits_its_own_and_no_more(missing: str) -> None:
    management = await make_management()
    user = await management.add()
    scopes = " ".join(scope for scope in PERSON_SCOPES.split() if scope != missing)
    token = await management.user_token(user, f"openid {scopes}")
    path = f"/users/{user.id}"
    answers = {
        "p1:read:user": await management.call("GET", path, token=token),
        "p1:update:user": await management.call("PATCH", path, {}, token=token),
        "p1:read:sessions": await management.call("GET", f"{path}/sessions", token=token),
        "p1:validate:userPassword": await management.call(
            "POST", f"{path}/password", {"password": "Password1"}, token=token, media_type=CHECK
        ),
        "p1:reset:userPassword": await management.call(
            "PUT",
            f"{path}/password",
            {"currentPassword": "Password1", "newPassword": NEW_PASSWORD},
            token=token,
            media_type=RESET,
        ),
    }
    assert {scope for scope, answer in answers.items() if answer.status == 200} == set(
        scopes.split()
    )
    assert refusal(answers[missing]) == FORBIDDEN


async def test_a_user_token_is_worth_nothing_once_its_user_or_grant_is_gone() -> None:
    management = await make_management()
    user = await management.add()
    path = f"/users/{user.id}"
    token = await management.user_token(user)
    await management.call("PUT", f"{path}/enabled", {"enabled": False})
    assert refusal(await management.call("GET", path, token=token)) == INVALID_TOKEN


async def test_roles_of_a_client_do_not_go_with_tokens_of_its_users() -> None:
    management = await make_management()
    user = await management.add()
    web = management.client("web")
    admin = management.client("admin")
    env = management.env
    changed = replace(
        env,
        clients={**env.clients, web.client_id: replace(web, permissions=admin.permissions)},
    )
    _swap(management, changed)
    token = await management.user_token(user, "openid")
    assert refusal(await management.call("GET", "/users", token=token)) == FORBIDDEN
    assert refusal(await management.call("GET", f"/users/{user.id}", token=token)) == FORBIDDEN


async def test_whoever_manages_some_populations_sees_nobody_of_the_others() -> None:
    management = await make_management()
    own = await management.add(1, population="staff")
    other = await management.add(2, population="default")
    token = await management.worker_token("staff")
    listed = await management.call("GET", "/users", token=token)
    assert [user["id"] for user in listed.json()["_embedded"]["users"]] == [own.id]
    assert listed.json()["count"] == 1
    for path in ("", "/password", "/sessions", "/enabled"):
        for id in (other.id, NOBODY):
            answer = await management.call("GET", f"/users/{id}{path}", token=token)
            assert refusal(answer) == ABSENT
    for id in (other.id, NOBODY):
        answer = await management.call("DELETE", f"/users/{id}", token=token)
        assert refusal(answer) == ABSENT
    filtered = await management.call(
        "GET", f'/users?filter=username+eq+"{other.username}"', token=token
    )
    assert filtered.json()["count"] == 0


async def test_whoever_manages_some_populations_puts_nobody_elsewhere() -> None:
    management = await make_management()
    own = await management.add(1, population="staff")
    token = await management.worker_token("staff")
    default, unknown = stable_uuid("customers", "population", "default"), NOBODY
    for id in (default, unknown):
        moved = await management.call("PUT", f"/users/{own.id}/population", {"id": id}, token=token)
        assert refusal(moved) == (400, "INVALID_DATA", [("INVALID_VALUE", "id")])
        body = {"username": "new", "population": {"id": id}}
        made = await management.call("POST", "/users", body, token=token)
        assert refusal(made) == (400, "INVALID_DATA", [("INVALID_VALUE", "population.id")])
    listed = await management.call("GET", "/populations", token=token)
    assert [each["name"] for each in listed.json()["_embedded"]["populations"]] == ["staff"]
    assert refusal(await management.call("GET", f"/populations/{default}", token=token)) == ABSENT
    made = await management.call("POST", "/populations", {"name": "x"}, token=token)
    assert refusal(made) == FORBIDDEN


@pytest.mark.parametrize("where", ["query", "twice"])
async def test_a_token_in_a_query_or_in_two_places_is_refused(where: str) -> None:
    management = await make_management()
    token = await management.worker_token()
    target = f"/v1/environments/{CUSTOMERS}"
    if where == "query":
        answer = await management.app.pingone.get(f"{target}?access_token={token}")
    else:
        shown = ("authorization", f"Bearer {token}")
        answer = await management.app.pingone.get(target, [shown, shown])
    assert refusal(answer) == (400, "INVALID_REQUEST", [])


async def test_a_page_of_an_allowed_origin_may_call_and_another_may_not() -> None:
    management = await make_management()
    target = f"/v1/environments/{CUSTOMERS}/users"
    asked = {"access-control-request-method": "GET", "access-control-request-headers": "x-a"}
    for origin, allowed in (
        ("https://app.example.com", "https://app.example.com"),
        ("https://evil.example.com", None),
    ):
        headers = tuple({**asked, "origin": origin}.items())
        answer = await management.app.pingone.request("OPTIONS", target, headers)
        assert answer.status == 204
        assert answer.header("access-control-allow-origin") == allowed


def _change_client(management: Management, **fields: object) -> None:
    env = management.env
    client = management.client("admin")
    changed = replace(client, **fields)  # type: ignore[arg-type]
    _swap(management, replace(env, clients={**env.clients, ClientId(client.client_id): changed}))


def _swap(management: Management, env: object) -> None:
    snapshot = management.app.snapshots.current
    others = {**snapshot.environments, management.env.id: env}
    management.app.snapshots.current = replace(snapshot, environments=others)  # type: ignore[arg-type]


async def _token_of(management: Management, client: str) -> str:
    if client != "developer":
        return await management.worker_token(client)
    secret = await management.call(
        "GET", f"/applications/{management.app.client_id('customers', client)}/secret"
    )
    basic = (management.app.client_id("customers", client), secret.json()["secret"])
    answer = await management.app.pingone.post_form(
        f"/{CUSTOMERS}/as/token", {"grant_type": "client_credentials"}, basic=basic
    )
    token: str = answer.json()["access_token"]
    return token
