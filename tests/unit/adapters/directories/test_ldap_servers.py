"""Which of several servers is asked, and which is left alone for a while."""

from collections.abc import Callable

import pytest

from ostiary.adapters.directories.ldap.deadline import Deadline
from ostiary.adapters.directories.ldap.failures import ServerFailedError
from ostiary.adapters.directories.ldap.servers import Servers
from ostiary.core.model.ldap_directory import LDAPServer

ONE, TWO = LDAPServer("one.example", 636), LDAPServer("two.example", 636)


class Watched:
    """Two servers, a clock that a test moves, and what is told of them."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.told: list[tuple[str, str]] = []
        self.servers = Servers((ONE, TWO), 10.0, lambda: self.now, self._tell)

    def _tell(self, server: LDAPServer, reason: str) -> None:
        self.told.append((server.host, reason))


def test_servers_are_asked_in_their_order() -> None:
    assert Watched().servers.usable() == (ONE, TWO)


def test_a_server_that_has_failed_is_left_alone_for_a_while() -> None:
    watched = Watched()
    watched.servers.failed(ONE, "slow")

    assert watched.servers.usable() == (TWO,)
    watched.now += 10
    assert watched.servers.usable() == (ONE, TWO)


def test_a_server_whose_pause_is_over_is_tried_by_one_alone() -> None:
    watched = Watched()
    watched.servers.failed(ONE, "slow")
    watched.now += 10
    watched.servers.usable()

    assert watched.servers.usable() == (TWO,)


def test_a_failure_is_told_of_once_and_so_is_its_end() -> None:
    watched = Watched()
    for _ in range(3):
        watched.servers.failed(ONE, "slow")
    for _ in range(3):
        watched.servers.answered(ONE)

    assert watched.told == [("one.example", "slow"), ("one.example", "")]


def test_while_all_are_left_alone_nobody_waits() -> None:
    watched = Watched()
    watched.servers.failed(ONE, "slow")
    watched.servers.check()
    watched.servers.failed(TWO, "slow")

    with pytest.raises(ServerFailedError, match="paused"):
        watched.servers.check()


@pytest.mark.parametrize(("at", "left"), [(5.0, 5.0), (0.5, 0.5)])
def test_a_deadline_says_what_is_left(at: float, left: float) -> None:
    clock: Callable[[], float] = lambda: 0.0  # noqa: E731 - it stands still
    assert Deadline(at, clock).left() == left
    assert Deadline(at, clock).share(2).left() == left / 2


def test_when_nothing_is_left_it_is_over() -> None:
    with pytest.raises(ServerFailedError, match="slow"):
        Deadline(1.0, lambda: 1.0).left()
