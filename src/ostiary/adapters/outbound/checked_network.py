"""Connections to nowhere but where a host was checked to lead.

The name is resolved once, and the address that was checked is the one that is connected to. So a
name that leads elsewhere the next time (DNS rebinding) gains nothing. TLS still asks for the name.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import httpcore2

from ostiary.adapters.outbound.resolving import Resolve
from ostiary.core.base.addresses import IPAddress, find_address
from ostiary.core.base.outbound import OutboundRefusedError, OutboundRules
from ostiary.core.ports.fetcher import FetchFailedError, FetchFailure

MAX_ADDRESSES = 4
"""So many addresses of one host are tried."""


class CheckedNetwork(httpcore2.AsyncNetworkBackend):
    """What httpcore2 connects one request by."""

    def __init__(self, rules: OutboundRules, resolve: Resolve) -> None:
        self._rules = rules
        self._resolve = resolve
        self._network = httpcore2.AnyIOBackend()
        self._stream: httpcore2.AsyncNetworkStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore2 calls it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of a host that answers, after all of them were checked.

        Raises: FetchFailedError; httpcore2's ConnectError and ConnectTimeout.
        """
        *others, last = (await self._checked(host))[:MAX_ADDRESSES]
        for address in others:
            try:
                return await self._connect(address, port, timeout)
            except httpcore2.ConnectError:
                continue  # the next one may answer
        return await self._connect(last, port, timeout)

    async def aclose(self) -> None:
        """Hang up, in whatever state the connection is; TLS may not even have begun."""
        if self._stream is not None:
            await self._stream.aclose()

    async def _connect(
        self, address: IPAddress, port: int, seconds: float | None
    ) -> httpcore2.AsyncNetworkStream:
        self._stream = await self._network.connect_tcp(str(address), port, seconds)
        return self._stream

    async def _checked(self, host: str) -> Sequence[IPAddress]:
        literal = find_address(host)
        try:
            found = [literal] if literal is not None else await self._resolve(host)
        except (OSError, UnicodeError):
            raise FetchFailedError(FetchFailure.RESOLVE) from None
        if not found:
            raise FetchFailedError(FetchFailure.RESOLVE)
        try:
            for address in found:
                self._rules.check_address(host, address)
        except OutboundRefusedError as refusal:
            raise FetchFailedError(FetchFailure(refusal.reason)) from None
        return found
