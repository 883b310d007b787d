"""`ostiary token --cache` while the server fails: who waits for whom, and which token is shown."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from ostiary_cli.token_file import TokenFile
from ostiary_cli.token_lock import TokenLock
from ostiary_client.errors import (
    ConfigurationError,
    RateLimitedError,
    ServerFailedError,
    ServerUnreachableError,
    UnreadableResponseError,
)
from ostiary_client.tokens import AccessToken

PASSING = (ServerUnreachableError, RateLimitedError, ServerFailedError, UnreadableResponseError)


@dataclass
class Clock:
    """The time, which passes when a test says so."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path: Path, clock: Clock) -> TokenFile:
    """Give the test a file whose token is due from second 940, and over at 995."""
    file = TokenFile(tmp_path / "token.json", now=clock)
    file.get(_issue("old"))
    clock.now = 970
    return file


@pytest.fixture
def held() -> Iterator[ExitStack]:
    """Give the test a place for locks, which are opened at its end."""
    with ExitStack() as stack:
        yield stack


def _issue(value: str, expires_at: float = 1000) -> Callable[[], AccessToken]:
    return lambda: AccessToken(value, expires_at=expires_at)


def _fail() -> AccessToken:
    raise ServerUnreachableError("down")


def _never() -> AccessToken:
    raise AssertionError("the server was asked")


def _locked(folder: Path, held: ExitStack) -> TokenLock:
    """Return the lock as another process holds it."""
    lock = TokenLock(folder / "token.lock")
    assert held.enter_context(lock.held(may_wait=False))
    return lock


@pytest.mark.parametrize("kind", PASSING)
def test_a_token_that_is_due_outlasts_what_passes(
    kept: TokenFile, kind: type[ServerUnreachableError]
) -> None:
    def fail() -> AccessToken:
        raise kind("down")

    assert kept.get(fail).value == "old"


def test_a_token_that_ended_while_the_server_was_asked_is_not_shown(
    kept: TokenFile, clock: Clock
) -> None:
    def fail_slowly() -> AccessToken:
        clock.now = 1010
        return _fail()

    with pytest.raises(ServerUnreachableError, match="down"):
        kept.get(fail_slowly)


def test_a_server_that_failed_is_left_alone_for_a_while(kept: TokenFile, clock: Clock) -> None:
    kept.get(_fail)

    clock.now += 4
    assert kept.get(_never).value == "old"
    clock.now += 2
    assert kept.get(_issue("new", 2000)).value == "new"


def test_a_pause_ends_when_the_clock_is_set_back(kept: TokenFile, clock: Clock) -> None:
    kept.get(_fail)

    clock.now -= 1
    assert kept.get(_issue("new", 2000)).value == "new"


def test_whoever_holds_a_token_waits_for_nobody(
    kept: TokenFile, tmp_path: Path, held: ExitStack
) -> None:
    _locked(tmp_path, held)

    assert kept.get(_never).value == "old"


def test_whoever_waited_in_vain_shares_the_failure(
    kept: TokenFile, clock: Clock, tmp_path: Path, held: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = 2000
    other = _locked(tmp_path, held)

    def give_up(seconds: float) -> None:
        clock.now += 1
        TokenLock(other.path, clock).note_failure()
        held.close()

    monkeypatch.setattr("time.sleep", give_up)

    with pytest.raises(ServerUnreachableError, match="Another process asked"):
        kept.get(_never)


def test_a_failure_before_does_not_keep_anybody_from_asking(kept: TokenFile, clock: Clock) -> None:
    clock.now = 2000
    with pytest.raises(ServerUnreachableError):
        kept.get(_fail)

    assert kept.get(_issue("new", 9000)).value == "new"


def test_nobody_waits_forever_for_a_process_that_is_stopped(
    tmp_path: Path, held: ExitStack
) -> None:
    path = _locked(tmp_path, held).path

    with TokenLock(path, patience_seconds=0.1).held(may_wait=True) as is_mine:
        assert not is_mine


def test_a_folder_without_a_lock_has_no_failures(tmp_path: Path) -> None:
    assert TokenLock(tmp_path / "token.lock").failed_at() is None


@pytest.mark.parametrize("content", [b"", b"x", b"nan", b"inf", b"1e999", b"\xff"])
def test_a_note_that_is_no_time_is_no_failure(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token.lock").write_bytes(content)

    assert TokenLock(tmp_path / "token.lock").failed_at() is None


def test_a_file_system_without_locks_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(37, os.strerror(37))

    monkeypatch.setattr("fcntl.flock", refuse)

    with pytest.raises(ConfigurationError, match="--no-cache"):
        TokenFile(tmp_path / "token.json").get(_never)
