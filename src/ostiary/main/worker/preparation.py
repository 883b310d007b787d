"""How a worker gets its store prepared, without loading what only that needs."""

import base64
import time
from collections.abc import Iterable

import msgspec

from ostiary.adapters.stores.backend import StoreBackend, StoreRefusedError
from ostiary.core.admin.compiler.snapshot_compiler import compile_snapshot
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import EnvironmentId
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.configuration import StoredConfiguration
from ostiary.main.serving.exit_codes import OK, STORE_UNAVAILABLE
from ostiary.main.serving.prepare_process import run_prepare

_MOST_USERS = 100_000


class _Contents(msgspec.Struct):
    """What a store in memory begins with; users by the id of their environment."""

    stored: StoredConfiguration
    users: dict[EnvironmentId, tuple[User, ...]]


_decoder = msgspec.msgpack.Decoder(_Contents)


async def pack(store: StoreBackend, sealer: Sealer) -> str:
    """Write what a store holds, for a store in memory to begin with."""
    stored = await store.load()
    users = {
        env.id: await store.users.select(env, limit=_MOST_USERS)
        for env in _environments(stored, sealer)
    }
    return base64.b64encode(msgspec.msgpack.encode(_Contents(stored, users))).decode()


async def fill(store: StoreBackend, packed: str, sealer: Sealer) -> None:
    """Put packed contents into an empty store."""
    contents = _decoder.decode(base64.b64decode(packed))
    await store.replace(expected_version=0, put=contents.stored.documents, delete=())
    for env in _environments(contents.stored, sealer):
        await store.users.create(env, contents.users.get(env.id, ()))


def _environments(stored: StoredConfiguration, sealer: Sealer) -> Iterable[Environment]:
    return compile_snapshot(stored, sealer, now=time.time()).environments.values()


async def prepare_in_child(settings: int) -> None:
    """Migrate the store and apply the configuration file.

    Args: settings is the descriptor of the settings.
    Raises: UnavailableError; StoreRefusedError, its reason is on standard error.
    """
    code = await run_prepare(settings)
    if code == STORE_UNAVAILABLE:
        raise UnavailableError("The server is starting.", retry_after_seconds=1)
    if code != OK:
        raise StoreRefusedError("The configuration was refused; standard error says why.")
