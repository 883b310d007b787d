"""A domain controller of Active Directory, asked through the port: what Samba's says and wants.

Microsoft's own has not been asked; where Samba writes something else, its answers are in the unit
tests of the values.
"""

import time
from collections.abc import Iterator
from uuid import UUID

import pytest

from ostiary.core.model.ldap_directory import ConnectionSecurity, GroupSearch, LDAPServer
from ostiary.core.model.password_policy import PasswordRule
from ostiary.core.model.user import User
from ostiary.core.ports.directory import NewPasswordRefusedError
from ostiary.core.signon.outcomes import Accepted, MustChange, Rejected
from tests.support.browsing import PASSWORD as BROWSED
from tests.support.directory_sign_on import Entrances, opened
from tests.support.domain_controller import (
    BASE_DN,
    DISABLED_ACCOUNT,
    LONG_AGO,
    PASSWORD,
    USERS,
    Attributes,
    DomainController,
    why_not,
)
from tests.wire.pingfederate.test_directory_sign_on import browse, sign_on
from tests.wire.pingfederate.test_redirectless import members

pytestmark = [pytest.mark.prove, pytest.mark.skipif(bool(why_not()), reason=why_not())]
NEW = "Another-password-2"
TWO_DAYS = "-1728000000000"
SECONDS = 5
NO_HOUR = bytes(21)
NESTED = GroupSearch("groups", BASE_DN, "(member:1.2.840.113556.1.4.1941:={dn})", "cn")


@pytest.fixture(scope="module")
def controller() -> Iterator[DomainController]:
    running = DomainController()
    running.add("maria")
    yield running
    running.close()


@pytest.fixture
def entrances(controller: DomainController) -> Iterator[Entrances]:
    with opened(controller) as made:
        yield made


async def find(entrances: Entrances, name: str) -> User:
    """Return the user of a name."""
    found = await entrances.directory.find_by_username(entrances.env, name)
    assert found is not None
    return found


async def change(
    entrances: Entrances,
    name: str,
    new: str,
    current: str | None = PASSWORD,
    *,
    must_change: bool = False,
) -> User:
    """Give a user another password."""
    return await entrances.directory.set_password(
        entrances.env,
        await find(entrances, name),
        new,
        must_change=must_change,
        now=0.0,
        current=current,
    )


@pytest.mark.parametrize("name", ["maria", "MARIA", "maria@corp.example.com", "maria@example.com"])
async def test_a_person_signs_on_by_each_name_from_the_root_of_the_domain(
    entrances: Entrances, name: str
) -> None:
    outcome = await entrances.attempt(name, PASSWORD)

    assert isinstance(outcome, Accepted)
    assert outcome.user.username == "maria"
    assert outcome.user.attributes["email"] == "maria@example.com"
    assert UUID(outcome.user.id).version == 4
    assert isinstance(await entrances.attempt(name, "wrong"), Rejected)


async def test_no_search_fails_as_a_second_ends(entrances: Entrances) -> None:
    user = await find(entrances, "maria")
    end = time.monotonic() + SECONDS

    while time.monotonic() < end:
        assert await entrances.directory.find(entrances.env, user.id) == user


async def test_who_is_renamed_and_moved_keeps_the_id(
    entrances: Entrances, controller: DomainController
) -> None:
    dn = controller.add("before")
    user = await find(entrances, "before")
    place = f"OU=elsewhere,{BASE_DN}"
    controller.create(place, objectClass="organizationalUnit")
    controller.modify(dn, "sAMAccountName", "after")

    controller.move(dn, "CN=after", place)

    again = await entrances.directory.find(entrances.env, user.id)
    assert again is not None
    assert (again.id, again.username) == (user.id, "after")
    assert again.credential == user.credential
    assert isinstance(await entrances.attempt("after", PASSWORD), Accepted)


async def test_who_is_deleted_there_is_gone_here(
    entrances: Entrances, controller: DomainController
) -> None:
    dn = controller.add("leaver")
    user = await find(entrances, "leaver")

    controller.delete(dn)

    assert await entrances.directory.find(entrances.env, user.id) is None
    assert isinstance(await entrances.attempt("leaver", PASSWORD), Rejected)


async def test_groups_within_groups_are_found_whatever_signs_a_name_has(
    entrances: Entrances, controller: DomainController
) -> None:
    dn = f"CN=Weiß\\, (Eva) *,{USERS}"
    controller.create(dn, objectClass="user", sAMAccountName="eva")
    inner, outer = f"CN=makers,{USERS}", f"CN=staff,{USERS}"
    controller.create(inner, objectClass="group", member=dn)
    controller.create(outer, objectClass="group", member=inner)

    entrances.configure(attributes={"groups": "memberOf"})
    assert (await find(entrances, "eva")).attributes["groups"] == inner
    entrances.configure(groups=NESTED)
    assert (await find(entrances, "eva")).attributes["groups"] == ["makers", "staff"]
    assert (await find(entrances, "maria")).attributes["groups"] == []


@pytest.mark.parametrize(
    ("name", "attributes", "reason"),
    [
        ("disabled", {"userAccountControl": DISABLED_ACCOUNT}, "disabled"),
        ("over", {"accountExpires": LONG_AGO}, "disabled"),
        ("at-night", {"logonHours": NO_HOUR}, "restricted"),
        ("at-one-desk", {"userWorkstations": "DESK"}, "restricted"),
    ],
)
async def test_SEC_160_who_is_not_let_in_there_is_not_let_in_here(
    entrances: Entrances,
    controller: DomainController,
    name: str,
    attributes: Attributes,
    reason: str,
) -> None:
    controller.add(name, attributes)

    refused = await entrances.attempt(name, PASSWORD)

    assert refused == await entrances.attempt("nobody-at-all", PASSWORD)
    assert entrances.reasons[0] == reason
    assert isinstance(await entrances.attempt(name, "wrong"), Rejected)


async def test_SEC_160_who_is_locked_there_is_not_let_in_here(
    entrances: Entrances, controller: DomainController
) -> None:
    dn = controller.add("locked")
    controller.rule("quickly", dn, **{"msDS-LockoutThreshold": "1"})
    assert isinstance(await entrances.attempt("locked", "wrong"), Rejected)

    assert isinstance(await entrances.attempt("locked", PASSWORD), Rejected)
    assert entrances.reasons[-1] == "locked"

    controller.modify(dn, "lockoutTime", "0")
    assert isinstance(await entrances.attempt("locked", PASSWORD), Accepted)


async def test_SEC_160_a_password_that_was_reset_is_changed_by_who_knows_it(
    entrances: Entrances, controller: DomainController
) -> None:
    controller.add("novice", {"pwdLastSet": "0"})
    assert isinstance(await entrances.attempt("novice", "wrong"), Rejected)
    assert isinstance(await entrances.attempt("novice", PASSWORD), MustChange)

    await change(entrances, "novice", NEW)

    assert isinstance(await entrances.attempt("novice", NEW), Accepted)
    assert isinstance(await entrances.attempt("novice", PASSWORD), Rejected)


async def test_SEC_160_an_expired_password_is_changed_by_who_knows_it(
    entrances: Entrances, controller: DomainController
) -> None:
    dn = controller.add("overdue")
    controller.rule("briefly", dn, **{"msDS-MaximumPasswordAge": TWO_DAYS})
    controller.age_password(dn)
    assert isinstance(await entrances.attempt("overdue", "wrong"), Rejected)
    assert isinstance(await entrances.attempt("overdue", PASSWORD), MustChange)

    await change(entrances, "overdue", NEW)

    assert isinstance(await entrances.attempt("overdue", NEW), Accepted)
    assert isinstance(await entrances.attempt("overdue", PASSWORD), Rejected)


async def test_a_new_password_makes_another_credential(
    entrances: Entrances, controller: DomainController
) -> None:
    dn = controller.add("changer")
    controller.rule("freely", dn)
    before = (await find(entrances, "changer")).credential

    changed = await change(entrances, "changer", NEW)

    assert changed.credential > before
    assert isinstance(await entrances.attempt("changer", NEW), Accepted)


async def test_a_password_that_an_administrator_wants_changed_makes_another_credential(
    entrances: Entrances, controller: DomainController
) -> None:
    dn = controller.add("suspected")
    before = await find(entrances, "suspected")

    controller.modify(dn, "pwdLastSet", "0")

    after = await find(entrances, "suspected")
    assert after.id == before.id
    assert after.credential != before.credential
    assert after.password is not None
    assert after.password.must_change


@pytest.mark.parametrize(
    ("name", "fields", "new"),
    [
        pytest.param("too-short", {}, "Short-1", id="too short"),
        pytest.param("too-simple", {}, "nothing but letters", id="too simple"),
        pytest.param("repeater", {}, PASSWORD, id="used before"),
        pytest.param("hasty", {"msDS-MinimumPasswordAge": "-864000000000"}, NEW, id="too soon"),
    ],
)
async def test_the_domains_own_policy_is_heard(
    entrances: Entrances,
    controller: DomainController,
    name: str,
    fields: dict[str, str],
    new: str,
) -> None:
    dn = controller.add(name)
    controller.rule(name, dn, **{"msDS-MinimumPasswordLength": "8", **fields})

    with pytest.raises(NewPasswordRefusedError) as refused:
        await change(entrances, name, new)

    assert refused.value.rule is PasswordRule.DIRECTORY
    assert isinstance(await entrances.attempt(name, PASSWORD), Accepted)


async def test_whoever_does_not_know_the_password_does_not_change_it(
    entrances: Entrances, controller: DomainController
) -> None:
    controller.rule("guardedly", controller.add("guarded"))

    with pytest.raises(NewPasswordRefusedError):
        await change(entrances, "guarded", NEW, "not the password")

    assert isinstance(await entrances.attempt("guarded", PASSWORD), Accepted)


async def test_a_reset_by_an_account_without_the_right_says_that_it_cannot_be_done_here(
    entrances: Entrances, controller: DomainController
) -> None:
    controller.add("forgetful")

    with pytest.raises(NewPasswordRefusedError) as refused:
        await change(entrances, "forgetful", NEW, None)

    assert refused.value.rule is None


@pytest.mark.parametrize("must_change", [False, True])
async def test_a_reset_by_an_account_with_the_right_sets_the_password(
    entrances: Entrances, controller: DomainController, *, must_change: bool
) -> None:
    name = f"reset-{must_change}"
    controller.permit(controller.add(name))

    await change(entrances, name, NEW, None, must_change=must_change)

    kind = MustChange if must_change else Accepted
    assert isinstance(await entrances.attempt(name, NEW), kind)


async def test_SEC_160_a_person_with_a_reset_password_is_led_to_another_one(
    controller: DomainController,
) -> None:
    controller.add("led", {"pwdLastSet": "0"}, password=BROWSED)
    browsing = await browse(controller.configured())
    flow_id, state = await sign_on(browsing, "led")
    assert state["status"] == "MUST_CHANGE_PASSWORD"
    sent = {"username": "led", "existingPassword": BROWSED}

    refused = members(
        await browsing.act(
            flow_id, "checkNewPassword", {**sent, "newPassword": "nothing but letters"}
        )
    )
    done = members(await browsing.act(flow_id, "checkNewPassword", {**sent, "newPassword": NEW}))

    assert [each["userMessage"] for each in refused["details"]] == [
        "Choose another one: this one is refused where your password is kept."
    ]
    assert done["status"] == "COMPLETED"


async def test_starttls_protects_as_well(
    entrances: Entrances, controller: DomainController
) -> None:
    entrances.configure(
        security=ConnectionSecurity.STARTTLS, servers=(LDAPServer(controller.address, 389),)
    )

    assert isinstance(await entrances.attempt("maria", PASSWORD), Accepted)


async def test_the_next_server_is_asked_where_the_first_is_out_of_order(
    entrances: Entrances, controller: DomainController
) -> None:
    servers = (LDAPServer(controller.address, 1), LDAPServer(controller.address, 636))
    entrances.configure(servers=servers)

    assert isinstance(await entrances.attempt("maria", PASSWORD), Accepted)
    assert entrances.failures == ["unreachable"]


async def test_the_global_catalogue_knows_people_and_changes_nothing(
    entrances: Entrances, controller: DomainController
) -> None:
    entrances.configure(servers=(LDAPServer(controller.address, 3269),))

    assert isinstance(await entrances.attempt("maria", PASSWORD), Accepted)
    with pytest.raises(NewPasswordRefusedError):
        await change(entrances, "maria", NEW)
