"""`/populations`: made, changed, found at once, and kept while users belong to them."""

import asyncio

import pytest

from ostiary.core.base.ids import stable_uuid
from ostiary.core.model.audit.administration import ConfigurationApplied
from tests.support.management import CONFIGURATION, Management, embedded, make_management, refusal

DEFAULT = stable_uuid("customers", "population", "default")
STAFF = stable_uuid("customers", "population", "staff")


async def make(management: Management, name: str = "Guests", **members: object) -> str:
    answer = await management.call("POST", "/populations", {"name": name, **members})
    assert answer.status == 201, answer.body
    id: str = answer.json()["id"]
    return id


async def names(management: Management) -> dict[str, bool]:
    found = embedded(await management.call("GET", "/populations"), "populations")
    return {population["name"]: population["default"] for population in found}


async def test_there_is_a_default_one_and_those_that_the_configuration_names() -> None:
    management = await make_management()
    assert await names(management) == {"Default": True, "staff": False}
    default = (await management.call("GET", f"/populations/{DEFAULT}")).json()
    assert (default["id"], default["userCount"]) == (DEFAULT, 0)
    assert "createdAt" not in default  # nobody remembers
    (policy,) = embedded(await management.call("GET", "/passwordPolicies"), "passwordPolicies")
    assert default["passwordPolicy"] == {"id": policy["id"]}


async def test_one_that_was_just_made_takes_users_at_once() -> None:
    management = await make_management()
    id = await make(management, description="From outside")
    found = (await management.call("GET", f"/populations/{id}")).json()
    assert (found["name"], found["description"]) == ("Guests", "From outside")
    assert (found["userCount"], found["default"]) == (0, False)
    assert found["createdAt"] == found["updatedAt"] == "2025-06-15T15:06:40.400Z"
    body = {"username": "jdoe", "population": {"id": id}}
    made = await management.call("POST", "/users", body)
    assert made.json()["population"] == {"id": id}
    assert (await management.call("GET", f"/populations/{id}")).json()["userCount"] == 1
    listed = await management.call("GET", f'/users?filter=population.id+eq+"{id}"')
    assert listed.json()["count"] == 1


async def test_one_with_users_is_not_deleted() -> None:
    management = await make_management()
    user = await management.add(population="staff")
    refused = await management.call("DELETE", f"/populations/{STAFF}")
    assert refusal(refused) == (400, "INVALID_DATA", [("CONSTRAINT_VIOLATION", None)])
    await management.call("DELETE", f"/users/{user.id}")
    assert (await management.call("DELETE", f"/populations/{STAFF}")).status == 204
    gone = await management.call("GET", f"/populations/{STAFF}")
    assert refusal(gone) == (404, "NOT_FOUND", [])
    assert await names(management) == {"Default": True}


async def test_the_default_one_is_not_deleted() -> None:
    management = await make_management()
    refused = await management.call("DELETE", f"/populations/{DEFAULT}")
    assert refusal(refused) == (400, "INVALID_DATA", [("CONSTRAINT_VIOLATION", None)])


async def test_a_changed_one_keeps_its_id_and_its_users() -> None:
    management = await make_management()
    id = await make(management)
    management.app.clock.advance(60)
    changed = await management.call("PUT", f"/populations/{id}", {"name": "Visitors"})
    members = changed.json()
    assert (members["id"], members["name"], members["description"]) == (id, "Visitors", "")
    assert members["updatedAt"] > members["createdAt"]


async def test_what_was_read_may_be_sent_back() -> None:
    management = await make_management()
    path = f"/populations/{await make(management)}"
    read = (await management.call("GET", path)).json()
    assert (await management.call("PUT", path, read)).json() == read


async def test_there_is_always_one_default_and_users_without_a_population_go_there() -> None:
    management = await make_management()
    id = await make(management, default=True)
    assert await names(management) == {"Default": False, "Guests": True, "staff": False}
    made = await management.call("POST", "/users", {"username": "jdoe"})
    assert made.json()["population"] == {"id": id}
    kept = await management.call("PUT", f"/populations/{id}", {"name": "Guests", "default": False})
    assert kept.json()["default"] is True


async def test_a_name_that_another_one_has_is_refused() -> None:
    management = await make_management()
    await make(management)
    taken = await management.call("POST", "/populations", {"name": "GUESTS"})
    assert refusal(taken) == (400, "INVALID_DATA", [("UNIQUENESS_VIOLATION", "name")])


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, ("REQUIRED_VALUE", "name")),
        ({"name": 1}, ("INVALID_VALUE", "name")),
        ({"name": "x", "default": "maybe"}, ("INVALID_VALUE", "default")),
        ({"name": "x", "colour": "red"}, ("INVALID_VALUE", "colour")),
        ({"name": "x", "passwordPolicy": {"id": "y"}}, ("INVALID_VALUE", "passwordPolicy.id")),
    ],
    ids=["empty", "number", "flag", "unknown", "policy"],
)
async def test_every_mistake_is_named_at_its_member(
    body: dict[str, object], detail: tuple[str, str]
) -> None:
    management = await make_management()
    refused = await management.call("POST", "/populations", body)
    assert refusal(refused) == (400, "INVALID_DATA", [detail])


async def test_populations_are_filtered_by_name() -> None:
    management = await make_management()
    await make(management)
    answer = await management.call("GET", '/populations?filter=name+sw+"gu"')
    assert [each["name"] for each in embedded(answer, "populations")] == ["Guests"]


async def test_a_configuration_that_is_applied_again_leaves_them_alone() -> None:
    management = await make_management()
    await make(management)
    await management.call("PUT", f"/populations/{STAFF}", {"name": "Employees"})
    await management.installation.apply(CONFIGURATION)
    assert sorted(await names(management)) == ["Default", "Employees", "Guests"]


async def test_of_many_made_at_once_none_is_lost() -> None:
    management = await make_management()
    await asyncio.gather(*(make(management, f"Guests {number}") for number in range(4)))
    assert len(await names(management)) == 6
    versions = [
        event.version
        for event in management.app.events.events
        if isinstance(event, ConfigurationApplied)
    ]
    assert len(set(versions)) == 4


async def test_those_of_another_environment_are_not_there() -> None:
    management = await make_management()
    id = await make(management)
    token = await management.worker_token(environment="partners")
    partners = management.app.environment("partners").id
    answer = await management.call(
        "GET", f"/v1/environments/{partners}/populations/{id}", token=token
    )
    assert refusal(answer) == (404, "NOT_FOUND", [])


async def test_one_that_only_an_imported_user_names_is_there_like_any_other() -> None:
    management = await make_management()
    user = await management.add(population="imported")
    id = stable_uuid("customers", "population", "imported")
    assert await names(management) == {"Default": True, "imported": False, "staff": False}
    assert (await management.call("GET", f"/populations/{id}")).json()["userCount"] == 1
    renamed = await management.call("PUT", f"/populations/{id}", {"name": "From before"})
    assert (renamed.status, renamed.json()["userCount"]) == (200, 1)
    refused = await management.call("DELETE", f"/populations/{id}")
    assert refusal(refused)[2] == [("CONSTRAINT_VIOLATION", None)]
    await management.call("DELETE", f"/users/{user.id}")
    assert (await management.call("DELETE", f"/populations/{id}")).status == 204
