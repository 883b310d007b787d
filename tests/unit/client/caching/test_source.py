"""One token for many threads."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from ostiary_client.caching.refresh_policy import RefreshPolicy
from ostiary_client.caching.source import TokenSource
from ostiary_client.caching.token_request import TokenRequest
from ostiary_client.errors import (
    InvalidClientError,
    RateLimitedError,
    ServerFailedError,
    TimedOutError,
    UnreadableResponseError,
)
from ostiary_client.tokens import AccessToken
from tests.support.played_issuer import Clock

A, B = TokenRequest(("a",)), TokenRequest(("b",))
THREADS = 16


@dataclass
class Server:
    """Hands out numbered tokens of an hour, and does before whatever it is told to."""

    clock: Clock = field(default_factory=Clock)
    before: Callable[[], None] = lambda: None
    calls: int = 0

    def fetch(self, request: TokenRequest) -> AccessToken:
        self.calls += 1
        number = self.calls
        self.before()
        return AccessToken(f"token {number}", expires_at=self.clock() + 3600)


def source_of(server: Server) -> TokenSource:
    return TokenSource(RefreshPolicy(), server.clock, server.fetch)


class Waiting:
    """Holds the first fetch until every other thread has been seen to wait for it."""

    def __init__(self, source: TokenSource, others: int) -> None:
        self._source = source
        self._others = others
        self.everybody_waits = threading.Event()

    def __call__(self) -> None:
        assert self.everybody_waits.wait(10)

    def watch(self) -> None:
        """Let the fetch go on as soon as the others wait."""
        (flight,) = self._source._flights.values()
        with flight._condition:
            waiting = len(flight._condition._waiters)  # type: ignore[attr-defined]
        if waiting >= self._others:
            self.everybody_waits.set()


def together(source: TokenSource, server: Server) -> list[AccessToken | BaseException]:
    """Have many threads ask while one of them fetches, and return what each got."""
    waiting = Waiting(source, THREADS - 1)
    told, server.before = server.before, waiting

    def before() -> None:
        server.before = told
        waiting()
        told()

    server.before = before
    with ThreadPoolExecutor(THREADS) as threads:
        futures = [threads.submit(source.get, A) for _ in range(THREADS)]
        while not waiting.everybody_waits.wait(0.001):
            if source._flights:
                waiting.watch()
        return [future.exception() or future.result() for future in futures]


def test_a_token_is_fetched_once_and_used_again() -> None:
    server = Server()
    source = source_of(server)

    assert source.get(A) is source.get(A)
    assert server.calls == 1


def test_different_requests_get_different_tokens() -> None:
    source = source_of(Server())

    assert source.get(A) is not source.get(B)


def test_many_threads_cause_one_request() -> None:
    server = Server()
    tokens = together(source_of(server), server)

    assert server.calls == 1
    assert all(token is tokens[0] for token in tokens)


def test_an_error_is_shared_by_those_who_wait() -> None:
    server = Server()
    error = InvalidClientError("no")

    def refuse() -> None:
        raise error

    server.before = refuse
    source = source_of(server)

    assert together(source, server) == [error] * THREADS
    assert server.calls == 1


def test_an_error_is_not_kept() -> None:
    server = Server()
    source = source_of(server)

    def refuse() -> None:
        server.before = lambda: None
        raise ServerFailedError("down")

    server.before = refuse
    with pytest.raises(ServerFailedError):
        source.get(A)
    assert source.get(A).value == "token 2"


def test_another_thread_takes_over_from_one_that_is_stopped() -> None:
    server = Server()

    def stop() -> None:
        server.before = lambda: None
        raise KeyboardInterrupt

    server.before = stop
    results = together(source_of(server), server)

    assert server.calls == 2
    assert [type(result) for result in results].count(KeyboardInterrupt) == 1
    assert {result.value for result in results if isinstance(result, AccessToken)} == {"token 2"}


def test_a_token_is_renewed_before_its_end() -> None:
    server = Server()
    source = source_of(server)
    source.get(A)
    server.clock.pass_by(3550)

    assert source.get(A).value == "token 2"


def test_others_use_the_old_token_while_one_renews_it() -> None:
    server = Server()
    source = source_of(server)
    old = source.get(A)
    server.clock.pass_by(3550)
    seen: list[AccessToken] = []
    server.before = lambda: seen.append(source.get(A))

    assert source.get(A) is not old
    assert seen == [old]


PASSING = [
    TimedOutError("slow"),
    RateLimitedError("too many"),
    ServerFailedError("down"),
    UnreadableResponseError("<html>"),
]


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_a_token_is_used_on_when_the_server_fails_to_renew_it_early(error: Exception) -> None:
    server = Server()
    source = source_of(server)
    old = source.get(A)
    server.clock.pass_by(3550)
    server.before = lambda: fail(error)

    assert [source.get(A) for _ in range(3)] == [old] * 3
    assert server.calls == 2  # it is left alone for a while


def fail(error: Exception) -> None:
    raise error


def test_a_client_that_is_refused_learns_so_before_its_token_ends() -> None:
    server = Server()
    source = source_of(server)
    source.get(A)
    server.clock.pass_by(3550)
    server.before = lambda: fail(InvalidClientError("disabled"))

    with pytest.raises(InvalidClientError):
        source.get(A)


def test_a_token_that_ended_while_the_server_failed_is_not_used() -> None:
    server = Server()
    source = source_of(server)
    source.get(A)
    server.clock.pass_by(3550)

    def fail_slowly() -> None:
        server.clock.pass_by(60)
        raise TimedOutError("slow")

    server.before = fail_slowly
    with pytest.raises(TimedOutError):
        source.get(A)


def test_a_token_that_was_forgotten_while_the_server_failed_is_not_used() -> None:
    server = Server()
    source = source_of(server)
    old = source.get(A)
    server.clock.pass_by(3550)

    def fail_after_a_revocation() -> None:
        source.forget(old.value)
        raise TimedOutError("slow")

    server.before = fail_after_a_revocation
    with pytest.raises(TimedOutError):
        source.get(A)


def test_a_clock_that_was_set_back_costs_one_more_request() -> None:
    server = Server()
    source = source_of(server)
    source.get(A)
    server.clock.pass_by(-100_000)

    assert source.get(A).value == "token 2"
    assert source.get(A).value == "token 2"


def test_a_token_whose_life_nobody_knows_is_fetched_for_each_use() -> None:
    calls: list[TokenRequest] = []

    def fetch(request: TokenRequest) -> AccessToken:
        calls.append(request)
        return AccessToken("abc")

    source = TokenSource(RefreshPolicy(), Clock(), fetch)
    source.get(A)
    source.get(A)

    assert calls == [A, A]


def test_a_forgotten_token_is_fetched_again() -> None:
    source = source_of(Server())
    first = source.get(A)
    source.forget("another")
    assert source.get(A) is first

    source.forget(first.value)
    assert source.get(A) is not first
