"""A sealed copy of the stored configuration on disk: to start from while the store is down."""

import hashlib
import os
from pathlib import Path

import msgspec

from ostiary.core.crypto.sealing import SealBrokenError, Sealer
from ostiary.core.ports.configuration import StoredConfiguration

FILE_NAME = "snapshot.sealed"
_decoder = msgspec.msgpack.Decoder(StoredConfiguration)


class SnapshotCopy:
    """Keeps the last configuration that was read from one store.

    Args:
        store: URL of the store; the copy of another one does not open.
    """

    def __init__(self, directory: Path, sealer: Sealer, store: str) -> None:
        self._path = directory / FILE_NAME
        self._sealer = sealer
        self._context = f"snapshot|{hashlib.sha256(store.encode()).hexdigest()}"

    def save(self, stored: StoredConfiguration) -> None:
        """Replace the copy, as one.

        Raises: OSError.
        """
        sealed = self._sealer.seal(msgspec.msgpack.encode(stored), context=self._context)
        written = self._path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            written.replace(self._path)
        except OSError:
            written.unlink(missing_ok=True)
            raise

    def load(self) -> StoredConfiguration | None:
        """Return the copy, or None when there is none that opens."""
        try:
            sealed = self._path.read_text()
            return _decoder.decode(self._sealer.open(sealed, context=self._context))
        except (OSError, UnicodeDecodeError, SealBrokenError, msgspec.DecodeError):
            return None
