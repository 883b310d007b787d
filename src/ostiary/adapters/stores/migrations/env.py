"""Alembic's entry: run migrations over the connection that the caller handed in."""

from alembic import context

from ostiary.adapters.stores.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # One transaction for all of it, begun by the caller together with its lock.
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
