"""Users' e-mail addresses, which users are found by."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ostiary.core.base.mail_addresses import is_mail_address

revision = "0006"
down_revision = "0005"

_EXACT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_ROWS_AT_ONCE = 1000
_USERS = sa.table(
    "users",
    *(sa.column(name, sa.Text) for name in ("environment", "id", "address_key")),
    sa.column("body", sa.LargeBinary),
)


def upgrade() -> None:
    """Add the column, fill it, and make its index."""
    op.add_column("users", sa.Column("address_key", _EXACT))
    connection = op.get_bind()
    whose = (_USERS.c.environment == sa.bindparam("env"), _USERS.c.id == sa.bindparam("user"))
    change = _USERS.update().where(*whose).values(address_key=sa.bindparam("key"))
    for rows in _read(connection):
        keys = [{"env": env, "user": user, "key": _key_of(body)} for env, user, body in rows]
        if found := [values for values in keys if values["key"] is not None]:
            connection.execute(change, found)
    where = sa.text("address_key IS NOT NULL")
    op.create_index(
        "users_by_address",
        "users",
        ["environment", "address_key", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("users_by_address", "users")
    op.drop_column("users", "address_key")


def _read(connection: sa.Connection) -> Iterator[list[tuple[str, str, bytes]]]:
    place = sa.tuple_(_USERS.c.environment, _USERS.c.id)
    chosen = sa.select(_USERS.c.environment, _USERS.c.id, _USERS.c.body).order_by(
        _USERS.c.environment, _USERS.c.id
    )
    after = ("", "")
    while True:
        some = connection.execute(chosen.where(place > after).limit(_ROWS_AT_ONCE)).all()
        if not some:
            return
        yield [(row[0], row[1], row[2]) for row in some]
        after = (some[-1][0], some[-1][1])


def _key_of(body: bytes) -> str | None:
    """Return what a user of this time is found by; what cannot be read is left for its reader."""
    try:
        user: Any = json.loads(body)
    except ValueError:
        return None
    attributes = user.get("attributes") if isinstance(user, Mapping) else None
    if not isinstance(attributes, Mapping):
        return None
    for name in ("email", "mail"):
        value = attributes.get(name)
        if isinstance(value, str) and is_mail_address(value):
            return value.casefold()
    return None
