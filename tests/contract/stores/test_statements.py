"""The SQL as written, against the schema as described and as migrated."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, NullPool, create_engine

from ostiary.adapters.stores.migrations.upgrade import configuration
from ostiary.adapters.stores.postgres import (
    authenticator_statements as postgres_authenticators,
)
from ostiary.adapters.stores.postgres import commit_statements, connecting
from ostiary.adapters.stores.postgres import device_statements as postgres_devices
from ostiary.adapters.stores.postgres import logout_statements as postgres_logout
from ostiary.adapters.stores.postgres import reference_statements as postgres_references
from ostiary.adapters.stores.postgres import sign_on_statements as postgres_sign_on
from ostiary.adapters.stores.postgres import statements as postgres_statements
from ostiary.adapters.stores.revisions import REVISIONS
from ostiary.adapters.stores.schema import metadata
from ostiary.adapters.stores.sqlite import (
    authenticator_statements as sqlite_authenticators,
)
from ostiary.adapters.stores.sqlite import device_statements as sqlite_devices
from ostiary.adapters.stores.sqlite import logout_statements as sqlite_logout
from ostiary.adapters.stores.sqlite import reference_statements as sqlite_references
from ostiary.adapters.stores.sqlite import sign_on_statements as sqlite_sign_on
from ostiary.adapters.stores.sqlite import statements as sqlite_statements

CROSS_ENVIRONMENT = {"PRUNE", "LOAD", "VERSION", "ADVANCE_VERSION", "NEGATE_VERSION"}
"""Clean-up and the configuration as a whole are about every environment."""
SQLITE = (
    sqlite_statements,
    sqlite_sign_on,
    sqlite_authenticators,
    sqlite_logout,
    sqlite_references,
    sqlite_devices,
)
POSTGRES = (
    postgres_statements,
    postgres_sign_on,
    postgres_authenticators,
    postgres_logout,
    postgres_references,
    postgres_devices,
    commit_statements,
)
WITHOUT_TABLES = {"HAS_REVISION", "REVISION", "PING", "SETTINGS", "LOCK", "LOCK_ATTEMPTS"}


def statements_of(*modules: ModuleType) -> Iterator[tuple[str, str]]:
    for name, value in (item for module in modules for item in vars(module).items()):
        if not name.isupper() or name.startswith("_"):
            continue
        if isinstance(value, str):
            yield name, value
        elif hasattr(value, "values"):
            yield from ((name, statement) for statement in value.values())


@pytest.mark.parametrize(
    ("name", "statement"),
    [pytest.param(*item, id=f"{i}-{item[0]}") for i, item in enumerate(statements_of(*SQLITE))],
)
def test_every_statement_of_sqlite_fits_the_schema(
    sqlite_template: Path, name: str, statement: str
) -> None:
    connection = sqlite3.connect(sqlite_template)
    try:
        connection.execute(f"EXPLAIN {statement}", (None,) * statement.count("?"))
    finally:
        connection.close()


def test_every_statement_of_postgres_fits_the_schema(migrated_postgres_url: str) -> None:
    prepared = 0
    with psycopg.connect(**connecting.parameters(migrated_postgres_url)) as connection:
        for _, statement in statements_of(*POSTGRES):
            parts = statement.split("%b")
            numbered = "".join(f"{part}${n}" for n, part in enumerate(parts[:-1], 1)) + parts[-1]
            connection.execute(f"PREPARE one AS {numbered}".encode())
            connection.execute("DEALLOCATE one")
            prepared += 1
    assert prepared > 200


@pytest.mark.parametrize("modules", [SQLITE, POSTGRES], ids=["sqlite", "postgres"])
def test_SEC_226_every_statement_about_tenants_names_the_environment(
    modules: tuple[ModuleType, ...],
) -> None:
    for name, statement in statements_of(*modules):
        if name in CROSS_ENVIRONMENT | WITHOUT_TABLES:
            continue
        compares = (
            "environment = ?" in statement
            or "environment = %b" in statement
            or ".environment = " in statement
        )
        inserts = "(environment, " in statement and "INSERT" in statement
        assert compares or inserts, name


@pytest.mark.parametrize(
    "name",
    [
        *("FIND_REDEEMED", "FIND_TOKEN", "IS_REVOKED", "DELETE_TOKEN", "PRUNE"),
        *("FIND_USER", "FIND_USER_BY_NAME", "SELECT_USERS", "UPDATE_USER", "DELETE_USER"),
        "SELECT_USERS_BY_ADDRESS",
        *("FIND_FAILURES", "DELETE_FAILURES", "UNLOCK", "FIND_STANDING", "DELETE_TRIAL"),
        *("MOVE_FLOW", "END_FLOW", "FIND_FLOW", "FIND_SESSION", "FIND_PERSISTENT_SESSION"),
        *("FIND_SESSION_BY_ID", "FIND_OTHER_SESSION", "TOUCH_SESSION", "END_SESSION"),
        *("END_SESSIONS_OF_USER", "FIND_CODE", "ROTATE", "FIND_GRANT", "FIND_GRANT_BY_FAMILY"),
        "SPEND_CODES",
        *("REVOKE_GRANT", "REVOKE_GRANTS_OF_USER", "END_GRANTS_OF_SESSION"),
        *("END_GRANTS_OF_SESSIONS_OF_USER", "FIND_CONSENT", "DELETE_CONSENTS"),
        *("FIND_PARTICIPANTS", "MAKE_DUE", "MAKE_DUE_OF_USER", "FIND_DUE", "CLAIM"),
        *("SETTLE", "POSTPONE", "TAKE"),
        *("SELECT_AUTHENTICATORS", "FIND_AUTHENTICATOR", "FIND_AUTHENTICATOR_BY_CREDENTIAL"),
        *("UPDATE_AUTHENTICATOR", "DELETE_AUTHENTICATOR", "DELETE_AUTHENTICATORS_OF_USER"),
        *("COUNT_OPEN", "FIND_OPEN", "SLOW_DOWN", "POLL", "DECIDE"),
    ],
)
def test_look_ups_of_sqlite_never_read_a_whole_table(sqlite_template: Path, name: str) -> None:
    connection = sqlite3.connect(sqlite_template)
    try:
        for statement in (s for n, s in statements_of(*SQLITE) if n == name):
            values = (None,) * statement.count("?")
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
            steps = [row[3] for row in plan]
            assert any(step.startswith("SEARCH") for step in steps)
            for table in metadata.tables:
                assert not any(step.startswith(f"SCAN {table}") for step in steps), steps
            assert "SCAN kept" not in steps
    finally:
        connection.close()


def test_sqlite_counts_waiting_devices_in_an_index_that_has_no_others(
    sqlite_template: Path,
) -> None:
    with closing(sqlite3.connect(sqlite_template)) as connection:
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN {sqlite_devices.COUNT_OPEN}", (None,) * 4
        ).fetchall()
    assert any("COVERING INDEX device_requests_by_open_until" in row[3] for row in plan), plan


def test_postgres_counts_waiting_devices_in_an_index_that_has_no_others(
    migrated_postgres_url: str,
) -> None:
    with psycopg.connect(**connecting.parameters(migrated_postgres_url)) as connection:
        connection.execute(postgres_statements.SETTINGS)
        plan = explain(connection, postgres_devices.COUNT_OPEN)
    assert "Index Only Scan using device_requests_by_open_until" in plan, plan


def test_no_statement_of_postgres_reads_a_whole_table(migrated_postgres_url: str) -> None:
    checked = 0
    with psycopg.connect(**connecting.parameters(migrated_postgres_url)) as connection:
        connection.execute(postgres_statements.SETTINGS)
        for name, statement in statements_of(*POSTGRES):
            if name in WITHOUT_TABLES | {"LOAD"}:
                continue
            plan = explain(connection, statement)
            assert "Seq Scan" not in plan, name
            # An index is read whole where no condition stands behind the scan.
            scans = re.split(r"Index (?:Only )?Scan", plan)[1:]
            assert all(re.match(r".*\n +Index Cond", scan) for scan in scans), (name, plan)
            checked += 1
    assert checked > 200


def explain(connection: psycopg.Connection[tuple[str, ...]], statement: str) -> str:
    parts = statement.split("%b")
    numbered = "".join(f"{part}${n}" for n, part in enumerate(parts[:-1], 1)) + parts[-1]
    nulls = f"({', '.join(['NULL'] * (len(parts) - 1))})" if len(parts) > 1 else ""
    connection.execute(f"PREPARE one AS {numbered}".encode())
    rows = connection.execute(f"EXPLAIN EXECUTE one{nulls}".encode()).fetchall()
    connection.execute("DEALLOCATE one")
    return "\n".join(row[0] for row in rows)


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "sqlite":
        path = request.getfixturevalue("sqlite_template")
        return create_engine(f"sqlite:///{path}", poolclass=NullPool)
    url = request.getfixturevalue("migrated_postgres_url")
    return create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)


def test_the_migrated_schema_is_the_described_one(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_revisions_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory.from_config(configuration())

    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS
