"""Migrate the file; SQLAlchemy and Alembic are loaded here, and only then."""

import sqlite3
from pathlib import Path

from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError

from ostiary.adapters.stores.backend import Reach, unavailable
from ostiary.adapters.stores.migrations.upgrade import upgrade
from ostiary.adapters.stores.sqlite import connecting


def migrate(path: Path, reach: Reach) -> None:
    """Bring the file to the newest schema; blocks.

    Raises: SchemaNewerError, UnavailableError.
    """
    engine = create_engine(
        "sqlite://", creator=lambda: connecting.connect_writer(path), poolclass=NullPool
    )
    try:
        upgrade(engine, lock="BEGIN IMMEDIATE", reach=reach)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise unavailable(f"{type(error).__name__}: {error}") from error
