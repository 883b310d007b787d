"""The master key of an installation: found where the configuration says, or made once."""

import hashlib
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ostiary.core.base import b64
from ostiary.core.base.secret import Secret
from ostiary.core.configuration.schema import ServerSettings
from ostiary.core.configuration.secret_sources import Surroundings, resolve
from ostiary.core.crypto.sealing import KEY_BYTES, Sealer

FILE_NAME = "master.key"


class MasterKeyRefusedError(Exception):
    """The master key cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One master key.

    Args:
        id: derived from the key, so that what another key has sealed is recognised as such.
    """

    id: str
    key: Secret[bytes] = field(repr=False)

    @classmethod
    def of(cls, key: bytes) -> "MasterKey":
        """Name a key. Args: key has 32 bytes."""
        digest = hashlib.sha256(b"ostiary master key" + key)
        return cls(digest.hexdigest()[:8], Secret(key))

    @property
    def sealer(self) -> Sealer:
        """Seal and open with this key alone."""
        return Sealer({self.id: self.key}, self.id)

    def dump(self) -> Mapping[str, str]:
        """Return the key in base64url by its id, for a process of this server to inherit."""
        return {self.id: b64.encode(self.key.reveal())}


def find_master_key(server: ServerSettings, surroundings: Surroundings) -> MasterKey:
    """Return the key that a checked configuration names; a generated one is made once.

    Stores: `master.key` in the data directory, for its owner alone.
    Raises: MasterKeyRefusedError, SecretUnavailableError.
    """
    given = resolve(server.master_key, surroundings)
    if given is not None:
        return _parse(given.reveal(), "the master key")
    path = Path(server.data_directory) / FILE_NAME
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(path)
        if surroundings.may_others_read(str(path)):
            _object(server, f"{path} can be read by other users of this machine: chmod 600 {path}")
        return _parse(path.read_text().strip(), str(path))
    except OSError as error:
        raise MasterKeyRefusedError(f"{path}: {error.strerror}") from error


def _object(server: ServerSettings, reason: str) -> None:
    if server.mode != "dev":
        raise MasterKeyRefusedError(reason)
    sys.stderr.write(f"warning: {reason}\n")


def _make(path: Path) -> None:
    """Write a new key, whole or not at all, unless there is one."""
    if path.exists():
        return
    written = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(b64.encode(secrets.token_bytes(KEY_BYTES)) + "\n")
        file.flush()
        os.fsync(descriptor)
    try:
        os.link(written, path)
    except FileExistsError:
        pass  # another process was quicker, and its key counts
    finally:
        written.unlink()
    # What it seals from now on is lost without it, so it must survive a power failure too.
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _parse(text: str, place: str) -> MasterKey:
    try:
        key = b64.decode(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise MasterKeyRefusedError(f"{place} does not hold {KEY_BYTES} bytes in base64url")
    return MasterKey.of(key)
