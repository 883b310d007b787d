"""Key sets of other issuers: read seldom, kept through outages, and never at a stranger's wish."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from ostiary.adapters.outbound.foreign_keys import (
    MAX_SETS,
    PAUSE_SECONDS,
    FetchedKeys,
    read_key_set,
)
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.errors import UnavailableError
from ostiary.core.crypto.keys import public_jwk
from ostiary.core.model.environment import Environment
from ostiary.core.ports.fetcher import Fetched, FetchRequest
from tests.support.environments import make_environment
from tests.support.partners import KEYS_URL, PlayedWayOut
from tests.support.tenants import private_key, signing_key

ENV = make_environment()


def jwk(kid: str) -> dict[str, Any]:
    """Return a public key as an issuer publishes it."""
    key = signing_key(kid, "ES256", kid)
    public = private_key(kid, "ES256").public_key()
    return dict(public_jwk(public, kid, "ES256", key.certificate))


def published(*kids: str, status: int = 200) -> Fetched:
    """Return the answer of an issuer that publishes these keys."""
    return Fetched(status, "application/json", json.dumps({"keys": [*map(jwk, kids)]}).encode())


class Reading:
    """The reader, its clock and its way out."""

    def __init__(self, *answers: Fetched | None) -> None:
        self.clock = FrozenClock()
        self.way_out = PlayedWayOut([*answers])
        self.keys = FetchedKeys(self.way_out, self.clock)

    async def kids(self, kid: str | None = "k1") -> list[str]:
        """Return the ids of the keys that there are."""
        return [key.kid for key in await self.keys.find(ENV, KEYS_URL, kid=kid)]

    @property
    def requests(self) -> int:
        return len(self.way_out.asked)


async def test_a_set_is_read_once_and_kept_for_ten_minutes() -> None:
    reading = Reading(published("k1"))
    assert await reading.kids() == await reading.kids() == ["k1"]
    reading.clock.advance(599)
    await reading.kids()
    assert reading.requests == 1
    reading.clock.advance(1)
    await reading.kids()
    assert reading.requests == 2


async def test_a_new_key_is_found_after_a_pause() -> None:
    reading = Reading(published("k1"), published("k1", "k2"))
    await reading.kids()
    reading.clock.advance(PAUSE_SECONDS)
    assert await reading.kids("k2") == ["k1", "k2"]


async def test_SEC_62_SEC_217_unknown_ids_do_not_make_the_server_read_more_often() -> None:
    reading = Reading(published("k1"))
    for number in range(100):
        assert await reading.kids(f"unknown-{number}") == ["k1"]
    assert reading.requests == 1
    reading.clock.advance(PAUSE_SECONDS)
    for number in range(100):
        await reading.kids(f"unknown-{number}")
    assert reading.requests == 2


async def test_a_key_that_was_taken_away_is_gone_after_ten_minutes() -> None:
    reading = Reading(published("k1", "k2"), published("k2"))
    await reading.kids()
    reading.clock.advance(600)
    assert await reading.kids() == ["k2"]


async def test_many_at_once_cause_one_request() -> None:
    reading = Reading(published("k1"))
    assert await asyncio.gather(*(reading.kids() for _ in range(50))) == [["k1"]] * 50
    assert reading.requests == 1


@dataclass
class SlowWayOut:
    """Implements `Fetcher`: answers in turn, once it is let."""

    answers: list[Fetched]
    asked: list[str] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self, env: Environment, request: FetchRequest) -> Fetched:
        self.asked.append(request.url)
        self.is_asked.set()
        await self.go.wait()
        return self.answers.pop(0)


class SlowReading(Reading):
    """A reader whose way out takes its time."""

    def __init__(self, *answers: Fetched) -> None:
        super().__init__()
        self.slow = SlowWayOut([*answers])
        self.keys = FetchedKeys(self.slow, self.clock)


async def test_who_comes_while_the_first_keys_are_read_waits_for_them() -> None:
    reading = SlowReading(published("k1"))
    waiting = [asyncio.create_task(reading.kids()) for _ in range(50)]
    await reading.slow.is_asked.wait()
    waiting += [asyncio.create_task(reading.kids()) for _ in range(50)]
    reading.slow.go.set()
    assert await asyncio.gather(*waiting) == [["k1"]] * 100
    assert len(reading.slow.asked) == 1


async def test_who_brings_a_new_key_while_it_is_being_read_waits_and_others_do_not() -> None:
    reading = SlowReading(published("k1"), published("k1", "k2"))
    reading.slow.go.set()
    await reading.kids()
    reading.slow.go.clear()
    reading.slow.is_asked.clear()
    reading.clock.advance(PAUSE_SECONDS)
    waiting = [asyncio.create_task(reading.kids("k2")) for _ in range(2)]
    await reading.slow.is_asked.wait()
    assert await reading.kids("k1") == ["k1"]
    reading.slow.go.set()
    assert await asyncio.gather(*waiting) == [["k1", "k2"]] * 2
    assert len(reading.slow.asked) == 2


async def test_SEC_217_who_hangs_up_in_the_middle_does_not_undo_the_reading() -> None:
    reading = SlowReading(published("k1"))
    first = asyncio.create_task(reading.kids())
    await reading.slow.is_asked.wait()
    second = asyncio.create_task(reading.kids())
    await asyncio.sleep(0)
    first.cancel()
    reading.slow.go.set()
    assert await second == ["k1"]
    assert len(reading.slow.asked) == 1


async def test_SEC_217_more_sets_than_are_kept_are_not_read_more_often() -> None:
    reading = Reading(published("k1"))
    for _ in range(2):
        for number in range(MAX_SETS + 10):
            await reading.keys.find(ENV, f"{KEYS_URL}{number}", kid="k1")
    assert reading.requests == MAX_SETS + 10


async def test_sets_beyond_those_that_are_kept_are_forgotten_in_time() -> None:
    reading = Reading(published("k1"))
    for number in range(MAX_SETS):
        await reading.keys.find(ENV, f"{KEYS_URL}{number}", kid="k1")
    reading.clock.advance(PAUSE_SECONDS)
    await reading.keys.find(ENV, f"{KEYS_URL}-another", kid="k1")
    await reading.keys.find(ENV, f"{KEYS_URL}1", kid="k1")
    assert reading.requests == MAX_SETS + 1
    await reading.keys.find(ENV, f"{KEYS_URL}0", kid="k1")
    assert reading.requests == MAX_SETS + 2


async def test_during_an_outage_the_keys_of_before_count_for_a_day() -> None:
    reading = Reading(published("k1"), None)
    await reading.kids()
    reading.clock.advance(24 * 3600 - 1)
    assert await reading.kids() == ["k1"]
    reading.clock.advance(1)
    with pytest.raises(UnavailableError):
        await reading.kids()


@pytest.mark.parametrize(
    "answer", [None, published("k1", status=500), Fetched(200, None, b"<html>"), Fetched(200)]
)
async def test_without_keys_it_says_that_it_cannot_tell_and_tries_again_after_a_pause(
    answer: Fetched | None,
) -> None:
    reading = Reading(answer, published("k1"))
    for _ in range(3):
        with pytest.raises(UnavailableError):
            await reading.kids()
    assert reading.requests == 1
    reading.clock.advance(PAUSE_SECONDS)
    assert await reading.kids() == ["k1"]


async def test_environments_and_urls_have_sets_of_their_own() -> None:
    reading = Reading(published("k1"))
    other = make_environment("other")
    await reading.keys.find(ENV, KEYS_URL, kid="k1")
    await reading.keys.find(other, KEYS_URL, kid="k1")
    await reading.keys.find(ENV, f"{KEYS_URL}2", kid="k1")
    assert reading.requests == 3


def test_keys_for_other_purposes_are_passed_over() -> None:
    listed = [
        {"kty": "oct", "k": "AAAA"},
        {**jwk("k1"), "use": "enc"},
        {"kty": "EC", "crv": "P-521"},
        "no key",
        jwk("k2"),
    ]
    keys = read_key_set(json.dumps({"keys": listed}).encode())
    assert keys is not None
    assert [key.kid for key in keys] == ["k2"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"keys": {}}', b'{"keys": 1}', b"\xff"])
def test_what_is_no_key_set_is_told_from_an_empty_one(body: bytes) -> None:
    assert read_key_set(body) is None
    assert read_key_set(b'{"keys": []}') == ()
