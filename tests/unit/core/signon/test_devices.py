"""Device cookies: only we can make one, and it gets old."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.ids import UserId, stable_uuid
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.secret_digests import SecretDigester
from ostiary.core.signon.devices import MAX_AGE_SECONDS, Devices
from tests.support.environments import make_environment

ENV = make_environment()
OTHER = make_environment("other", client_secrets=SecretDigester(Secret(bytes(range(32)))))
JOE, EVE = UserId(stable_uuid("joe")), UserId(stable_uuid("eve"))


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


def test_a_device_is_known_again(clock: FrozenClock) -> None:
    devices = Devices(clock)
    known = devices.read(ENV, devices.issue(ENV, JOE, None))
    assert known is not None
    assert known.user == JOE
    assert len(known.id) == 22


def test_the_next_cookie_of_a_device_is_of_the_same_device(clock: FrozenClock) -> None:
    devices = Devices(clock)
    first = devices.read(ENV, devices.issue(ENV, JOE, None))
    clock.advance(60)
    assert devices.read(ENV, devices.issue(ENV, JOE, first)) == first


def test_a_device_of_another_user_is_another_device(clock: FrozenClock) -> None:
    devices = Devices(clock)
    joes = devices.read(ENV, devices.issue(ENV, JOE, None))
    eves = devices.read(ENV, devices.issue(ENV, EVE, joes))
    assert joes is not None
    assert eves is not None
    assert eves.user == EVE
    assert eves.id != joes.id


def test_a_device_is_forgotten_after_a_year(clock: FrozenClock) -> None:
    devices = Devices(clock)
    cookie = devices.issue(ENV, JOE, None)
    clock.advance(MAX_AGE_SECONDS - 1)
    assert devices.read(ENV, cookie) is not None
    clock.advance(1)
    assert devices.read(ENV, cookie) is None


def test_a_device_is_not_known_in_another_environment(clock: FrozenClock) -> None:
    devices = Devices(clock)
    assert devices.read(OTHER, devices.issue(ENV, JOE, None)) is None


@pytest.mark.parametrize("part", range(4))
def test_no_part_of_a_cookie_can_be_changed(clock: FrozenClock, part: int) -> None:
    devices = Devices(clock)
    parts = devices.issue(ENV, JOE, None).split(".")
    assert devices.read(ENV, ".".join(parts)) is not None
    parts[part] = {0: EVE, 1: "A" * 22, 2: "9999999999"}.get(part, "A" * 43)
    assert devices.read(ENV, ".".join(parts)) is None


def test_a_cookie_fits_where_cookies_are_kept(clock: FrozenClock) -> None:
    cookie = Devices(clock).issue(ENV, JOE, None)
    assert len(cookie) <= 256
    assert set(cookie) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


@given(st.none() | st.text(max_size=300) | st.from_regex(r"\w+\.\w+\.\w+\.\w+"))
def test_nothing_that_a_stranger_makes_up_is_a_device(cookie: str | None) -> None:
    assert Devices(FrozenClock()).read(ENV, cookie) is None
