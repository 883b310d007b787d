"""Accepting connections on an inherited socket, for as long as there is room for them."""

import asyncio
import contextlib
import resource
import socket
import ssl
from collections.abc import Callable, Sized
from dataclasses import dataclass, field

MOST_CONNECTIONS = 4096
SPARE_DESCRIPTORS = 64
"""For the store, logs, key files and libraries: connections never take the last descriptors."""
HANDSHAKE_SECONDS = 10.0
_CLOSE_SECONDS = 5.0
_PAUSE_SECONDS = 0.05
_BATCH = 4
"""Few at a time, so that sibling workers on the same socket get their share."""
_CONNECTIONS_FOR_EACH = 4
"""One more at a time for so many that are open: a turn of the loop serves all of them, so that
newcomers would wait ever longer for ever fewer."""
_MOST_AT_ONCE = 32
"""Those who are there wait meanwhile, and may be idle; a sibling may have more room."""


ChooseTLS = Callable[[], ssl.SSLContext | None]
"""Returns the context of the next connection; None for plain HTTP."""


def connection_limit() -> int:
    """Raise the limit of descriptors as far as allowed; how many connections fit below it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_DESCRIPTORS
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return max(limit - SPARE_DESCRIPTORS, 1)


@dataclass(slots=True)
class Room:
    """How many connections one worker may have, over all its listeners.

    Args:
        open: the connections of each listener.
        handshakes: accepted, but not yet connections.
    """

    limit: int
    open: list[Sized] = field(default_factory=list)
    handshakes: int = 0
    failed_handshakes: int = 0

    @property
    def taken(self) -> int:
        return sum(map(len, self.open)) + self.handshakes

    @property
    def is_full(self) -> bool:
        return self.taken >= self.limit


class Acceptor:
    """Accepts on one socket; pauses while the worker is full, and clients wait in the backlog."""

    def __init__(
        self,
        listening: socket.socket,
        make_protocol: Callable[[], asyncio.Protocol],
        room: Room,
        choose_tls: ChooseTLS,
    ) -> None:
        self._listening = listening
        self._make_protocol = make_protocol
        self._room = room
        self._choose_tls = choose_tls
        self._loop = asyncio.get_running_loop()
        self._handshakes: set[asyncio.Task[None]] = set()
        self._resumption: asyncio.TimerHandle | None = None
        self.pauses = 0

    def start(self) -> None:
        """Accept from now on."""
        self._resumption = None
        self._loop.add_reader(self._listening, self._accept_some)

    def stop(self) -> None:
        """Take what the kernel has accepted already, then no more."""
        self._accept(self._room.limit)
        if self._resumption is not None:
            self._resumption.cancel()
        self._loop.remove_reader(self._listening)
        self._listening.close()

    def _accept_some(self) -> None:
        grown = max(_BATCH, self._room.taken // _CONNECTIONS_FOR_EACH)
        self._accept(min(grown, _MOST_AT_ONCE))

    def _accept(self, most: int) -> None:
        for _ in range(most):
            if self._room.is_full:
                return self._pause()
            try:
                connection, _ = self._listening.accept()
            except (BlockingIOError, ConnectionAbortedError, InterruptedError):
                return None  # a sibling was quicker, or the client is gone
            except OSError:
                return self._pause()  # out of descriptors or memory
            self._welcome(connection)
        return None

    def _welcome(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._room.handshakes += 1
        task = self._loop.create_task(self._shake_hands(connection))
        self._handshakes.add(task)
        task.add_done_callback(self._handshakes.discard)

    async def _shake_hands(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            tls = self._choose_tls()
            await self._loop.connect_accepted_socket(
                self._make_protocol,
                connection,
                ssl=tls,
                ssl_handshake_timeout=HANDSHAKE_SECONDS if tls else None,
                ssl_shutdown_timeout=_CLOSE_SECONDS if tls else None,
            )
        except OSError:
            self._room.failed_handshakes += 1
            connection.close()
        finally:
            self._room.handshakes -= 1

    def _pause(self) -> None:
        """Look again soon instead of being woken for what cannot be accepted."""
        if self._resumption is None:
            self.pauses += 1
            self._loop.remove_reader(self._listening)
            self._resumption = self._loop.call_later(_PAUSE_SECONDS, self.start)
