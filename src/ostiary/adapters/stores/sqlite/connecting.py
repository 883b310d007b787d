"""Connections to the file, set up for durable commits."""

import sqlite3
from pathlib import Path

from ostiary.adapters.stores.backend import StoreRefusedError

WRITER_BUSY_SECONDS = 2.0
"""How long a writer waits for another process, such as a command of the operator."""
READER_BUSY_SECONDS = 0.1
"""Readers block the event loop, and in WAL mode wait only while another process recovers."""
CHECKPOINT_PAGES = 4000
CACHE_KIBIBYTES = 16_384
CACHED_STATEMENTS = 64


def connect_writer(path: Path) -> sqlite3.Connection:
    """Connect for writing: a commit is on the disk when it returns."""
    connection = _connect(path, WRITER_BUSY_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_batch_writer(path: Path) -> sqlite3.Connection:
    """Connect for writing batches."""
    connection = connect_writer(path)
    # What it takes to undo a part of one: in a file it would be half as much writing again. It is
    # little, which cannot be said of what a migration sorts.
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def check_log(connection: sqlite3.Connection) -> None:
    """Refuse a place where SQLite cannot keep a write-ahead log.

    Raises: StoreRefusedError.
    """
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        raise StoreRefusedError("The store lies where SQLite cannot keep a write-ahead log.")


def connect_reader(path: Path) -> sqlite3.Connection:
    """Connect for reading only."""
    connection = _connect(path, READER_BUSY_SECONDS)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    return sqlite3.connect(
        # A file that has vanished is an error, never an empty store.
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        cached_statements=CACHED_STATEMENTS,
    )
