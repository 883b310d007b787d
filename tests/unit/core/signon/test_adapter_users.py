"""Users for whom an application vouches, whatever else happens to them meanwhile."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.ids import EnvironmentId, UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_adapter import ReferenceAdapter
from ostiary.core.model.user import User
from ostiary.core.ports.users import UserChangedError
from ostiary.core.signon.adapter_users import ATTEMPTS, AdapterUsers, Unknown, adapter_user_id
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment

pytestmark = pytest.mark.anyio
PORTAL = ReferenceAdapter("portal", attributes=("email",), population="guests")
JOE = {"subject": "joe", "email": "joe@example.com"}


class RivalDirectory(LocalDirectory):
    """The real directory, in which somebody else is always a little faster."""

    async def save(self, env: Environment, user: User) -> User:
        found = await self.find(env, user.id)
        assert found is not None
        await super().save(env, replace(found, updated_at=found.updated_at + 1))
        return await super().save(env, user)


class EmptyLookingDirectory(LocalDirectory):
    """The real directory, in which others come between a look and a write."""

    __slots__ = ()

    async def find(
        self, env: Environment, user_id: UserId, *, kept_in: str | None = None
    ) -> User | None:
        found = await super().find(env, user_id, kept_in=kept_in)
        await asyncio.sleep(0)
        return found


@dataclass
class House:
    """An environment without users, and who makes them."""

    env: Environment = field(default_factory=make_environment)
    store: MemoryStore = field(default_factory=MemoryStore)
    events: RecordedEvents = field(default_factory=RecordedEvents)
    clock: FrozenClock = field(default_factory=FrozenClock)
    directory: type[LocalDirectory] = LocalDirectory

    async def arrive(
        self, attributes: Mapping[str, Any] = JOE, adapter: ReferenceAdapter = PORTAL
    ) -> User | Unknown:
        """Let somebody arrive of whom an application says something."""
        directory = self.directory(self.store.users, PooledHashing())
        users = AdapterUsers(directory, self.events, self.clock)
        return await users.find_or_make(self.env, adapter, attributes)


async def test_the_id_is_of_the_environment_the_adapter_and_the_subject() -> None:
    house, other = House(), ReferenceAdapter("other")
    user = await house.arrive()

    assert isinstance(user, User)
    assert user.id == adapter_user_id(house.env, PORTAL, "joe")
    elsewhere = replace(house.env, id=EnvironmentId("another"))
    ids = {
        adapter_user_id(house.env, PORTAL, "joe"),
        adapter_user_id(house.env, PORTAL, "Joe"),
        adapter_user_id(house.env, other, "joe"),
        adapter_user_id(elsewhere, PORTAL, "joe"),
    }
    assert len(ids) == 4


async def test_a_new_user_has_no_password_and_belongs_where_the_adapter_says() -> None:
    user = await House().arrive()

    assert isinstance(user, User)
    assert (user.username, user.password, user.population) == ("joe", None, "guests")


async def test_two_adapters_that_know_the_same_name_share_no_user() -> None:
    house = House()
    await house.arrive()

    assert await house.arrive(adapter=ReferenceAdapter("other")) is Unknown.TAKEN


async def test_another_spelling_of_a_subject_is_somebody_else() -> None:
    house = House()
    await house.arrive()

    assert await house.arrive({"subject": "JOE"}) is Unknown.TAKEN


async def test_several_first_arrivals_at_once_are_one_user() -> None:
    house = House(directory=EmptyLookingDirectory)
    users = await asyncio.gather(*(house.arrive() for _ in range(5)))

    assert len({user.id for user in users if isinstance(user, User)}) == 1
    assert all(isinstance(user, User) for user in users)
    assert await house.store.users.count(house.env) == 1
    assert len(house.events.events) == 1


async def test_what_an_administrator_said_beside_the_contract_stays() -> None:
    house = House()
    user = await house.arrive()
    assert isinstance(user, User)
    marked = replace(user, attributes={**user.attributes, "desk": 7}, population="staff")
    await house.store.users.save(house.env, marked, expected_version=user.version)

    user = await house.arrive({"subject": "joe", "email": "new@example.com", "desk": 8})

    assert isinstance(user, User)
    assert user.attributes == {"email": "new@example.com", "desk": 7}
    assert user.population == "staff"


async def test_an_arrival_that_says_nothing_new_writes_nothing() -> None:
    house = House()
    first = await house.arrive()
    assert await house.arrive() == first


async def test_a_subject_is_never_kept_as_an_attribute() -> None:
    adapter = ReferenceAdapter("portal", attributes=("subject", "email"))
    user = await House().arrive(JOE, adapter)

    assert isinstance(user, User)
    assert user.attributes == {"email": "joe@example.com"}


async def test_whoever_is_changed_again_and_again_is_let_on_as_it_is() -> None:
    house = House()
    await house.arrive()
    house.directory = RivalDirectory

    user = await house.arrive({"subject": "joe", "email": "new@example.com"})

    assert isinstance(user, User)
    assert (user.attributes, user.version) == ({"email": "joe@example.com"}, ATTEMPTS)
    with pytest.raises(UserChangedError):
        await RivalDirectory(house.store.users, PooledHashing()).save(house.env, user)


MARKED = {
    "email": "joe@example.com",
    "email_verified": True,
    "telephoneNumber": "+1",
    "phone_number_verified": True,
}


async def marks_after(said: Mapping[str, Any], *contract: str) -> set[str]:
    """Return the marks that are left of a verified user when an application says something new."""
    house = House()
    user = await house.arrive()
    assert isinstance(user, User)
    marked = replace(user, attributes=MARKED)
    await house.store.users.save(house.env, marked, expected_version=user.version)
    adapter = replace(PORTAL, attributes=contract)
    found = await house.arrive({"subject": "joe", **said}, adapter)
    assert isinstance(found, User)
    return {name for name in found.attributes if name.endswith("_verified")}


@pytest.mark.parametrize("name", ["email", "mail"])
async def test_an_address_that_is_another_one_is_verified_no_more(name: str) -> None:
    said = {name: "new@example.com"}
    assert await marks_after(said, name) == {"phone_number_verified"}


@pytest.mark.parametrize("name", ["phone_number", "telephoneNumber"])
async def test_nor_is_a_telephone(name: str) -> None:
    assert await marks_after({name: "+2"}, name) == {"email_verified"}


async def test_an_address_that_is_the_same_stays_verified() -> None:
    said = {"email": MARKED["email"], "department": "x"}
    assert len(await marks_after(said, "email", "department")) == 2


async def test_the_application_may_say_that_an_address_is_verified() -> None:
    said = {"email": "new@example.com", "email_verified": True}
    assert len(await marks_after(said, "email", "email_verified")) == 2
