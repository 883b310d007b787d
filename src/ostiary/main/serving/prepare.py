"""Preparing the store: migrated under its lock, and holding what the configuration file says.

`ostiary serve` does it before it becomes the parent. As a process of its own this module does it
again when the store was down then, and whenever the server is told to read its file anew.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.backend import StoreBackend, StoreRefusedError
from ostiary.adapters.stores.catalog import find_backend
from ostiary.adapters.stores.revisions import HEAD
from ostiary.core.admin.apply import Applied, ConfigurationEditor
from ostiary.core.admin.compiler.snapshot_compiler import compile_snapshot
from ostiary.core.admin.configured_users import ConfiguredUsers
from ostiary.core.admin.contents import ConfigurationBrokenError
from ostiary.core.admin.documents import Desired, describe_desired
from ostiary.core.admin.plan import Plan, PlanRefusedError
from ostiary.core.base import b64
from ostiary.core.base.clock import SystemClock
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.secret import Secret
from ostiary.core.configuration.schema import Configuration
from ostiary.core.configuration.secret_sources import SecretUnavailableError
from ostiary.core.configuration.theme_files import ThemeFileRefusedError
from ostiary.core.crypto.sealing import SealBrokenError, Sealer
from ostiary.core.model.audit.accounts import UserAdded
from ostiary.core.model.audit.administration import ConfigurationApplied
from ostiary.core.model.audit.event import Event
from ostiary.core.ports.configuration import DocumentId, VersionConflictError
from ostiary.main import new_secrets
from ostiary.main.commands.check import read_checked
from ostiary.main.hashing_threads import available_cores
from ostiary.main.serving.exit_codes import OK, REFUSED, STORE_UNAVAILABLE
from ostiary.main.serving.settings import ServeSettings
from ostiary.main.surroundings import MachineSurroundings
from ostiary.main.worker.preparation import pack
from ostiary.main.worker.record import Record


class EnvironmentsMissingError(Exception):
    """The store has environments that the file lacks; a start must not remove them."""


REFUSALS = (
    EnvironmentsMissingError,
    StoreRefusedError,
    PlanRefusedError,
    ConfigurationBrokenError,
    SecretUnavailableError,
    ThemeFileRefusedError,
    SealBrokenError,
    VersionConflictError,
)
"""What makes a start impossible; each says why."""
_OPEN_SECONDS = 4.0


def main() -> int:
    """Prepare the store of the settings whose descriptor is the only argument."""
    settings = ServeSettings.take_over(int(sys.argv[1]))
    if settings.configuration_file is None:
        return OK
    # Those of the start: this process has few of them.
    os.environ.update(settings.environ)
    configuration = read_checked(Path(settings.configuration_file), dict(settings.overrides))
    if configuration is None:
        return REFUSED
    try:
        prepare(settings, configuration)
    except UnavailableError:
        return STORE_UNAVAILABLE
    except REFUSALS as error:
        sys.stderr.write(f"ostiary: {error}\n")
        return REFUSED
    return OK


def prepare(settings: ServeSettings, configuration: Configuration) -> str:
    """Prepare the store; what one in memory holds then, packed.

    Stores: schema, documents; secrets that were made are shown or kept in files of their own.
    Raises: UnavailableError, any of `REFUSALS`.
    """
    sealer = _sealer(settings)
    prepared = asyncio.run(_prepare(settings.store, sealer, configuration))
    applied, happened = prepared.applied, list[Event](prepared.added)
    if not applied.plan.is_empty:
        happened.insert(
            0, ConfigurationApplied(applied.version, len(applied.plan.changes), "serve")
        )
    if happened:
        record = Record.open(settings.audit_file)
        for event in happened:
            record.events.emit(event)
        record.events.close()
    _hand_out(applied.plan.generated, Path(settings.data_directory))
    return prepared.packed


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What was done to a store.

    Args:
        packed: what one in memory holds now; "" for others.
    """

    applied: Applied[None]
    added: tuple[UserAdded, ...]
    packed: str


async def _prepare(url: str, sealer: Sealer, configuration: Configuration) -> _Prepared:
    store = _find(url)
    try:
        async with asyncio.timeout(_OPEN_SECONDS):
            await store.open()
    except TimeoutError as error:
        raise UnavailableError("The store does not answer.", retry_after_seconds=1) from error
    try:
        if await store.schema_revision() != HEAD:
            await store.migrate()
        desired = describe_desired(configuration, MachineSurroundings(os.environ))
        editor = ConfigurationEditor(store, sealer, SystemClock())
        applied = await editor.apply(desired, partial(_keep_environments, configuration))
        added = await _add_users(store, sealer, desired)
        packed = await pack(store, sealer) if url.startswith("memory:") else ""
        return _Prepared(applied, added, packed)
    finally:
        await store.close()


async def _add_users(
    store: StoreBackend, sealer: Sealer, desired: Desired
) -> tuple[UserAdded, ...]:
    if not desired.users:
        return ()
    clock, hashing = SystemClock(), PooledHashing(available_cores())
    users = ConfiguredUsers(store.users, hashing, clock)
    try:
        snapshot = compile_snapshot(await store.load(), sealer, now=clock.now())
        return await users.add(snapshot, await users.find_absent(snapshot, desired.users))
    finally:
        hashing.close()


def _keep_environments(configuration: Configuration, plan: Plan) -> None:
    """Refuse a plan that removes whole environments, whose keys would never come back.

    A start comes without a question, and often enough with the store of another configuration.
    """
    if not (removed := plan.removed_environments):
        return
    noun = "environment" if len(removed) == 1 else "environments"
    is_own = configuration.server.store is None
    other = "another data directory (--data-directory)" if is_own else "another server.store"
    raise EnvironmentsMissingError(
        f"this configuration has no {noun} {', '.join(removed)}, which the store has; "
        f"`ostiary apply` removes {'it' if len(removed) == 1 else 'them'}, or name {other}"
    )


def _find(url: str) -> StoreBackend:
    try:
        store = find_backend(url)
    except ValueError as error:
        raise StoreRefusedError(str(error)) from error
    if store is None:
        raise StoreRefusedError("The store's URL names no known kind of store.")
    return store


def _sealer(settings: ServeSettings) -> Sealer:
    keys = {name: Secret(b64.decode(key)) for name, key in settings.master_keys.items()}
    return Sealer(keys, settings.active_master_key)


def _hand_out(generated: Mapping[DocumentId, Secret[str]], directory: Path) -> None:
    """Show new secrets once, to a person; without one, keep each in a file for its owner."""
    if sys.stderr.isatty():
        new_secrets.show(generated, sys.stderr)
    else:
        new_secrets.keep(generated, directory)


if __name__ == "__main__":
    sys.exit(main())
