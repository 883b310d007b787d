"""Bring one database to the newest schema, under a lock and in one transaction."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.revisions import HEAD, check_not_newer

SCRIPTS = "ostiary.adapters.stores:migrations"
FAULT_POINTS = ("migrate.lock", "migrate.upgrade", "migrate.commit", "migrate.committed")


def configuration() -> Config:
    """Describe to Alembic where the migrations are; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    return config


def upgrade(engine: Engine, *, lock: str, reach: Reach) -> None:
    """Run every migration that the database has not seen.

    Args: lock is the statement that keeps every other process out until the commit.
    Raises: SchemaNewerError, SQLAlchemyError.
    """
    config = configuration()
    with engine.connect() as connection:
        reach("migrate.lock")
        connection.exec_driver_sql(lock)
        found = MigrationContext.configure(connection).get_current_revision()
        check_not_newer(found)
        if found != HEAD:
            config.attributes["connection"] = connection
            reach("migrate.upgrade")
            command.upgrade(config, "head")
        reach("migrate.commit")
        connection.commit()
        reach("migrate.committed")
