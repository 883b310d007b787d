"""The one HTTPS client of the server, as far as it costs nothing until something is fetched.

Spec: OWASP Server Side Request Forgery Prevention.
"""

import asyncio
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from ostiary.adapters.outbound.resolving import Resolve, ThreadedResolver
from ostiary.core.base.outbound import OutboundRefusedError, OutboundRules, OutboundTarget
from ostiary.core.model.audit.outbound import FetchFailed
from ostiary.core.model.environment import Environment
from ostiary.core.ports.events import Events
from ostiary.core.ports.fetcher import Fetched, FetchFailedError, FetchFailure, FetchRequest

if TYPE_CHECKING:
    from ostiary.adapters.outbound.exchanging import Exchanger

TOTAL_SECONDS = 5.0


class HTTPSFetcher:
    """Implements the `Fetcher` port.

    Args:
        ca_file: certificates to be trusted beside the system's, for hosts of one's own.
    """

    def __init__(
        self,
        rules: OutboundRules,
        events: Events,
        *,
        ca_file: Path | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self._rules = rules
        self._events = events
        self._ca_file = ca_file
        self._resolve = resolve or ThreadedResolver()
        self._exchangers: dict[bool, Exchanger] = {}

    async def fetch(self, env: Environment, request: FetchRequest) -> Fetched:
        host = ""
        try:
            target = self._read(request.url)
            host = target.host
            return await self._within_time(target, request)
        except FetchFailedError as failure:
            self._events.emit(FetchFailed(env.id, request.purpose, host, failure.reason))
            raise

    def _read(self, url: str) -> OutboundTarget:
        try:
            return self._rules.read(url)
        except OutboundRefusedError as refusal:
            raise FetchFailedError(FetchFailure(refusal.reason)) from None

    async def _within_time(self, target: OutboundTarget, request: FetchRequest) -> Fetched:
        skips_name = request.skips_host_name_check
        exchanger = self._exchangers.get(skips_name)
        if exchanger is None:
            exchanger = await asyncio.to_thread(self._load, skips_name=skips_name)
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                return await exchanger.exchange(target, request)
        except TimeoutError:
            raise FetchFailedError(FetchFailure.TIME) from None

    def _load(self, *, skips_name: bool) -> "Exchanger":
        # The library and the system's certificates: 5 MB and 0.1 s that most workers save.
        from ostiary.adapters.outbound.exchanging import Exchanger  # noqa: PLC0415 - as above

        try:
            context = make_context(self._ca_file)
        except OSError:  # the file is no longer what it was when it was checked
            raise FetchFailedError(FetchFailure.TLS) from None
        context.check_hostname = not skips_name
        made = self._exchangers[skips_name] = Exchanger(self._rules, self._resolve, context)
        return made


def make_context(ca_file: Path | None) -> ssl.SSLContext:
    """Make a TLS context: certificates and names are verified.

    Raises: OSError, ssl.SSLError for a file that holds no certificates.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context
