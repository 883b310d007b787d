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
    HOLD = "hold"
    SPEND = "spend"
    EXCHANGE = "exchange"
    """Spend something that is good in a session alone."""
    ROTATE = "rotate"
    MOVE = "move"
    END = "end"


HOLDING = frozenset({Guard.HOLD, Guard.EXCHANGE})
SPENDING = frozenset({Guard.SPEND, Guard.EXCHANGE})


class Part(StrEnum):
    """What a commit stores, in the order in which it is stored."""

    TOKENS = "tokens"
    CODES = "codes"
    GRANTS = "grants"
    SESSION = "session"
    CONSENT = "consent"
    PARTICIPATION = "participation"


_Column = tuple[str, str]
"""A name and a type."""


class _Insert(NamedTuple):
    """Rows of one table: columns with their types, and what happens to one that is there."""

    table: str
    columns: tuple[_Column, ...]
    conflict: str = ""
    order: str = ""
    """In which rows are stored that may be there, so that two batches never wait crosswise."""


_POSITION = ("position", "bigint")
_ENVIRONMENT = ("environment", "text")
_END_AND_BODY = (("expires_at", "float8"), ("body", "bytea"))
_INSERTS = {
    Part.TOKENS: _Insert("reference_tokens", (_ENVIRONMENT, ("key", "bytea"), *_END_AND_BODY)),
    Part.CODES: _Insert(
        "authorization_codes",
        (_ENVIRONMENT, ("key", "bytea"), *_END_AND_BODY, ("user_id", "text")),
    ),
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
    Part.PARTICIPATION: _Insert(
        "session_clients",
        (
            *(_ENVIRONMENT, ("session_id", "text"), ("client_id", "text")),
            *(("attempts", "bigint"), *_END_AND_BODY),
        ),
        "ON CONFLICT (environment, session_id, client_id) DO NOTHING",
        "ORDER BY wanted.environment, wanted.session_id, wanted.client_id",
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
    table, columns, conflict, order = _INSERTS[part]
    names = ", ".join(name for name, _ in columns)
    values = ", ".join(_select(name) for name, _ in columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} "  # noqa: S608 - constants
        f"FROM {_unnest((*columns, _POSITION))} {passed} {order} {conflict}"
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


def _ask(*columns: _Column) -> str:
    """Take what the callers ask for as rows, and `place` as their order."""
    arrays = ", ".join(f"%b::{kind}[]" for _, kind in columns)
    names = ", ".join(name for name, _ in columns)
    return (
        f"asked({names}, place) AS MATERIALIZED "  # noqa: S608 - made of constants
        f"(SELECT * FROM unnest({arrays}) WITH ORDINALITY), "
    )


def _spend(asked: str) -> str:
    """Spend what is asked for, in one order, so that two batches never wait crosswise."""
    return (
        "spent AS (INSERT INTO redemptions "  # noqa: S608 - made of constants
        "(environment, use, key, expires_at) "
        f"SELECT environment, use, key, expires_at FROM {asked} ORDER BY place "
        # Only the trace of a thing that is over gives way; what is still spent returns no row.
        "ON CONFLICT (environment, use, key) DO UPDATE SET expires_at = excluded.expires_at "
        "WHERE redemptions.expires_at <= %b::float8 RETURNING environment, use, key), "
        "passed AS (SELECT asked.position FROM asked JOIN spent ON "
        "spent.environment = asked.environment AND spent.use = asked.use "
        "AND spent.key = asked.key)"
    )


_THING = (("use", "text"), ("key", "bytea"), ("expires_at", "float8"))
_SESSION = ("session_id", "text")
_HOLD = (
    # Whoever ends a session deletes its row first. Either that waits for this, and sees what this
    # has stored; or this waits for that, and finds no row any more.
    "held AS MATERIALIZED (SELECT kept.environment, kept.id "
    "FROM (SELECT DISTINCT environment, session_id FROM asked) AS needed "
    "JOIN sessions AS kept ON kept.environment = needed.environment "
    "AND kept.id = needed.session_id AND kept.expires_at > %b::float8 "
    "ORDER BY kept.environment, kept.id FOR KEY SHARE OF kept), "
    "ready AS MATERIALIZED (SELECT asked.* FROM asked JOIN held "
    "ON held.environment = asked.environment AND held.id = asked.session_id), "
)
_GUARDS = {
    Guard.HOLD: (
        f"{_ask(_POSITION, _ENVIRONMENT, _SESSION)}{_HOLD}"  # noqa: S608 - made of constants
        "passed AS (SELECT position FROM ready)"
    ),
    Guard.SPEND: f"{_ask(_POSITION, _ENVIRONMENT, *_THING)}{_spend('asked')}",
    Guard.EXCHANGE: f"{_ask(_POSITION, _ENVIRONMENT, *_THING, _SESSION)}{_HOLD}{_spend('ready')}",
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


_PASSED = "JOIN passed ON passed.position = wanted.position"
# Written once: each stands in hundreds of statements.
_STORED = {part: _insert(part) for part in Part}
_STORED_IF_PASSED = {part: _insert(part, _PASSED) for part in Part}


def _compose(guard: Guard, parts: tuple[Part, ...]) -> str:
    if guard is Guard.NONE:
        *first, last = ((part, _STORED[part]) for part in parts)
        steps = ", ".join(f"{part} AS ({insert})" for part, insert in first)
        return f"WITH {steps} {last[1]}" if steps else last[1]
    stored = (f"{part} AS ({_STORED_IF_PASSED[part]})" for part in parts)
    steps = ", ".join([_GUARDS[guard], *stored])
    # Who is told why: without its session nobody gets as far as what else there is to refuse.
    ended = "SELECT position, true FROM asked WHERE position NOT IN (SELECT position FROM ready)"
    told = f" UNION ALL {ended}" if guard in HOLDING else ""
    return f"WITH {steps} SELECT position, false FROM passed{told}"  # noqa: S608 - constants


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
