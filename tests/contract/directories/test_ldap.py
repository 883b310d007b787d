"""A directory behind LDAP, asked through the port like any other; the server is a real one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ostiary.adapters.directories.catalog import open_directory
from ostiary.adapters.directories.composed import ComposedDirectory
from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.errors import OAuthError
from ostiary.core.base.ids import UserId, stable_uuid
from ostiary.core.model.environment import Environment
from ostiary.core.model.ldap_directory import (
    ConnectionSecurity,
    GroupSearch,
    LDAPServer,
    PasswordChange,
)
from ostiary.core.model.password_policy import PasswordRule
from ostiary.core.model.user import User
from ostiary.core.ports.directory import NewPasswordRefusedError
from ostiary.core.ports.users import UserChangedError
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment
from tests.support.slapd import BASE_DN, PASSWORD, Slapd, person
from tests.support.users import NOW, make_user

NEW = "another password"


@dataclass
class Place:
    """An environment whose users are in the store and in the directory."""

    slapd: Slapd
    fields: dict[str, Any] = field(default_factory=dict)
    order: tuple[str, ...] = ("local", "corporate")
    store: MemoryStore = field(default_factory=MemoryStore)
    hashing: PooledHashing = field(default_factory=PooledHashing)

    def __post_init__(self) -> None:
        local = LocalDirectory(self.store.users, self.hashing)
        self.directory = ComposedDirectory(local, RecordedEvents(), open_directory)
        self.env: Environment = make_environment()
        self.configure()

    def configure(self, **fields: Any) -> None:
        """Configure the directory anew; fields are overridden by name."""
        configured = self.slapd.configured(**{**self.fields, **fields})
        self.env = make_environment(
            directories={"corporate": configured}, directory_order=self.order
        )

    async def user(self, name: str) -> User:
        """Return the user of a name."""
        found = await self.directory.find_by_username(self.env, name)
        assert found is not None
        return found

    async def is_right(self, user: User, password: str) -> bool:
        """Tell whether a password is."""
        return (await self.directory.check_password(self.env, user, password)).is_right

    async def change(self, user: User, password: str, current: str | None = None) -> User:
        """Give a user another password."""
        return await self.directory.set_password(
            self.env, user, password, must_change=False, now=NOW, current=current
        )

    def close(self) -> None:
        """End what it runs."""
        self.directory.close()
        self.hashing.close()


@pytest.fixture
def place(slapd: Slapd) -> Iterator[Place]:
    made = Place(slapd)
    yield made
    made.close()


@pytest.mark.parametrize("name", ["person.7", "PERSON.7", "person.7@example.com", " person.7 "])
async def test_S2_6_a_person_is_found_by_name_and_by_address(place: Place, name: str) -> None:
    user = await place.user(name)

    assert (user.username, user.directory, user.may_sign_on) == ("person.7", "corporate", True)
    assert user.attributes == {"email": "person.7@example.com", "name": "Person person.7"}


async def test_a_user_keeps_the_id_that_the_directory_gave_it(place: Place) -> None:
    user = await place.user("person.8")
    place.slapd.modify("person.8", "mail", "moved@example.com")

    again = await place.user("moved@example.com")

    assert again.id == user.id
    assert await place.directory.find(place.env, user.id) == again


async def test_who_is_deleted_there_is_gone_here(place: Place) -> None:
    place.slapd.add(person("leaver"))
    user = await place.user("leaver")

    place.slapd.delete("leaver")

    assert await place.directory.find(place.env, user.id) is None


@pytest.mark.parametrize("id", [stable_uuid("nobody"), "no uuid", "*", ""])
async def test_an_id_that_nobody_has_finds_nobody(place: Place, id: str) -> None:
    assert await place.directory.find(place.env, UserId(id)) is None


async def test_a_name_that_two_have_is_nobodys(place: Place) -> None:
    assert await place.directory.find_by_username(place.env, "pair@example.com") is None


@pytest.mark.parametrize("count", [2, 3])
async def test_SEC_159_a_name_of_several_entries_signs_nobody_on(place: Place, count: int) -> None:
    for number in range(count):
        place.slapd.add(person(f"same.{count}.{number}", mail=f"same.{count}@example.com"))

    assert await place.directory.find_by_username(place.env, f"same.{count}@example.com") is None


async def test_S2_3_the_directory_says_whether_a_password_is_right(place: Place) -> None:
    user = await place.user("person.9")

    assert await place.is_right(user, PASSWORD)
    assert not await place.is_right(user, "password1")
    assert not (await place.directory.check_password(place.env, None, PASSWORD)).is_right


@pytest.mark.parametrize(
    "password", ["", "\0", "\0\0", "x\0", f"{PASSWORD}\0", "\ud800", "x" * 2000]
)
async def test_SEC_158_what_is_no_password_never_gets_to_the_directory(
    place: Place, password: str
) -> None:
    user = await place.user("person.10")

    assert not await place.is_right(user, password)


async def test_groups_are_found_where_they_are(slapd: Slapd) -> None:
    groups = GroupSearch("groups", f"ou=groups,{BASE_DN}", "(member={dn})", "cn")
    place = Place(slapd, {"groups": groups})
    slapd.add(person("member"))
    slapd.run(
        "ldapadd",
        f"dn: cn=makers,ou=groups,{BASE_DN}\nobjectClass: groupOfNames\ncn: makers\n"
        f"member: uid=member,ou=people,{BASE_DN}\n",
    )

    assert (await place.user("member")).attributes["groups"] == ["makers"]
    assert (await place.user("person.1")).attributes["groups"] == []
    place.close()


async def test_a_users_attribute_of_several_values_is_a_list(place: Place) -> None:
    place.slapd.add(person("many") + "mail: second@example.com\n")

    found = await place.user("many")

    assert found.attributes["email"] == ["many@example.com", "second@example.com"]


@pytest.mark.parametrize("current", [PASSWORD, None])
async def test_a_new_password_takes_the_place_of_the_old_one(
    place: Place, current: str | None
) -> None:
    name = f"changer.{current}"
    place.slapd.add(person(name))
    user = await place.user(name)

    await place.change(user, NEW, current)

    assert await place.is_right(user, NEW)
    assert not await place.is_right(user, PASSWORD)


async def test_a_password_can_be_changed_by_its_attribute(slapd: Slapd) -> None:
    place = Place(slapd, {"password_change": PasswordChange.MODIFY})
    slapd.add(person("modified"))
    user = await place.user("modified")

    await place.change(user, NEW, PASSWORD)

    assert await place.is_right(user, NEW)
    place.close()


async def test_whoever_does_not_know_the_password_does_not_change_it(place: Place) -> None:
    place.slapd.add(person("guarded"))
    user = await place.user("guarded")

    with pytest.raises(NewPasswordRefusedError):
        await place.change(user, NEW, "not the password")

    assert await place.is_right(user, PASSWORD)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        pytest.param("short", PasswordRule.LENGTH, id="too short"),
        pytest.param(PASSWORD, PasswordRule.HISTORY, id="used before"),
    ],
)
async def test_the_directorys_own_policy_is_heard(
    place: Place, password: str, rule: PasswordRule
) -> None:
    user = await place.user("person.11")

    with pytest.raises(NewPasswordRefusedError) as refused:
        await place.change(user, password, PASSWORD)

    assert refused.value.rule is rule


async def test_a_password_that_somebody_else_chose_must_be_changed(place: Place) -> None:
    place.slapd.add(person("given"))
    user = await place.user("given")

    changed = await place.directory.set_password(place.env, user, NEW, must_change=True, now=NOW)
    check = await place.directory.check_password(place.env, changed, NEW)

    assert changed.password is not None
    assert changed.password.must_change
    assert (check.is_right, check.must_change) == (True, True)


async def test_where_passwords_may_not_be_changed_none_is(slapd: Slapd) -> None:
    place = Place(slapd, {"password_change": PasswordChange.OFF})
    user = await place.user("person.12")

    with pytest.raises(NewPasswordRefusedError) as refused:
        await place.change(user, NEW, PASSWORD)

    assert refused.value.rule is None
    place.close()


@pytest.mark.parametrize("password", ["", "x\0y", "x" * 2000])
async def test_what_cannot_be_a_password_is_not_set(place: Place, password: str) -> None:
    user = await place.user("person.13")

    with pytest.raises(ValueError, match="cannot be a password"):
        await place.change(user, password)


async def test_nobodys_password_is_not_set(place: Place) -> None:
    place.slapd.add(person("vanishing"))
    user = await place.user("vanishing")
    place.slapd.delete("vanishing")

    with pytest.raises(UserChangedError):
        await place.change(user, NEW)


async def test_a_user_of_the_directory_can_only_be_changed_there(place: Place) -> None:
    user = await place.user("person.14")

    with pytest.raises(OAuthError, match="kept in another directory"):
        await place.directory.save(place.env, user)
    with pytest.raises(OAuthError, match="kept in another directory"):
        await place.directory.delete(place.env, user.id)
    assert await place.user("person.14") == user


async def test_the_store_comes_first_where_the_order_says_so(place: Place) -> None:
    await place.directory.create(place.env, [make_user(1, username="person.15")])

    assert (await place.user("person.15")).directory == ""
    found = await place.directory.find_by_username(place.env, "person.15", among=("corporate",))
    assert found is not None
    assert found.directory == "corporate"


async def test_only_the_named_directories_are_asked(place: Place) -> None:
    await place.directory.create(place.env, [make_user(2, username="joe")])

    for name, among in (("joe", ("corporate",)), ("person.16", ("local",))):
        assert await place.directory.find_by_username(place.env, name, among=among) is None


async def test_SEC_223_a_directory_of_one_environment_is_not_asked_for_another(
    place: Place,
) -> None:
    user = await place.user("person.17")
    other = make_environment("other")

    assert await place.directory.find(other, user.id) is None
    assert await place.directory.find_by_username(other, "person.17") is None
    assert not (await place.directory.check_password(other, user, PASSWORD)).is_right


async def test_SEC_159_an_entry_with_the_id_of_another_user_signs_nobody_on(place: Place) -> None:
    user = await place.user("person.18")
    await place.directory.create(place.env, [make_user(3, id=user.id, username="the boss")])

    assert await place.directory.find_by_username(place.env, "person.18") is None
    found = await place.directory.find(place.env, user.id)
    assert found is not None
    assert found.username == "the boss"


async def test_starttls_protects_as_well(slapd: Slapd) -> None:
    place = Place(
        slapd,
        {
            "security": ConnectionSecurity.STARTTLS,
            "servers": (LDAPServer("localhost", slapd.port),),
        },
    )

    assert await place.is_right(await place.user("person.19"), PASSWORD)
    place.close()


async def test_another_configuration_takes_the_place_of_the_one_before(place: Place) -> None:
    assert (await place.user("person.20")).attributes["name"] == "Person person.20"

    place.configure(attributes={})

    assert (await place.user("person.20")).attributes == {}
