"""The limiter counts failures, in windows, for callers as they are reached over the network."""

import sys

import pytest

from ostiary.adapters import limiter as module
from ostiary.adapters.limiter import (
    DEFAULT_ALLOWANCES,
    Allowance,
    WindowLimiter,
    with_flows_per_minute,
)
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.errors import TooManyAttemptsError
from tests.support.environments import make_environment

ENV = make_environment()
ALLOWANCES = {"client": Allowance(3, 60), "address": Allowance(5, 60)}
V4 = "192.0.2.1"


def _limiter(clock: FrozenClock | None = None) -> WindowLimiter:
    return WindowLimiter(clock or FrozenClock(), ALLOWANCES)


def _fail(limiter: WindowLimiter, *subject: str, times: int = 3) -> None:
    for _ in range(times):
        limiter.count(ENV, subject)


def _is_refused(limiter: WindowLimiter, *subject: str) -> bool:
    try:
        limiter.check(ENV, subject)
    except TooManyAttemptsError:
        return True
    return False


def test_SEC_55_the_allowance_is_used_up_by_failures_only() -> None:
    limiter = _limiter()
    for _ in range(10):
        limiter.check(ENV, ("client", "a", V4))
    _fail(limiter, "client", "a", V4, times=2)
    assert not _is_refused(limiter, "client", "a", V4)
    _fail(limiter, "client", "a", V4, times=1)
    assert _is_refused(limiter, "client", "a", V4)


def test_what_was_counted_beforehand_and_turned_out_well_is_forgiven() -> None:
    limiter = _limiter()
    _fail(limiter, "client", "a", V4)
    limiter.forgive(ENV, ("client", "a", V4))
    assert not _is_refused(limiter, "client", "a", V4)
    _fail(limiter, "client", "a", V4, times=1)
    assert _is_refused(limiter, "client", "a", V4)


def test_nobody_gets_credit_by_being_forgiven() -> None:
    limiter = _limiter()
    limiter.forgive(ENV, ("client", "a", V4))
    _fail(limiter, "client", "a", V4)
    assert _is_refused(limiter, "client", "a", V4)


def test_SEC_55_failures_of_one_address_do_not_lock_the_client_for_others() -> None:
    limiter = _limiter()
    _fail(limiter, "client", "a", V4)
    assert _is_refused(limiter, "client", "a", V4)
    assert not _is_refused(limiter, "client", "a", "192.0.2.2")
    assert not _is_refused(limiter, "client", "b", V4)


def test_SEC_223_failures_in_one_environment_do_not_count_in_another() -> None:
    limiter = _limiter()
    _fail(limiter, "client", "a", V4)
    limiter.check(make_environment("other"), ("client", "a", V4))


def test_the_answer_says_how_long_to_wait() -> None:
    clock = FrozenClock()
    limiter = _limiter(clock)
    _fail(limiter, "client", "a", V4)
    clock.advance(19.5)
    with pytest.raises(TooManyAttemptsError) as refused:
        limiter.check(ENV, ("client", "a", V4))
    assert refused.value.retry_after_seconds == 41


def test_after_the_window_one_may_try_again() -> None:
    clock = FrozenClock()
    limiter = _limiter(clock)
    _fail(limiter, "client", "a", V4)
    clock.advance(59.9)
    assert _is_refused(limiter, "client", "a", V4)
    clock.advance(0.1)
    assert not _is_refused(limiter, "client", "a", V4)
    _fail(limiter, "client", "a", V4, times=2)
    assert not _is_refused(limiter, "client", "a", V4)


def test_one_callers_window_does_not_end_with_anothers() -> None:
    clock = FrozenClock()
    limiter = _limiter(clock)
    _fail(limiter, "client", "first", V4)
    clock.advance(30)
    _fail(limiter, "client", "second", V4)
    clock.advance(30)
    assert not _is_refused(limiter, "client", "first", V4)
    assert _is_refused(limiter, "client", "second", V4)


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    clock = FrozenClock()
    limiter = _limiter(clock)
    _fail(limiter, "client", "a", V4)
    clock.advance(-3600)
    assert not _is_refused(limiter, "client", "a", V4)
    _fail(limiter, "client", "a", V4)
    assert _is_refused(limiter, "client", "a", V4)


@pytest.mark.parametrize(
    ("one", "other", "is_same_caller"),
    [
        pytest.param("2001:db8::1", "2001:db8::ffff:2", True, id="one /64"),
        pytest.param("2001:db8::1", "2001:DB8:0:0::2", True, id="another spelling"),
        pytest.param("2001:db8::1", "2001:db8:0:1::1", False, id="another /64"),
        pytest.param("192.0.2.1", "192.0.2.2", False, id="IPv4"),
        pytest.param("::ffff:192.0.2.1", "::ffff:192.0.2.2", False, id="IPv4 on a socket for both"),
        pytest.param("::ffff:192.0.2.1", "192.0.2.1", True, id="IPv4 on both kinds of socket"),
        pytest.param("fe80::1%eth0", "fe80::2%eth0", True, id="with a zone"),
        pytest.param("", "unix", False, id="no addresses"),
    ],
)
def test_SEC_256_a_caller_is_an_address_or_an_ipv6_network(
    one: str, other: str, is_same_caller: bool
) -> None:
    limiter = _limiter()
    _fail(limiter, "address", one, times=5)
    assert _is_refused(limiter, "address", one)
    assert _is_refused(limiter, "address", other) is is_same_caller


def test_the_oldest_subjects_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SUBJECTS", 10)
    limiter = _limiter()
    _fail(limiter, "client", "first", V4)
    for number in range(9):
        _fail(limiter, "client", str(number), V4, times=1)
    assert _is_refused(limiter, "client", "first", V4)
    _fail(limiter, "client", "one more", V4, times=1)
    assert not _is_refused(limiter, "client", "first", V4)


def test_kinds_of_subjects_are_counted_apart() -> None:
    limiter = _limiter()
    _fail(limiter, "client", "a", V4)
    assert not _is_refused(limiter, "address", V4)


def test_flows_may_be_few_or_any_number_others_with_them_and_nothing_else_changes() -> None:
    assert with_flows_per_minute(600) == DEFAULT_ALLOWANCES
    few = {
        "flow": Allowance(2, 60),
        "message": Allowance(5, 600),
        "device": Allowance(5, 60),
    }
    assert with_flows_per_minute(2) == {**DEFAULT_ALLOWANCES, **few}
    limiter = WindowLimiter(FrozenClock(), with_flows_per_minute(0))
    for kind in few:
        _fail(limiter, kind, V4, times=10_000)
        assert not _is_refused(limiter, kind, V4)
    _fail(limiter, "client", "a", V4, times=10)
    assert _is_refused(limiter, "client", "a", V4)


def test_long_words_of_strangers_take_little_memory() -> None:
    limiter = _limiter()
    _fail(limiter, "client", "x" * 65536, V4)
    assert _is_refused(limiter, "client", "x" * 65536, V4)
    (key,) = limiter._counts
    assert sum(sys.getsizeof(word) for word in key) < 1024
