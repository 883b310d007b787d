"""Attempts that fail ask directories the same, whoever they are for: counted, without a clock."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.model.ldap_directory import GroupSearch, LDAPServer
from ostiary.core.model.password_policy import LockoutPolicy
from tests.support.directory_sign_on import Entrances, opened
from tests.support.slapd import BASE_DN, PASSWORD, PEOPLE, Slapd, person
from tests.support.users import make_user

LOCKS = LockoutPolicy(failures=3, spray_users=0, lock_seconds=(10.0**6,))
NAMES = {
    "nobody": "nobod",
    "a user of the store": "known",
    "a disabled one": "disab",
    "a locked one": "locke",
    "one without a password": "witho",
    "a user of the first directory": "anna1",
    "by the address": "anna1@example.com",
    "a locked one of it": "lock1",
    "a barred one of it": "barr1",
    "a user of the second directory": "berta",
}
GROUPS = GroupSearch("groups", f"ou=groups,{BASE_DN}", "(member={dn})", "cn")


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    first = [person(name, employeeType="A") for name in ("anna1", "lock1")]
    barred = person("barr1", employeeType="A", pwdAccountLockedTime="000001010000Z")
    second = person("berta", employeeType="B")
    running = Slapd([*first, barred, second], is_watched=True)
    yield running
    running.close()


class Watched:
    """Entrances of which is written down what an attempt costs."""

    def __init__(
        self, entrances: Entrances, slapd: Slapd, work: list[str], *, is_one_down: bool
    ) -> None:
        self.entrances, self.slapd = entrances, slapd
        self.work, self.is_one_down = work, is_one_down

    async def work_of(self, name: str) -> Counter[str]:
        """Try a wrong password, and return what that has asked of whom."""
        self.work.clear()
        self.entrances.hashing.kept.clear()
        before = len(self.slapd.operations)
        answer = await self.entrances.answer(name)
        assert answer in {"Rejected", "Locked"} or self.is_one_down, answer
        asked = self.slapd.operations[before:]
        hashes = ["hash"] * len(self.entrances.hashing.kept)
        return Counter([*(each.partition(" ")[0] for each in asked), *self.work, *hashes])


@pytest.fixture(params=["one", "two", "two, the other way around", "two, one is down"])
async def watched(slapd: Slapd, request: pytest.FixtureRequest) -> AsyncIterator[Watched]:
    work: list[str] = []
    with opened(slapd) as entrances:
        entrances.store = MemoryStore(reach=work.append)
        entrances.__post_init__()
        each = {"first": "A", "second": "B"}
        directories = {
            key: slapd.configured(
                key=key,
                users_filter=f"(&(objectClass=inetOrgPerson)(employeeType={kind}))",
                groups=GROUPS,
                connections=1,
            )
            for key, kind in each.items()
        }
        if request.param == "one":
            del directories["second"]
        is_one_down = request.param == "two, one is down"
        if is_one_down:
            nowhere = (LDAPServer("localhost", 1),)
            down = replace(directories["second"], servers=nowhere, pause_seconds=600.0)
            directories["second"] = down
        entrances.keep_in(directories, lockout=LOCKS)
        if request.param == "two, the other way around":
            order = ("second", "local", "first")
            entrances.keep_in(directories, lockout=LOCKS, directory_order=order)
        await entrances.add(
            make_user(2, username="known"),
            make_user(3, username="disab", enabled=False),
            make_user(4, username="locke"),
            make_user(5, username="witho", password=None),
        )
        for name in ("locke", "lock1"):
            for _ in range(3):
                await entrances.answer(name)
        yield Watched(entrances, slapd, work, is_one_down=is_one_down)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_SEC_152_an_attempt_asks_directories_the_same_whoever_it_is_for(
    watched: Watched, name: str
) -> None:
    usual = await watched.work_of("nobo2")
    assert usual["hash"] == 1
    assert usual["BIND"] == len(watched.entrances.env.directories) - watched.is_one_down

    assert await watched.work_of(name) == usual


async def test_SEC_152_nobodys_password_is_tried_at_an_entry_that_is_not_there(
    watched: Watched,
) -> None:
    await watched.work_of("nobo2")

    bound = [each for each in watched.slapd.operations if each.startswith("BIND")]
    assert bound[-1] == f"BIND cn=nobody,{BASE_DN}"
    assert PEOPLE not in bound[-1]


async def test_who_gets_in_asks_no_more_than_it_takes(watched: Watched) -> None:
    await watched.work_of("nobo2")
    before = len(watched.slapd.operations)
    watched.entrances.hashing.kept.clear()

    assert await watched.entrances.answer("known", PASSWORD) == "Accepted"

    asked = watched.slapd.operations[before:]
    is_first = watched.entrances.env.directory_order[0] == "local"
    assert (len(asked) == 0) is is_first
    assert len(watched.entrances.hashing.kept) == 1
