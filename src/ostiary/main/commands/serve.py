"""`ostiary serve`: checks everything, prepares the store, and becomes the parent of the workers."""

import json
import os
import shlex
import socket
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from ostiary.adapters.stores.backend import StoreRefusedError
from ostiary.adapters.stores.catalog import claim_store
from ostiary.core.base.errors import UnavailableError
from ostiary.core.configuration.schema import Configuration
from ostiary.core.configuration.secret_sources import SecretUnavailableError
from ostiary.main.commands.check import read_checked
from ostiary.main.data_directory import DataDirectoryRefusedError
from ostiary.main.local_settings import LocalSettingsRefusedError, Settled, settle
from ostiary.main.master_key import MasterKeyRefusedError
from ostiary.main.serving.exit_codes import FAILED
from ostiary.main.serving.listeners import ListenerRefusedError, bind
from ostiary.main.serving.prepare import REFUSALS, prepare
from ostiary.main.serving.process_environment import for_serving
from ostiary.main.serving.settings import LISTENERS, Overrides, ServeSettings

PARENT = "ostiary.main.parent"
_STANDARD_ERROR = 2
_PLAIN_LISTENERS = MappingProxyType(
    {"http": "plain HTTP", "admin": "health, metrics and administration"}
)
_REFUSALS = (
    DataDirectoryRefusedError,
    LocalSettingsRefusedError,
    MasterKeyRefusedError,
    SecretUnavailableError,
    ListenerRefusedError,
    *REFUSALS,
)


def run(
    config: Path,
    *,
    http: str | None = None,
    workers: int | None = None,
    force_workers: bool = False,
    data_directory: Path | None = None,
) -> int:
    """Start the server in place of this process; return only when it cannot start."""
    os.umask(0o077)
    _open_standard_descriptors()
    overrides = _overrides(http, workers, data_directory, force_workers=force_workers)
    configuration = read_checked(config, overrides)
    if configuration is None:
        return FAILED
    try:
        settled = settle(config, configuration, overrides)
        # Ports first: a second start by mistake must not touch the store of the first.
        sockets = _bind_all(settled.settings)
        _claim(settled.settings.store)
        settings = _prepare(settled.settings, configuration)
    except OSError as error:
        return _refuse(f"{error.filename or 'a file'}: {error.strerror}")
    except _REFUSALS as error:
        return _refuse(str(error))
    _greet(settled, configuration)
    return _become_parent(settings, sockets)


def _open_standard_descriptors() -> None:
    """See to it that no socket of ours becomes what others take for standard output."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # Python found them closed
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - it stays open


def _overrides(
    http: str | None, workers: int | None, data_directory: Path | None, *, force_workers: bool
) -> Overrides:
    given: Mapping[tuple[str | int, ...], object] = {
        ("server", "listeners", "http"): http,
        ("server", "workers"): workers,
        ("server", "force_workers"): force_workers or None,
        ("server", "data_directory"): None if data_directory is None else str(data_directory),
    }
    return {place: value for place, value in given.items() if value is not None}


def _bind_all(settings: ServeSettings) -> dict[str, socket.socket]:
    return {
        name: bind(name, address)
        for name in LISTENERS
        if (address := settings.address(name)) is not None
    }


def _claim(store: str) -> None:
    """Keep other servers from our store for as long as this process lives, as whatever."""
    try:
        claim_store(store)
    except ValueError as error:
        raise StoreRefusedError(str(error)) from error


def _prepare(settings: ServeSettings, configuration: Configuration) -> ServeSettings:
    try:
        return replace(settings, initial=prepare(settings, configuration))
    except UnavailableError as error:
        reason = error.detail.get("store", error.description)
        sys.stderr.write(f"ostiary: the store is out of reach; waiting for it ({reason})\n")
        return replace(settings, is_prepared=False)


def _greet(settled: Settled, configuration: Configuration) -> None:
    """Tell a person where the server will be, with a command to try."""
    url = configuration.server.public_url
    sys.stderr.write(f"ostiary: serving {url} (mode {settled.settings.mode})\n")
    if settled.authority is not None:
        path = shlex.quote(str(settled.authority))
        sys.stderr.write(f"ostiary: try  curl --cacert {path} {url}/pf/heartbeat.ping\n")
    if (address := settled.settings.address("mutual_tls")) is not None:
        reached = configuration.server.mutual_tls_url or f"https://{address}"
        sys.stderr.write(f"ostiary: mutual TLS, which asks for client certificates, at {reached}\n")
    for name, purpose in _PLAIN_LISTENERS.items():
        if (address := settled.settings.address(name)) is not None:
            sys.stderr.write(f"ostiary: {purpose} at http://{address}\n")


def _become_parent(settings: ServeSettings, sockets: Mapping[str, socket.socket]) -> NoReturn:
    descriptors = {name: bound.fileno() for name, bound in sockets.items()}
    for descriptor in descriptors.values():
        os.set_inheritable(descriptor, True)
    arguments = json.dumps({"settings": settings.hand_down(), "sockets": descriptors})
    sys.stdout.flush()
    sys.stderr.flush()
    # -P: a file in the working directory must not shadow a module.
    command = [sys.executable, "-P", "-m", PARENT, arguments]
    kept = for_serving(os.environ)
    os.execve(sys.executable, command, kept)  # noqa: S606 - our own interpreter, no shell


def _refuse(reason: str) -> int:
    sys.stderr.write(f"ostiary: {reason}\n")
    return FAILED
