"""The stored configuration, opened for the commands that look at it or change it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ostiary.adapters.delivery.by_channel import DeliveryByChannel
from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.outbound.events_log import EventsLog, gap_line
from ostiary.adapters.outbound.meters import EventMeter
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.backend import StoreBackend, StoreRefusedError, unavailable
from ostiary.adapters.stores.catalog import find_backend
from ostiary.adapters.stores.revisions import HEAD
from ostiary.core.admin.apply import Applied, ConfigurationEditor, Proposal
from ostiary.core.admin.compiler.snapshot_compiler import compile_snapshot
from ostiary.core.admin.configured_users import ConfiguredUsers
from ostiary.core.admin.contents import ConfigurationBrokenError
from ostiary.core.admin.keys.key_needs import UnknownKeySetError
from ostiary.core.admin.plan import PlanRefusedError, carry_out
from ostiary.core.admin.user_administration import (
    UnknownAuthenticatorError,
    UnknownUserError,
    UserAdministration,
)
from ostiary.core.base.clock import SystemClock
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.usernames import UsernameRefusedError
from ostiary.core.configuration import implied
from ostiary.core.configuration.schema import Configuration, ServerSettings
from ostiary.core.configuration.secret_sources import SecretUnavailableError, Surroundings, resolve
from ostiary.core.configuration.theme_files import ThemeFileRefusedError
from ostiary.core.crypto.keys import KeyRefusedError
from ostiary.core.crypto.sealing import SealBrokenError
from ostiary.core.model.audit.administration import ConfigurationApplied
from ostiary.core.model.audit.event import Event
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.ports.configuration import VersionConflictError
from ostiary.core.ports.events import Events
from ostiary.core.ports.password_hashing import PasswordHashing
from ostiary.core.ports.users import UserChangedError, UsernameTakenError
from ostiary.core.signon.ended_access import AccessLeftError
from ostiary.core.signon.new_passwords import WeakPasswordError
from ostiary.main.data_directory import DataDirectoryRefusedError, make_data_directory
from ostiary.main.hashing_threads import available_cores
from ostiary.main.master_key import MasterKeyRefusedError, find_master_key
from ostiary.main.serving.line_sink import AppendedFile, LineSink
from ostiary.main.surroundings import MachineSurroundings


class _Nowhere:
    """What a server's standard output is to a command, which has a person to answer."""

    def write(self, lines: memoryview) -> int:
        return len(lines)


@dataclass(frozen=True, slots=True)
class Administration:
    """The stored configuration in an open store, and where changes of it are recorded."""

    editor: ConfigurationEditor
    surroundings: Surroundings
    data_directory: Path
    audit_file: Path
    configured_users: ConfiguredUsers
    store: StoreBackend
    hashing: PasswordHashing

    def plan_snapshot(self, proposal: Proposal[None]) -> Snapshot:
        """Return the configuration as it will be once a proposal is carried out.

        Raises: ConfigurationBrokenError.
        """
        planned = carry_out(proposal.stored, proposal.plan)
        return compile_snapshot(planned, self.editor.sealer, now=self.editor.clock.now())

    def administrate_users(self, events: Events) -> UserAdministration:
        """Return what changes users; `events` collects what it did, for `emit`."""
        return UserAdministration(
            directory=LocalDirectory(self.store.users, self.hashing),
            attempts=self.store.attempts,
            authenticators=self.store.authenticators,
            sessions=self.store.sessions,
            user_grants=self.store.user_grants,
            hashing=self.hashing,
            # A command is over before a mail is away: whoever gives it tells the user.
            delivery=DeliveryByChannel(),
            events=events,
            clock=self.editor.clock,
            source="command",
        )

    def record(self, applied: Applied[Any], source: str) -> None:
        """Write into the audit file that the configuration was changed; `source` says by what."""
        if applied.plan.is_empty:
            return
        self.emit([ConfigurationApplied(applied.version, len(applied.plan.changes), source)])

    def emit(self, happened: Iterable[Event]) -> None:
        """Write events into the audit file; it is not made for none."""
        gathered = tuple(happened)
        if not gathered:
            return
        output = LineSink("none", _Nowhere(), gap_line)
        audit = LineSink("audit", AppendedFile(self.audit_file), gap_line)
        events = EventsLog(output, audit, EventMeter())
        for event in gathered:
            events.emit(event)
        events.close()
        if audit.lost_lines:
            sys.stderr.write(f"{self.audit_file}: the change could not be recorded there\n")


class CommandRefusedError(Exception):
    """What is asked for makes no sense here; the message says why."""


Work = Callable[[Administration], Awaitable[int]]
"""What a command does with the stored configuration; returns the exit code."""
_OPEN_SECONDS = 5.0


_REFUSALS = (
    CommandRefusedError,
    ConfigurationBrokenError,
    DataDirectoryRefusedError,
    KeyRefusedError,
    MasterKeyRefusedError,
    PlanRefusedError,
    SealBrokenError,
    SecretUnavailableError,
    StoreRefusedError,
    ThemeFileRefusedError,
    UnknownAuthenticatorError,
    UnknownKeySetError,
    UnknownUserError,
    UserChangedError,
    UsernameRefusedError,
    UsernameTakenError,
    VersionConflictError,
    WeakPasswordError,
)
"""What makes a command impossible; each says why."""


def administrate(configuration: Configuration, work: Work) -> int:
    """Run a command on the store that a checked configuration names; 1 when it is refused."""
    try:
        make_data_directory(configuration.server, choice="server.data_directory")
        return asyncio.run(_run(configuration, work))
    except AccessLeftError as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except UnavailableError as down:
        reason = f"the store does not answer: {down.detail.get('store', 'no reason given')}"
    except _REFUSALS as refusal:
        reason = str(refusal)
    except OSError as failure:
        if failure.filename is None:
            return _admit_silence(failure)
        reason = f"{failure.filename}: {failure.strerror}"
    sys.stderr.write(f"{reason}; nothing was changed\n")
    return 1


def _admit_silence(failure: OSError) -> int:
    """Tell that the answer was lost: what it was about may be done or not."""
    sys.stderr.write(
        f"not everything could be shown: {failure.strerror}; "
        "`ostiary diff` and `ostiary keys list` tell how things stand\n"
    )
    return 1


def find_store(server: ServerSettings, surroundings: Surroundings) -> StoreBackend:
    """Return the store of a checked configuration, not yet opened.

    Raises: StoreRefusedError, SecretUnavailableError.
    """
    given = resolve(server.store, surroundings) if server.store else None
    url = given.reveal() if given else implied.default_store(server)
    if url.startswith("memory:"):
        raise StoreRefusedError(
            "the store is in memory, where only the server that runs on it can see it"
        )
    try:
        store = find_backend(url)
    except ValueError as error:
        raise StoreRefusedError(str(error)) from error
    if store is None:
        raise StoreRefusedError("the URL of the store names no known kind of store")
    return store


async def _run(configuration: Configuration, work: Work) -> int:
    server, surroundings = configuration.server, MachineSurroundings(os.environ)
    sealer = find_master_key(server, surroundings).sealer
    directory = Path(server.data_directory)
    audit_file = directory / server.audit.file
    async with _opened(find_store(server, surroundings)) as store:
        clock, hashing = SystemClock(), PooledHashing(available_cores())
        editor = ConfigurationEditor(store, sealer, clock)
        configured = ConfiguredUsers(store.users, hashing, clock)
        try:
            return await work(
                Administration(
                    editor, surroundings, directory, audit_file, configured, store, hashing
                )
            )
        finally:
            hashing.close()


@asynccontextmanager
async def _opened(store: StoreBackend) -> AsyncIterator[StoreBackend]:
    try:
        async with asyncio.timeout(_OPEN_SECONDS):
            await store.open()
    except TimeoutError as error:
        raise unavailable(f"no connection within {_OPEN_SECONDS:.0f} seconds") from error
    try:
        if await store.schema_revision() != HEAD:
            await store.migrate()
        yield store
    finally:
        await store.close()
