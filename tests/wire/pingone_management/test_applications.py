"""`/applications` and their secrets."""

import pytest

from ostiary.core.model.audit.administration import ManagementDone
from tests.support.app import canary_free
from tests.support.management import (
    CONFIGURATION,
    CUSTOMERS,
    SECRET,
    Management,
    embedded,
    make_management,
    refusal,
)


def path_of(management: Management, client: str) -> str:
    return f"/applications/{management.app.client_id('customers', client)}"


async def may_get_tokens(management: Management, client: str, secret: str) -> bool:
    id = management.app.client_id("customers", client)
    answer = await management.app.pingone.post_form(
        f"/{CUSTOMERS}/as/token", {"grant_type": "client_credentials"}, basic=(id, secret)
    )
    assert answer.status in {200, 401}
    return answer.status == 200


async def test_applications_are_the_clients_of_the_configuration() -> None:
    management = await make_management()
    found = embedded(await management.call("GET", "/applications"), "applications")
    assert [each["name"] for each in found] == [
        *("developer", "Environment administration", "nothing", "reader", "staff", "users"),
        "Web",
    ]
    filtered = await management.call("GET", '/applications?filter=name+eq+"web"')
    assert [each["id"] for each in embedded(filtered, "applications")] == [
        management.app.client_id("customers", "web")
    ]


async def test_S4_34_a_worker_is_shown_with_its_one_grant() -> None:
    management = await make_management()
    shown = (await management.call("GET", path_of(management, "admin"))).json()
    assert {name: shown[name] for name in ("type", "protocol", "enabled")} == {
        "type": "WORKER",
        "protocol": "OPENID_CONNECT",
        "enabled": True,
    }
    assert (shown["grantTypes"], shown["responseTypes"]) == (["CLIENT_CREDENTIALS"], ["TOKEN"])
    assert shown["tokenEndpointAuthMethod"] == "CLIENT_SECRET_BASIC"
    assert "refreshTokenDuration" not in shown


async def test_an_application_for_people_is_shown_with_what_it_may_ask_for() -> None:
    management = await make_management()
    shown = (await management.call("GET", path_of(management, "web"))).json()
    assert shown["type"] == "SINGLE_PAGE_APP"
    assert shown["grantTypes"] == ["AUTHORIZATION_CODE", "REFRESH_TOKEN"]
    assert shown["responseTypes"] == ["CODE"]
    assert shown["tokenEndpointAuthMethod"] == "NONE"
    assert shown["pkceEnforcement"] == "S256_REQUIRED"
    assert shown["redirectUris"] == ["https://app.example.com/cb"]
    assert shown["refreshTokenDuration"] == 30 * 86_400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_an_application_is_changed_by_configuration_alone(method: str) -> None:
    management = await make_management()
    answer = await management.call(method, path_of(management, "web"), {"name": "x"})
    assert refusal(answer)[:2] == (405, "INVALID_REQUEST")
    assert answer.header("allow") == "GET, HEAD, OPTIONS"
    made = await management.call("POST", "/applications", {"name": "x"})
    assert made.status == 405


async def test_no_secret_stands_in_an_application_and_none_in_events() -> None:
    management = await make_management()
    for path in ("/applications", path_of(management, "admin")):
        assert SECRET not in (await management.call("GET", path)).body.decode()
    shown = await management.call("GET", f"{path_of(management, 'admin')}/secret")
    assert shown.json()["secret"] == SECRET
    assert shown.header("cache-control") == "no-store"
    canary_free(management.app, SECRET)


async def test_who_was_shown_a_secret_is_recorded() -> None:
    management = await make_management()
    await management.call("GET", f"{path_of(management, 'web')}/secret")
    assert management.done() == []  # it has none
    await management.call("GET", f"{path_of(management, 'users')}/secret")
    (event,) = (e for e in management.app.events.events if isinstance(e, ManagementDone))
    assert (event.client, event.endpoint, event.target) == (
        management.app.client_id("customers", "admin"),
        "applications.read_secret",
        management.app.client_id("customers", "users"),
    )


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_application_without_a_secret_has_none_to_show_or_renew(method: str) -> None:
    management = await make_management()
    answer = await management.call(method, f"{path_of(management, 'web')}/secret")
    assert refusal(answer) == (404, "NOT_FOUND", [])


@pytest.mark.parametrize("path", ["", "/secret"])
async def test_an_unknown_application_is_not_there(path: str) -> None:
    management = await make_management()
    answer = await management.call("GET", f"/applications/x{path}")
    assert refusal(answer) == (404, "NOT_FOUND", [])


async def test_a_renewed_secret_works_and_the_one_before_does_not() -> None:
    management = await make_management()
    path = f"{path_of(management, 'users')}/secret"
    made = await management.call("POST", path)
    assert made.status == 200
    new = made.json()["secret"]
    assert new != SECRET
    assert "previous" not in made.json()
    await management.reload()
    assert await may_get_tokens(management, "users", new)
    assert not await may_get_tokens(management, "users", SECRET)
    assert (await management.call("GET", path)).json()["secret"] == new
    assert [done for done, _ in management.done()] == [
        "applications.rotate_secret",
        "applications.read_secret",
    ]
    canary_free(management.app, new)


async def test_the_secret_before_works_until_its_time_is_over() -> None:
    management = await make_management()
    path = f"{path_of(management, 'users')}/secret"
    body = {"previous": {"expiresAt": "2025-06-15T15:16:40Z"}}
    made = (await management.call("POST", path, body)).json()
    assert made["previous"] == {"secret": SECRET, "expiresAt": "2025-06-15T15:16:40.000Z"}
    await management.reload()
    assert await may_get_tokens(management, "users", SECRET)
    management.app.clock.advance(601)
    await management.reload()
    assert not await may_get_tokens(management, "users", SECRET)
    assert await may_get_tokens(management, "users", made["secret"])
    assert "previous" not in (await management.call("GET", path)).json()


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"previous": {}}, "previous.expiresAt"),
        ({"previous": {"expiresAt": "soon"}}, "previous.expiresAt"),
        ({"previous": {"expiresAt": "2025-06-15T15:16:40"}}, "previous.expiresAt"),
        ({"previous": {"expiresAt": "2024-01-01T00:00:00Z"}}, "previous.expiresAt"),
        ({"previous": {"expiresAt": "2035-01-01T00:00:00Z"}}, "previous.expiresAt"),
        ({"secret": "chosen"}, "secret"),
    ],
    ids=["missing", "word", "no zone", "over", "far", "chosen"],
)
async def test_a_time_that_means_nothing_is_refused_and_nothing_is_renewed(
    body: dict[str, object], target: str
) -> None:
    management = await make_management()
    path = f"{path_of(management, 'users')}/secret"
    status, code, details = refusal(await management.call("POST", path, body))
    assert (status, code, [where for _, where in details]) == (400, "INVALID_DATA", [target])
    assert (await management.call("GET", path)).json()["secret"] == SECRET


async def test_a_configuration_keeps_a_renewed_secret_that_it_leaves_to_be_generated() -> None:
    management = await make_management()
    path = f"{path_of(management, 'developer')}/secret"
    made = (await management.call("POST", path)).json()["secret"]
    await management.installation.apply(CONFIGURATION)
    assert (await management.call("GET", path)).json()["secret"] == made
