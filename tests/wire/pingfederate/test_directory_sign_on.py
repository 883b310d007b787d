"""People of a directory that is kept elsewhere sign on and change their password like others."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ostiary.core.model.ldap_directory import LDAPDirectory, PasswordChange
from ostiary.core.model.policy import StepInstance
from tests.support.app import make_snapshot
from tests.support.browsing import PASSWORD, Browsing, make_sign_on_app
from tests.support.slapd import Slapd, person
from tests.support.users import make_user
from tests.wire.pingfederate.test_redirectless import begin, members

NEW = "a much longer password"


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    running = Slapd([person("maria", userPassword=PASSWORD)])
    yield running
    running.close()


async def browse(corporate: LDAPDirectory, **settings: Any) -> Browsing:
    """Start a server whose people are in the directory, and open a browser."""
    form = StepInstance("form", "username_password", settings)
    app = make_sign_on_app(users=[make_user(2, username="eve")], steps={"form": form})
    env = app.environment("default")
    with_directory = replace(
        env, directories={"corporate": corporate}, directory_order=("local", "corporate")
    )
    others = app.snapshots.current.environments.values()
    app.snapshots.current = make_snapshot(
        with_directory if other.key == env.key else other for other in others
    )
    return Browsing(app)


async def sign_on(browsing: Browsing, username: str) -> tuple[str, dict[str, Any]]:
    """Send a name and its password; return the flow's id and what came of it."""
    state = await begin(browsing)
    return state["id"], members(await browsing.sign_on_by_api(state["id"], username))


async def test_S2_3_a_person_of_the_directory_signs_on(slapd: Slapd) -> None:
    _, done = await sign_on(await browse(slapd.configured()), "maria@example.com")

    assert done["status"] == "COMPLETED"


@pytest.mark.parametrize(("directory", "name"), [("corporate", "eve"), ("local", "maria")])
async def test_a_step_asks_its_own_directories_only(
    slapd: Slapd, directory: str, name: str
) -> None:
    browsing = await browse(slapd.configured(), directories=[directory])

    _, refused = await sign_on(browsing, name)

    assert refused["code"] == "VALIDATION_ERROR"


async def test_SEC_160_who_must_choose_another_password_does_so_in_the_directory(
    slapd: Slapd,
) -> None:
    slapd.add(person("novice", userPassword=PASSWORD, pwdReset="TRUE"))
    browsing = await browse(slapd.configured())
    flow_id, state = await sign_on(browsing, "novice")
    assert state["status"] == "MUST_CHANGE_PASSWORD"

    sent = {"username": "novice", "existingPassword": PASSWORD, "newPassword": NEW}
    done = members(await browsing.act(flow_id, "checkNewPassword", sent))

    assert done["status"] == "COMPLETED"
    _, refused = await sign_on(Browsing(browsing.app), "novice")
    assert refused["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (PasswordChange.EXTENDED, "Choose one that you have not used before."),
        (PasswordChange.OFF, "Your password cannot be changed here. Ask whoever gave it to you."),
    ],
)
async def test_what_the_directory_refuses_is_told_at_the_new_password(
    slapd: Slapd, way: PasswordChange, words: str
) -> None:
    name = f"repeater.{way}"
    slapd.add(person(name, userPassword=NEW, pwdReset="TRUE"))
    browsing = await browse(slapd.configured(password_change=way))
    state = await begin(browsing)
    flow_id = state["id"]
    await browsing.sign_on_by_api(flow_id, name, NEW)

    sent = {"username": name, "existingPassword": NEW, "newPassword": NEW}
    refused = members(await browsing.act(flow_id, "checkNewPassword", sent))

    assert [(each["target"], each["userMessage"]) for each in refused["details"]] == [
        ("newPassword", words)
    ]
