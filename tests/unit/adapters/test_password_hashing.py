"""The pool that hashes passwords: bounded, in order, and deaf to those who have left."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from ostiary.adapters.password_hashing import NICENESS, PooledHashing
from ostiary.core.base.errors import UnavailableError
from ostiary.core.crypto import passwords
from ostiary.core.crypto.passwords import PasswordCheck
from tests.support.environments import make_environment

ENV = make_environment()


class Gate:
    """Stands where hashes are computed: lets them through when a test says so."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.computed: list[str] = []

    def check(self, kept: str | None, password: str) -> PasswordCheck:
        self.open.wait(20)
        self.computed.append(password)
        return PasswordCheck(is_right=True)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(passwords, "check_password", gate.check)
    yield gate
    gate.open.set()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_password_is_checked_and_made() -> None:
    hashing = PooledHashing()

    kept = await hashing.make_hash("Password1")

    assert (await hashing.check(kept, "Password1")).is_right
    assert not (await hashing.check(kept, "password1")).is_right
    assert not (await hashing.check(None, "Password1")).is_right
    hashing.close()


async def test_SEC_153_who_comes_when_the_queue_is_full_is_told_when_to_come_back(
    gate: Gate,
) -> None:
    hashing = PooledHashing(1, max_waiting=3)
    waiting = [asyncio.ensure_future(hashing.check(None, str(n))) for n in range(4)]
    await settle()

    with pytest.raises(UnavailableError) as refused:
        await hashing.check(None, "late")
    assert refused.value.retry_after_seconds > 0

    gate.open.set()
    await asyncio.gather(*waiting)
    await hashing.check(None, "again")
    assert gate.computed == ["0", "1", "2", "3", "again"]
    hashing.close()


async def test_SEC_153_who_stops_waiting_makes_room_and_costs_no_hash(gate: Gate) -> None:
    hashing = PooledHashing(1, max_waiting=2)
    waiting = [asyncio.ensure_future(hashing.check(None, str(n))) for n in range(3)]
    await settle()

    waiting[1].cancel()
    await settle()
    waiting.append(asyncio.ensure_future(hashing.check(None, "new")))
    await settle()
    gate.open.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)

    assert isinstance(results[1], asyncio.CancelledError)
    assert gate.computed == ["0", "2", "new"]
    hashing.close()


async def test_turns_of_one_subject_come_one_after_the_other() -> None:
    hashing, running, most = PooledHashing(), 0, 0

    async def take_turn(subject: str) -> None:
        nonlocal running, most
        async with hashing.turn(ENV, subject):
            running += 1
            most = max(most, running)
            await settle()
            running -= 1

    await asyncio.gather(*(take_turn("one") for _ in range(5)))
    assert most == 1
    await asyncio.gather(*(take_turn(f"other-{n}") for n in range(5)))
    assert most == 5
    hashing.close()


async def test_SEC_153_no_more_turns_wait_than_the_queue_holds() -> None:
    hashing = PooledHashing(1, max_waiting=2)
    leave = asyncio.Event()

    async def take_turn() -> None:
        async with hashing.turn(ENV, "one"):
            await leave.wait()

    waiting = [asyncio.ensure_future(take_turn()) for _ in range(3)]
    await settle()
    with pytest.raises(UnavailableError):
        await take_turn()

    waiting[2].cancel()
    await settle()
    waiting[2] = asyncio.ensure_future(take_turn())
    leave.set()
    await asyncio.gather(*waiting)
    async with hashing.turn(ENV, "one"):
        pass
    hashing.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities of single threads")
async def test_threads_that_hash_let_the_event_loop_go_first() -> None:
    hashing = PooledHashing(2)
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    await asyncio.gather(*(hashing.make_hash("Password1") for _ in range(2)))
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("hashing")]
    found = {os.getpriority(os.PRIO_PROCESS, thread.native_id or 0) for thread in threads}

    assert found == {before + NICENESS}
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
    hashing.close()
