"""Keeps a worker's snapshot at the store's version: at start, every second, after an outage."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ostiary.adapters.outbound.events_log import EventsLog
from ostiary.adapters.stores.backend import StoreBackend, StoreRefusedError
from ostiary.adapters.stores.revisions import HEAD
from ostiary.core.admin.contents import ConfigurationBrokenError
from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.ports.configuration import StoredConfiguration
from ostiary.main.worker.log_bridge import describe
from ostiary.main.worker.readiness import CONFIGURATION, STORE, Readiness
from ostiary.main.worker.snapshot_copy import SnapshotCopy
from ostiary.main.worker.snapshots import SnapshotHolder

POLL_SECONDS = 1.0
_RETRY_SECONDS = 0.25
_VERSION_SECONDS = 1.5
_OPEN_SECONDS = 4.0
_LOAD_SECONDS = 60.0
_TOLERATED_FAILURES = 1
_RETRY_UNREADABLE_POLLS = 30


@dataclass
class ConfigurationKeeper:
    """Opens the store, and keeps holder, local copy and readiness at what it says.

    Args:
        compile: makes a snapshot; it may take long, so it runs in a thread.
        copy: where the last version is kept for starts without the store.
        keeps_copy: this worker writes it, for all of its siblings.
        prepare: brings schema and configuration file into the store; None waits until others have.
    """

    store: StoreBackend
    compile: Callable[[StoredConfiguration], Snapshot]
    holder: SnapshotHolder
    readiness: Readiness
    events: EventsLog
    copy: SnapshotCopy
    keeps_copy: bool
    prepare: Callable[[], Awaitable[None]] | None
    is_prepared: bool = field(default=False, init=False)
    """The store is at this version's schema, and the configuration file is applied."""
    _is_open: bool = field(default=False, init=False)
    _stored_version: int | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)
    _polls_until_retry: int = field(default=0, init=False)

    async def start(self) -> None:
        """Try the store once; without it, start from the local copy.

        Raises: StoreRefusedError when this store must not be served from.
        """
        try:
            await self._follow()
        except (UnavailableError, TimeoutError):
            self._failures = 1
            stored = await asyncio.to_thread(self.copy.load)
            if stored is not None:
                await self._take_over(stored)

    async def run(self, on_prepared: Callable[[], None]) -> None:
        """Follow the store until cancelled."""
        while True:
            await asyncio.sleep(_RETRY_SECONDS if self._failures else POLL_SECONDS)
            was_prepared = self.is_prepared
            await self._poll()
            if self.is_prepared and not was_prepared:
                on_prepared()

    async def _poll(self) -> None:
        try:
            await self._follow()
        except (UnavailableError, TimeoutError, StoreRefusedError) as error:
            self._failures += 1
            if self._failures > _TOLERATED_FAILURES or not self.is_prepared:
                self.readiness.lacks(STORE)
            if self._failures == 1:
                self.events.note(
                    "store_unavailable", failure=type(error).__name__, reason=_reason_of(error)
                )

    async def _follow(self) -> None:
        """Do the next step that is missing, up to a snapshot of the current version."""
        if not self._is_open:
            async with asyncio.timeout(_OPEN_SECONDS):
                await self.store.open()
            self._is_open = True
        if not self.is_prepared:
            await self._prepare()
        async with asyncio.timeout(_VERSION_SECONDS):
            version = await self.store.version()
            await self.store.check_room()
        self._failures = 0
        self.readiness.has(STORE)
        if version and version != self._stored_version:
            async with asyncio.timeout(_LOAD_SECONDS):
                await self._load()

    async def _prepare(self) -> None:
        if self.prepare is not None:
            await self.prepare()
        elif await self.store.schema_revision() != HEAD:
            raise UnavailableError("The server is starting.", retry_after_seconds=1)
        self.is_prepared = True

    async def _load(self) -> None:
        if self._polls_until_retry:
            self._polls_until_retry -= 1
            return
        stored = await self.store.load()
        if not await self._take_over(stored):
            self._polls_until_retry = _RETRY_UNREADABLE_POLLS
            return
        self._stored_version = stored.version
        self.events.note("configuration_loaded", version=stored.version)
        if self.keeps_copy:
            await self._save(stored)

    async def _take_over(self, stored: StoredConfiguration) -> bool:
        """Compile and swap; what cannot be compiled leaves the old configuration in force."""
        try:
            snapshot = await asyncio.to_thread(self.compile, stored)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it must not stop us
            self.events.note(
                "configuration_unreadable",
                version=stored.version,
                reason=str(error) if isinstance(error, ConfigurationBrokenError) else "",
                failure=describe(error),
            )
            return False
        self.holder.swap(snapshot)
        self.readiness.has(CONFIGURATION)
        return True

    async def _save(self, stored: StoredConfiguration) -> None:
        try:
            await asyncio.to_thread(self.copy.save, stored)
        except OSError as error:
            self.events.note("snapshot_copy_failed", reason=error.strerror)


def _reason_of(error: Exception) -> str:
    if isinstance(error, UnavailableError):
        return error.detail.get("store", error.description)
    return str(error)
