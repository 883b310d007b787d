"""The SQL of commits on the shared store: whatever a commit does is one statement, and one trip.

Each is made of one guard and of what is stored behind it. The guard tells by position which of the
callers in a batch may have what they want; rows are stored for those alone. So nobody's refusal
undoes what the others do, and nothing is ever half done.
"""

from collections.abc import Mapping
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType
from typing import NamedTuple


class Guard(StrEnum):
    """What must be as expected for a commit to be done."""

    NONE = "none"
    SPEND = "spend"
    ROTATE = "rotate"
    MOVE = "move"
    END = "end"


class Part(StrEnum):
    """What a commit stores, in the order in which it is stored."""

    TOKENS = "tokens"
    CODES = "codes"
    GRANTS = "grants"
    SESSION = "session"
    CONSENT = "consent"


_Column = tuple[str, str]
"""A name and a type."""


class _Insert(NamedTuple):
    """Rows of one table: columns with their types, and what happens to one that is there."""

    table: str
    columns: tuple[_Column, ...]
    conflict: str = ""


_POSITION = ("position", "bigint")
_ENVIRONMENT = ("environment", "text")
_END_AND_BODY = (("expires_at", "float8"), ("body", "bytea"))
_INSERTS = {
    Part.TOKENS: _Insert("reference_tokens", (_ENVIRONMENT, ("key", "bytea"), *_END_AND_BODY)),
    Part.CODES: _Insert("authorization_codes", (_ENVIRONMENT, ("key", "bytea"), *_END_AND_BODY)),
    Part.GRANTS: _Insert(
        "user_grants",
        (
            *(_ENVIRONMENT, ("id", "text"), ("client_id", "text"), ("user_id", "text")),
            *(("session_id", "text"), ("family", "bytea"), ("current", "bytea")),
            *(("refresh", "bytea"), *_END_AND_BODY),
        ),
    ),
    Part.SESSION: _Insert(
        "sessions",
        (
            *(_ENVIRONMENT, ("key", "bytea"), ("id", "text"), ("persistent_key", "bytea")),
            *(("user_id", "text"), *_END_AND_BODY),
        ),
        "ON CONFLICT (environment, id) DO UPDATE SET key = excluded.key, "
        "persistent_key = excluded.persistent_key, user_id = excluded.user_id, "
        "expires_at = excluded.expires_at, body = excluded.body",
    ),
    Part.CONSENT: _Insert(
        "consents",
        (_ENVIRONMENT, ("user_id", "text"), ("client_id", "text"), ("body", "bytea")),
        "ON CONFLICT (environment, user_id, client_id) DO UPDATE SET body = excluded.body",
    ),
}
_WITH_NULLS = (Part.GRANTS, Part.SESSION)
_NULLABLE_BYTES = frozenset({"family", "current", "refresh", "persistent_key"})


def _unnest(columns: tuple[_Column, ...]) -> str:
    arrays = ", ".join(f"%b::{kind}[]" for _, kind in columns)
    names = ", ".join(name for name, _ in columns)
    return f"unnest({arrays}) AS wanted({names})"


def _select(name: str) -> str:
    return f"nullif(wanted.{name}, '')" if name in _NULLABLE_BYTES else f"wanted.{name}"


def _insert(part: Part, passed: str = "") -> str:
    """Insert what the callers want, or those of them that a guard lets pass."""
    table, columns, conflict = _INSERTS[part]
    names = ", ".join(name for name, _ in columns)
    values = ", ".join(_select(name) for name, _ in columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} "  # noqa: S608 - constants
        f"FROM {_unnest((*columns, _POSITION))} {passed} {conflict}"
    )


def _claim(change: str, expected: _Column, values: tuple[_Column, ...]) -> str:
    """Change rows that are as expected; of several who want the same, one passes."""
    name, kind = expected
    place = (_POSITION, _ENVIRONMENT, ("id", "text"), ("expected", kind), ("now", "float8"))
    return (
        f"passed AS ({change} {_unnest((*place, *values))} "
        "WHERE kept.environment = wanted.environment AND kept.id = wanted.id "
        f"AND kept.{name} = wanted.expected AND kept.expires_at > wanted.now "
        "RETURNING wanted.position)"
    )


_GUARDS = {
    Guard.SPEND: (
        "asked(position, environment, use, key, expires_at) AS MATERIALIZED (SELECT * FROM "
        "unnest(%b::bigint[], %b::text[], %b::text[], %b::bytea[], %b::float8[])), "
        "spent AS (INSERT INTO redemptions (environment, use, key, expires_at) "
        "SELECT environment, use, key, expires_at FROM asked "
        # Only the trace of a thing that is over gives way; what is still spent returns no row.
        "ON CONFLICT (environment, use, key) DO UPDATE SET expires_at = excluded.expires_at "
        "WHERE redemptions.expires_at <= %b::float8 RETURNING environment, use, key), "
        "passed AS (SELECT asked.position FROM asked JOIN spent ON "
        "spent.environment = asked.environment AND spent.use = asked.use "
        "AND spent.key = asked.key)"
    ),
    Guard.ROTATE: _claim(
        "UPDATE user_grants AS kept SET current = wanted.current, refresh = wanted.refresh FROM",
        ("current", "bytea"),
        (("current", "bytea"), ("refresh", "bytea")),
    ),
    Guard.MOVE: _claim(
        "UPDATE flows AS kept SET version = wanted.version, expires_at = wanted.expires_at, "
        "body = wanted.body FROM",
        ("version", "bigint"),
        (("version", "bigint"), *_END_AND_BODY),
    ),
    Guard.END: _claim("DELETE FROM flows AS kept USING", ("version", "bigint"), ()),
}

Shape = tuple[Guard, tuple[Part, ...]]
"""What a commit asks for; only those of one shape share a statement."""
NOTHING: Shape = (Guard.NONE, ())


def _compose(guard: Guard, parts: tuple[Part, ...]) -> str:
    if guard is Guard.NONE:
        *first, last = ((part, _insert(part)) for part in parts)
        steps = ", ".join(f"{part} AS ({insert})" for part, insert in first)
        return f"WITH {steps} {last[1]}" if steps else last[1]
    passed = "JOIN passed ON passed.position = wanted.position"
    steps = ", ".join([_GUARDS[guard], *(f"{part} AS ({_insert(part, passed)})" for part in parts)])
    return f"WITH {steps} SELECT position FROM passed"  # noqa: S608 - made of constants


COMMITS: Mapping[Shape, str] = MappingProxyType(
    {
        (guard, parts): _compose(guard, parts)
        for guard in Guard
        for count in range(len(Part) + 1)
        for parts in combinations(Part, count)
        if (guard, parts) != NOTHING
    }
)


def fill(part: Part, row: tuple[object, ...]) -> tuple[object, ...]:
    """Return a row of `part` as its statement takes it.

    Bytes that are missing are sent as none at all: an array of nothing but NULLs is taken for text.
    """
    if part not in _WITH_NULLS:
        return row
    return tuple(
        b"" if value is None and name in _NULLABLE_BYTES else value
        for (name, _), value in zip(_INSERTS[part].columns, row, strict=True)
    )
