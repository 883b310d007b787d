"""The small parts of serving: settings handed down, listeners, snapshots and their sealed copy."""

import os
import socket
import threading
from pathlib import Path

import pytest

from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.ports.configuration import Document, DocumentId, StoredConfiguration
from ostiary.main.serving.listeners import ListenerRefusedError, bind, listen
from ostiary.main.serving.settings import ListenAddress, ServeSettings
from ostiary.main.worker.readiness import CONFIGURATION, STORE, Readiness
from ostiary.main.worker.snapshot_copy import SnapshotCopy
from ostiary.main.worker.snapshots import SnapshotHolder

STORED = StoredConfiguration(7, (Document(DocumentId("env", "client", "app"), b'{"a":1}'),))
STORE_URL = "postgresql://user:password@host/database"


def sealer(key: int = 1) -> Sealer:
    return Sealer({str(key): Secret(bytes([key]) * 32)}, str(key))


def serve_settings(**members: object) -> ServeSettings:
    fields: dict[str, object] = {
        "mode": "dev",
        "data_directory": "data",
        "store": STORE_URL,
        "master_keys": {"id": "key-of-32-bytes"},
        "active_master_key": "id",
        "audit_file": "audit.jsonl",
    }
    return ServeSettings(**{**fields, **members})  # type: ignore[arg-type]


def test_settings_arrive_as_they_were_handed_down() -> None:
    settings = serve_settings(
        tls=ListenAddress("::1", 9031),
        trusted_proxies=("10.0.0.0/8",),
        outbound_allow=("10.0.0.0/8",),
        outbound_ports=(443,),
        overrides=((("server", "workers"), 2),),
        initial="x" * 1_000_000,
    )
    descriptor = settings.hand_down()

    assert ServeSettings.take_over(descriptor) == settings
    assert ServeSettings.take_over(descriptor) == settings
    os.close(descriptor)


def test_SEC_244_settings_do_not_show_their_secrets() -> None:
    shown = repr(serve_settings())

    assert "password" not in shown
    assert "key-of-32-bytes" not in shown


@pytest.mark.parametrize(
    ("address", "text"), [(("127.0.0.1", 80), "127.0.0.1:80"), (("::1", 80), "[::1]:80")]
)
def test_an_address_is_written_as_in_a_url(address: tuple[str, int], text: str) -> None:
    assert str(ListenAddress(*address)) == text


def test_a_bound_socket_refuses_clients_until_it_listens() -> None:
    with bind("http", ListenAddress("127.0.0.1", 0)) as bound:
        address = bound.getsockname()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=1)
        listen("http", bound)

        socket.create_connection(address, timeout=1).close()


def test_a_taken_port_is_refused_with_advice() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            ListenerRefusedError, match=rf"port {port} is taken.*\[server.listeners\] tls"
        ):
            bind("tls", ListenAddress("127.0.0.1", port))


def test_a_port_that_gets_free_in_time_is_taken() -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    timer = threading.Timer(0.2, taken.close)
    timer.start()

    bind("tls", ListenAddress("127.0.0.1", port)).close()
    timer.join()


def test_the_copy_gives_back_what_was_saved(tmp_path: Path) -> None:
    SnapshotCopy(tmp_path, sealer(), STORE_URL).save(STORED)

    assert SnapshotCopy(tmp_path, sealer(), STORE_URL).load() == STORED
    [file] = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"app" not in file.read_bytes()


@pytest.mark.parametrize("damage", [b"", b"garbage", b"s1.1.AAAA", b"\xff\xfe"])
def test_a_damaged_copy_counts_as_none(tmp_path: Path, damage: bytes) -> None:
    copy = SnapshotCopy(tmp_path, sealer(), STORE_URL)
    copy.save(STORED)
    (tmp_path / "snapshot.sealed").write_bytes(damage)

    assert copy.load() is None


def test_the_copy_of_another_store_or_key_does_not_open(tmp_path: Path) -> None:
    SnapshotCopy(tmp_path, sealer(), STORE_URL).save(STORED)

    assert SnapshotCopy(tmp_path, sealer(), f"{STORE_URL}2").load() is None
    assert SnapshotCopy(tmp_path, sealer(2), STORE_URL).load() is None
    assert SnapshotCopy(tmp_path / "none", sealer(), STORE_URL).load() is None


def test_without_a_snapshot_the_caller_is_told_to_come_back() -> None:
    holder = SnapshotHolder()

    with pytest.raises(UnavailableError) as refused:
        _ = holder.current
    assert refused.value.retry_after_seconds > 0


def test_a_withheld_snapshot_is_served_again_at_its_latest() -> None:
    holder, first, second = SnapshotHolder(), Snapshot(1, {}), Snapshot(2, {})
    holder.swap(first)
    assert holder.current is first

    holder.withhold("why")
    holder.swap(second)
    with pytest.raises(UnavailableError):
        _ = holder.current

    holder.release()
    assert holder.current is second


def test_readiness_comes_with_the_last_missing_thing_and_is_told_once() -> None:
    told: list[tuple[bool, tuple[str, ...]]] = []
    readiness = Readiness("instance", lambda r: told.append((r.is_ready, r.missing)))
    readiness.has(STORE)
    readiness.has(CONFIGURATION)
    readiness.has(CONFIGURATION)
    readiness.lacks(STORE)

    assert told == [(False, (CONFIGURATION,)), (True, ()), (False, (STORE,))]
