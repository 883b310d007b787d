"""A batch: what several callers want written, in one transaction, so that one flush serves all."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.sqlite import sign_on_statements, statements
from ostiary.core.ports.stores import AlreadyRedeemedError

RedemptionKey = tuple[str, str, bytes]
RedemptionRow = tuple[str, str, bytes, float]
TokenRow = tuple[str, bytes, float, bytes]

FAULT_POINTS = (
    "sqlite.write.begin",
    "sqlite.write.find_redeemed",
    "sqlite.write.insert_redemptions",
    "sqlite.write.insert_tokens",
    "sqlite.write.insert_codes",
    "sqlite.write.insert_flows",
    "sqlite.write.insert_grants",
    "sqlite.write.delete_token",
    "sqlite.write.insert_revoked",
    "sqlite.write.commit",
)


class Execute(Protocol):
    """Runs one statement of the batch; the first word names its fault point."""

    def __call__(self, point: str, statement: str, values: Sequence[object]) -> sqlite3.Cursor: ...


Act = Callable[[Execute], object]
"""What a write does beyond inserting rows; it returns the write's result.

It refuses by *returning* an exception, before it has changed anything. One that it raises undoes
the batch, and the others are written without it.
"""


class Write(NamedTuple):
    """What one caller wants written, all of it or nothing; every row begins with its environment.

    Args:
        now: seconds since the epoch; redemptions over by then are forgotten.
        act: done when the redemptions may be spent, before anything of the write is inserted.
        removes: the act deletes what others may have inserted just before, in the same batch.
        spends: the act spends what others may want to redeem just after, in the same batch.
    """

    now: float = 0.0
    redemptions: Sequence[RedemptionRow] = ()
    tokens: Sequence[TokenRow] = ()
    deleted_tokens: Sequence[tuple[str, bytes]] = ()
    revoked: Sequence[tuple[str, str, float]] = ()
    codes: Sequence[tuple[object, ...]] = ()
    flows: Sequence[tuple[object, ...]] = ()
    grants: Sequence[tuple[object, ...]] = ()
    act: Act | None = None
    removes: bool = False
    spends: bool = False


def perform(connection: sqlite3.Connection, writes: Sequence[Write], reach: Reach) -> list[object]:
    """Write what may be written, durably; return each one's result or its refusal, in order.

    Raises: what the database or an act raises; then nothing is written.
    """

    def execute(point: str, statement: str, values: Sequence[object]) -> sqlite3.Cursor:
        reach(f"sqlite.{point}")
        return connection.execute(statement, values)

    execute("write.begin", "BEGIN IMMEDIATE", ())
    redeemed = _find_redeemed(execute, writes)
    results: list[object] = []
    accepted: list[Write] = []
    for write in writes:
        if write.removes:
            _insert(execute, accepted)
            accepted.clear()
        result = _do(write, redeemed, execute)
        if write.spends:
            redeemed |= _find_redeemed(execute, writes)
        results.append(result)
        if not isinstance(result, Exception):
            accepted.append(write)
    _insert(execute, accepted)
    execute("write.commit", "COMMIT", ())
    return results


def _find_redeemed(execute: Execute, writes: Sequence[Write]) -> dict[RedemptionKey, float]:
    wanted = [row[:3] for write in writes for row in write.redemptions]
    redeemed: dict[RedemptionKey, float] = {}
    for size, values in statements.chunks(wanted):
        found = execute("write.find_redeemed", statements.FIND_REDEEMED[size], values)
        redeemed |= {(row[0], row[1], row[2]): row[3] for row in found}
    return redeemed


def _do(write: Write, redeemed: dict[RedemptionKey, float], execute: Execute) -> object | Exception:
    """Spend one caller's redemptions in `redeemed` and act, or do nothing and refuse."""
    if not write.redemptions:
        return None if write.act is None else write.act(execute)
    spent = {(row[0], row[1], row[2]): row[3] for row in write.redemptions}
    if len(spent) < len(write.redemptions) or any(
        redeemed.get(key, write.now) > write.now for key in spent
    ):
        return AlreadyRedeemedError()
    result = None if write.act is None else write.act(execute)
    if not isinstance(result, Exception):
        redeemed.update(spent)
    return result


def _insert(execute: Execute, writes: Sequence[Write]) -> None:
    for point, statement, rows in (
        (
            "write.insert_redemptions",
            statements.INSERT_REDEMPTIONS,
            [row for write in writes for row in write.redemptions],
        ),
        (
            "write.insert_tokens",
            statements.INSERT_TOKENS,
            [row for write in writes for row in write.tokens],
        ),
        (
            "write.insert_revoked",
            statements.INSERT_REVOKED,
            [row for write in writes for row in write.revoked],
        ),
        (
            "write.insert_codes",
            sign_on_statements.INSERT_CODES,
            [row for write in writes for row in write.codes],
        ),
        (
            "write.insert_flows",
            sign_on_statements.INSERT_FLOWS,
            [row for write in writes for row in write.flows],
        ),
        (
            "write.insert_grants",
            sign_on_statements.INSERT_GRANTS,
            [row for write in writes for row in write.grants],
        ),
    ):
        for size, values in statements.chunks(rows):
            execute(point, statement[size], values)
    for write in writes:
        for row in write.deleted_tokens:
            execute("write.delete_token", statements.DELETE_TOKEN, row)
