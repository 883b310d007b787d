"""How a worker gets its store prepared, without loading what only that needs."""

import base64

import msgspec

from ostiary.adapters.stores.backend import StoreBackend, StoreRefusedError
from ostiary.core.base.errors import UnavailableError
from ostiary.core.ports.configuration import StoredConfiguration
from ostiary.main.serving.exit_codes import OK, STORE_UNAVAILABLE
from ostiary.main.serving.prepare_process import run_prepare

_decoder = msgspec.msgpack.Decoder(StoredConfiguration)


def pack(stored: StoredConfiguration) -> str:
    """Write a configuration for a store in memory to begin with."""
    return base64.b64encode(msgspec.msgpack.encode(stored)).decode()


async def fill(store: StoreBackend, packed: str) -> None:
    """Put a packed configuration into an empty store."""
    stored = _decoder.decode(base64.b64decode(packed))
    await store.replace(expected_version=0, put=stored.documents, delete=())


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
