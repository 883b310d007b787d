"""Migrate the database; SQLAlchemy and Alembic are loaded here, and only then."""

from typing import Any

import psycopg
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError

from ostiary.adapters.stores.backend import Reach, unavailable
from ostiary.adapters.stores.migrations.upgrade import upgrade
from ostiary.adapters.stores.postgres import statements


def migrate(given: dict[str, Any], reach: Reach) -> None:
    """Bring the database to the newest schema; blocks.

    Raises: SchemaNewerError, UnavailableError.
    """
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: _connect(given), poolclass=NullPool
    )
    try:
        upgrade(engine, lock=statements.LOCK, reach=reach)
    except (SQLAlchemyError, psycopg.Error) as error:
        raise unavailable(f"{type(error).__name__}: {error}") from error


def _connect(given: dict[str, Any]) -> psycopg.Connection[Any]:
    connection = psycopg.connect(**given)
    # Whoever holds the lock longer is asked again later.
    connection.execute("SET lock_timeout = '20s'")
    connection.commit()
    return connection
