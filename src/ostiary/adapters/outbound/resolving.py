"""Names become addresses, in threads of their own: a slow resolver holds up nothing else."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from ostiary.core.base.addresses import IPAddress

Resolve = Callable[[str], Awaitable[Sequence[IPAddress]]]
"""Every address of a host. Raises: OSError."""
THREADS = 4


class ThreadedResolver:
    """Asks the system's resolver; look-ups that take too long wait for each other, not for us."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="resolving")

    async def __call__(self, host: str) -> Sequence[IPAddress]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, _resolve, host)


def _resolve(host: str) -> Sequence[IPAddress]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(ip_address(place[4][0]) for place in found))
