"""Directories that are down, slow, restarted or gone: who needs them is told, nobody else waits."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ostiary.adapters.directories.catalog import open_directory
from ostiary.adapters.directories.composed import ComposedDirectory
from ostiary.adapters.directories.ldap.directory import WAITING_PER_CONNECTION
from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.audit.outbound import DirectoryServerBack, DirectoryServerFailed
from ostiary.core.model.environment import Environment
from ostiary.core.model.ldap_directory import ConnectionSecurity, LDAPServer
from ostiary.core.model.user import User
from tests.support.app import RecordedEvents, access_token, make_snapshot
from tests.support.environments import make_environment
from tests.support.odd_ldap_server import keep_silent, odd_server
from tests.support.password_grant import PASSWORD, Legacy, make_legacy
from tests.support.slapd import Slapd, person
from tests.support.users import make_user

NAME = "person.1"
LATE_SECONDS = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[Slapd]:
    running = Slapd([person(f"person.{number}") for number in range(5)])
    yield running
    running.close()


@pytest.fixture
def slapd(server: Slapd) -> Iterator[Slapd]:
    """Return the server, which answers before and after a test."""
    yield server
    server.thaw()
    if not server.is_running:
        server.start()


class Asked:
    """The users of the store, and those of a directory whose server may fail."""

    def __init__(self, slapd: Slapd, **fields: Any) -> None:
        self.events, self.store, self.hashing = RecordedEvents(), MemoryStore(), PooledHashing()
        self.directory = ComposedDirectory(
            LocalDirectory(self.store.users, self.hashing), self.events, open_directory
        )
        self.env: Environment = make_environment(
            directories={"corporate": slapd.configured(**fields)},
            directory_order=("local", "corporate"),
        )

    async def find(self, name: str = NAME) -> User | None:
        """Look for somebody by name."""
        return await self.directory.find_by_username(self.env, name)

    async def reason(self) -> str:
        """Look for somebody in vain, and return why."""
        with pytest.raises(UnavailableError) as refused:
            await self.find()
        return refused.value.detail["reason"]

    async def find_at_last(self) -> User:
        """Look for somebody until the server is asked again."""
        async with asyncio.timeout(LATE_SECONDS):
            while True:
                try:
                    found = await self.find()
                except UnavailableError:
                    await asyncio.sleep(0.05)
                else:
                    assert found is not None
                    return found

    @property
    def told(self) -> list[str]:
        """Return what was told of servers: why they failed, and that they are back."""
        return [
            each.reason if isinstance(each, DirectoryServerFailed) else "back"
            for each in self.events.events
            if isinstance(each, DirectoryServerFailed | DirectoryServerBack)
        ]

    def close(self) -> None:
        """End what it runs."""
        self.directory.close()
        self.hashing.close()


@pytest.fixture
def asked(slapd: Slapd) -> Iterator[Asked]:
    made = Asked(slapd)
    yield made
    made.close()


async def test_REL_12_a_directory_that_is_down_is_told_of_at_once(
    asked: Asked, slapd: Slapd
) -> None:
    slapd.stop()

    assert await asked.reason() == "unreachable"
    assert asked.told == ["unreachable"]


async def test_REL_12_a_directory_that_hangs_is_waited_for_no_longer_than_it_may_take(
    slapd: Slapd,
) -> None:
    asked = Asked(slapd, timeout_seconds=0.5, pause_seconds=600.0)
    assert await asked.find() is not None
    slapd.freeze()

    reasons = [await asked.reason()]
    while reasons[-1] != "paused":
        reasons.append(await asked.reason())

    assert set(reasons) == {"slow", "paused"}
    asked.close()


async def test_REL_12_a_server_that_stops_in_its_handshake_holds_no_thread(slapd: Slapd) -> None:
    with odd_server(keep_silent) as (port, _):
        servers = (LDAPServer("localhost", port),)
        asked = Asked(slapd, servers=servers, timeout_seconds=0.4, connections=1, pause_seconds=0.1)
        reasons: list[str] = []
        async with asyncio.timeout(LATE_SECONDS):
            while reasons.count("slow") < 3:
                reasons.append(await asked.reason())
                await asyncio.sleep(0.02)

    assert set(reasons) <= {"slow", "paused"}
    asked.close()


async def test_REL_12_a_server_may_search_for_longer_than_anybody_waits(slapd: Slapd) -> None:
    with odd_server(keep_silent) as (port, received):
        servers = (LDAPServer("localhost", port),)
        plain: dict[str, Any] = {
            "security": ConnectionSecurity.NONE,
            "bind_dn": "",
            "bind_password": "",
        }
        asked = Asked(slapd, servers=servers, timeout_seconds=0.4, **plain)
        assert await asked.reason() == "slow"
        asked.close()

    two_entries, two_seconds = b"\x02\x01\x02", b"\x02\x01\x02"
    assert two_entries + two_seconds in b"".join(received)


async def test_REL_12_a_directory_that_goes_on_is_asked_again(asked: Asked, slapd: Slapd) -> None:
    slapd.freeze()
    assert await asked.reason() == "slow"
    slapd.thaw()

    assert (await asked.find_at_last()).username == NAME
    assert asked.told == ["slow", "back"]


async def test_REL_12_a_directory_that_was_restarted_is_asked_on_new_connections(
    asked: Asked, slapd: Slapd
) -> None:
    assert await asked.find() is not None

    slapd.stop()
    slapd.start()

    assert await asked.find() is not None
    assert asked.told == []


async def test_REL_12_another_server_is_asked_when_one_is_down(slapd: Slapd) -> None:
    with odd_server(keep_silent) as (port, _):
        pass  # nobody listens there any more
    servers = (LDAPServer("localhost", port), LDAPServer("localhost", slapd.tls_port))
    asked = Asked(slapd, servers=servers)

    assert await asked.find() is not None
    assert asked.told == ["unreachable"]
    asked.close()


async def test_REL_12_another_server_is_asked_when_one_hangs(slapd: Slapd) -> None:
    with odd_server(keep_silent) as (port, _):
        servers = (LDAPServer("localhost", port), LDAPServer("localhost", slapd.tls_port))
        asked = Asked(slapd, servers=servers, timeout_seconds=6.0, pause_seconds=600.0)

        assert await asked.find() is not None
        assert await asked.find() is not None

    assert asked.told == ["slow"]
    asked.close()


async def test_REL_12_users_of_the_store_sign_on_while_a_directory_hangs(
    asked: Asked, slapd: Slapd
) -> None:
    await asked.store.users.create(asked.env, [make_user(1, username="joe")])
    slapd.freeze()
    waiting = asyncio.create_task(asked.reason())
    await asyncio.sleep(0)

    joe = await asked.find("joe")
    assert (await asked.directory.check_password(asked.env, joe, PASSWORD)).is_right
    assert not waiting.done()
    assert await waiting == "slow"


async def test_REL_12_who_finds_too_many_waiting_is_told_so(slapd: Slapd) -> None:
    asked = Asked(slapd, connections=1)
    slapd.freeze()

    waiting = [asyncio.create_task(asked.reason()) for _ in range(WAITING_PER_CONNECTION + 3)]
    reasons = await asyncio.gather(*waiting)

    assert reasons.count("too_many_wait") == 2
    assert set(reasons) <= {"slow", "paused", "too_many_wait"}
    asked.close()


@pytest.fixture
async def legacy(slapd: Slapd) -> Legacy:
    made = await make_legacy()
    changed = replace(
        made.env,
        directories={"corporate": slapd.configured()},
        directory_order=("local", "corporate"),
    )
    others = made.app.snapshots.current.environments.values()
    made.app.snapshots.current = make_snapshot(
        changed if other.key == "default" else other for other in others
    )
    return made


async def test_REL_12_other_endpoints_answer_while_a_directory_hangs(
    legacy: Legacy, slapd: Slapd
) -> None:
    tokens = await legacy.tokens(scope="sso")
    slapd.freeze()
    waiting = asyncio.create_task(legacy.ask(username=NAME))
    await asyncio.sleep(0)

    for _ in range(5):
        assert access_token(await legacy.app.ask())
    assert (await legacy.refresh(tokens["refresh_token"])).status == 200
    assert not waiting.done()
    answer = await waiting
    assert (answer.status, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert answer.header("retry-after") == "15"


async def test_S2_3_a_directory_that_is_down_is_no_wrong_password(
    legacy: Legacy, slapd: Slapd
) -> None:
    slapd.stop()

    assert (await legacy.ask(username=NAME)).error == (503, "temporarily_unavailable")
    slapd.start()
    remaining = [await legacy.ask(username=NAME)]
    while remaining[-1].status == 503:
        await asyncio.sleep(0.05)
        remaining.append(await legacy.ask(username=NAME))
    assert remaining[-1].status == 200
