"""`/environments`: a caller sees the one that its token is of."""

from tests.support import jose
from tests.support.management import CUSTOMERS, HOST, embedded, make_management, refusal


async def test_S4_20_environments_are_listed_in_hal() -> None:
    management = await make_management()
    answer = await management.call("GET", "/v1/environments")
    (shown,) = embedded(answer, "environments")
    assert (shown["id"], shown["name"]) == (CUSTOMERS, "Customers")
    assert shown["_links"]["self"]["href"] == f"https://{HOST}/v1/environments/{CUSTOMERS}"
    assert shown["organization"] == {"id": management.env.organization_id}
    assert (await management.call("GET", "")).json() == shown


async def test_S4_20_a_content_type_on_a_get_does_no_harm() -> None:
    management = await make_management()
    headers = {"content-type": "application/json"}
    assert (await management.call("GET", "/v1/environments", headers=headers)).status == 200


async def test_everybody_sees_the_own_environment_alone() -> None:
    management = await make_management()
    token = await management.worker_token(environment="partners")
    (shown,) = embedded(
        await management.call("GET", "/v1/environments", token=token), "environments"
    )
    assert shown["id"] == management.app.environment("partners").id


async def test_environments_are_filtered_by_name() -> None:
    management = await make_management()
    found = await management.call("GET", '/v1/environments?filter=name+sw+"cust"')
    assert found.json()["count"] == 1
    none = await management.call("GET", '/v1/environments?filter=name+eq+"partners"')
    assert none.json()["count"] == 0


async def test_a_user_sees_no_environment() -> None:
    management = await make_management()
    token = await management.user_token(await management.add())
    answer = await management.call("GET", "/v1/environments", token=token)
    assert refusal(answer)[0] == 403


async def test_a_workers_token_is_for_the_management_api() -> None:
    management = await make_management()
    _, claims = jose.parts(await management.worker_token())
    assert claims["aud"] == ["https://api.pingone.com"]


async def test_what_is_not_there_is_refused_in_the_shape_of_the_rest() -> None:
    management = await make_management()
    for path in ("/groups", f"/users/{CUSTOMERS}/devices"):
        answer = await management.call("GET", path)
        assert refusal(answer)[:2] == (404, "NOT_FOUND")
        assert answer.json()["message"] == "Nothing is served at this path."
