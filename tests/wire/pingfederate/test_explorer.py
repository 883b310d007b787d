"""The explorer: where it is wanted, it knows both faces and tells no secret."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ostiary.core.base.ids import EnvironmentId
from tests.support.app import App, make_app
from tests.support.browsing import PI_FLOW, Browsing, make_sign_on_app, make_sign_on_environment
from tests.support.pingone_browsing import make_pingone_sign_on_environment
from tests.support.tenants import secret_of
from tests.support.vouching import STEPS

EXPLORER = "/pf-ws/authn/explorer"
FILES = ("", ".js", ".css", ".json")


def make_explored(*, has_explorer: bool = True) -> App:
    environments = [make_sign_on_environment(), make_pingone_sign_on_environment("customers")]
    return make_app(environments=environments, has_explorer=has_explorer)


async def test_a_step_that_leads_away_is_explained_too() -> None:
    app = make_app(environments=[make_sign_on_environment(**STEPS)], has_explorer=True)
    states = json.dumps(await environment(app, "default"))
    assert "REFERENCE_ID_REQUIRED" in states
    assert "checkReferenceId" in states


@pytest.fixture(scope="module")
def app() -> App:
    """Serve both faces, and the explorer."""
    return make_explored()


async def environment(app: App, key: str) -> dict[str, Any]:
    """Return what the explorer knows of an environment."""
    described = (await app.pingfederate.get(EXPLORER + ".json")).json()
    found: dict[str, Any] = next(each for each in described["environments"] if each["key"] == key)
    return found


@pytest.mark.parametrize("ending", FILES)
async def test_where_it_is_not_wanted_there_is_none(ending: str) -> None:
    answer = await make_explored(has_explorer=False).pingfederate.get(EXPLORER + ending)
    assert answer.status == 404


async def test_other_origins_do_not_read_what_it_knows(app: App) -> None:
    answer = await app.pingfederate.get(EXPLORER + ".json", [("origin", "https://app.example.com")])
    assert answer.status == 200
    assert answer.header("access-control-allow-origin") is None


async def test_SEC_244_what_it_knows_is_no_secret(app: App) -> None:
    body = (await app.pingfederate.get(EXPLORER + ".json")).body.decode()
    for env in ("default", "customers"):
        for client in app.environment(env).clients.values():
            assert secret_of(client.client_id) not in body
            for secret in client.readable_secrets:
                assert secret.value.reveal() not in body


@pytest.mark.parametrize(
    ("key", "action", "media_type"),
    [
        ("default", "checkUsernamePassword", "application/vnd.pingidentity.{action}+json"),
        ("customers", "usernamePassword.check", "application/vnd.pingidentity.{action}+json"),
    ],
)
async def test_steps_are_listed_by_the_names_of_their_face(
    app: App, key: str, action: str, media_type: str
) -> None:
    known = await environment(app, key)
    (form,) = (each for each in known["steps"] if each["type"] == "username_password")
    state = form["states"][0]
    inputs = {each["name"]: each["kind"] for each in state["actions"][0]["inputs"]}
    assert state["status"] == "USERNAME_PASSWORD_REQUIRED"
    assert state["actions"][0]["name"] == action
    assert inputs == {"username": "text", "password": "password"}
    assert known["wire"]["media_type"] == media_type


async def test_what_a_flow_offers_is_what_is_listed(app: App) -> None:
    begun = (await Browsing(app).authorize(PI_FLOW)).json()
    known = await environment(app, "default")
    states = [state for step in known["steps"] for state in step["states"]]
    listed = {
        action["name"]
        for state in states
        if state["status"] == begun["status"]
        for action in state["actions"]
    }
    assert begun["_links"].keys() - {"self"} <= listed


async def test_only_applications_that_sign_people_on_are_listed(app: App) -> None:
    clients = {each["client_id"] for each in (await environment(app, "default"))["clients"]}
    assert "im_client" in clients
    assert "rs_client" not in clients


async def test_an_environment_of_another_host_has_its_explorer_there() -> None:
    host = "https://sso.example.com"
    abroad = replace(make_sign_on_environment(), id=EnvironmentId("abroad"), key="abroad")
    envs = [make_sign_on_environment(), replace(abroad, base_url=host)]
    app = make_app(environments=envs, has_explorer=True)
    assert (await environment(app, "default"))["elsewhere"] is None
    assert (await environment(app, "abroad"))["elsewhere"] == host + EXPLORER


async def test_our_own_page_signs_somebody_on_without_redirects() -> None:
    app = make_sign_on_app()
    browsing = Browsing(app, origin=app.environment("default").base_url)
    begun = (await browsing.authorize(PI_FLOW)).json()
    assert (await browsing.sign_on_by_api(begun["id"])).json()["status"] == "COMPLETED"


@pytest.mark.parametrize(
    "origin",
    ["https://localhost:9032", "https://localhost", "https://evil.example"],
)
async def test_SEC_144_a_page_of_another_origin_does_not(origin: str) -> None:
    browsing = Browsing(make_sign_on_app(), origin=origin)
    assert (await browsing.authorize(PI_FLOW)).status == 403
