"""A batch: what several callers want written, in one transaction, so that one flush serves all."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.sqlite import statements
from ostiary.core.ports.stores import AlreadyRedeemedError

RedemptionKey = tuple[str, str, bytes]
RedemptionRow = tuple[str, str, bytes, float]
TokenRow = tuple[str, bytes, float, bytes]

FAULT_POINTS = (
    "sqlite.write.begin",
    "sqlite.write.find_redeemed",
    "sqlite.write.insert_redemptions",
    "sqlite.write.insert_tokens",
    "sqlite.write.delete_token",
    "sqlite.write.insert_revoked",
    "sqlite.write.commit",
)


class Write(NamedTuple):
    """What one caller wants written, all of it or nothing; every row begins with its environment.

    Args:
        now: seconds since the epoch; redemptions over by then are forgotten.
    """

    now: float = 0.0
    redemptions: Sequence[RedemptionRow] = ()
    tokens: Sequence[TokenRow] = ()
    deleted_tokens: Sequence[tuple[str, bytes]] = ()
    revoked: Sequence[tuple[str, str, float]] = ()


def perform(
    connection: sqlite3.Connection, writes: Sequence[Write], reach: Reach
) -> list[AlreadyRedeemedError | None]:
    """Write what may be written, durably, and return what came of each, in order.

    Raises: what the database raises; then nothing is written.
    """
    reach("sqlite.write.begin")
    connection.execute("BEGIN IMMEDIATE")
    refused = _find_refused(connection, writes, reach)
    accepted = [write for write, error in zip(writes, refused, strict=True) if error is None]
    _insert(connection, accepted, reach)
    reach("sqlite.write.commit")
    connection.execute("COMMIT")
    return refused


def _find_refused(
    connection: sqlite3.Connection, writes: Sequence[Write], reach: Reach
) -> list[AlreadyRedeemedError | None]:
    wanted = [row[:3] for write in writes for row in write.redemptions]
    if not wanted:
        return [None] * len(writes)
    redeemed: dict[RedemptionKey, float] = {}
    for size, values in statements.chunks(wanted):
        reach("sqlite.write.find_redeemed")
        found = connection.execute(statements.FIND_REDEEMED[size], values)
        redeemed |= {(row[0], row[1], row[2]): row[3] for row in found}
    return [_redeem(write, redeemed) for write in writes]


def _redeem(write: Write, redeemed: dict[RedemptionKey, float]) -> AlreadyRedeemedError | None:
    """Spend one caller's redemptions in `redeemed`, or none of them."""
    spent = {(row[0], row[1], row[2]): row[3] for row in write.redemptions}
    if len(spent) < len(write.redemptions) or any(
        redeemed.get(key, write.now) > write.now for key in spent
    ):
        return AlreadyRedeemedError()
    redeemed.update(spent)
    return None


def _insert(connection: sqlite3.Connection, writes: Sequence[Write], reach: Reach) -> None:
    for point, statement, rows in (
        (
            "sqlite.write.insert_redemptions",
            statements.INSERT_REDEMPTIONS,
            [row for write in writes for row in write.redemptions],
        ),
        (
            "sqlite.write.insert_tokens",
            statements.INSERT_TOKENS,
            [row for write in writes for row in write.tokens],
        ),
        (
            "sqlite.write.insert_revoked",
            statements.INSERT_REVOKED,
            [row for write in writes for row in write.revoked],
        ),
    ):
        for size, values in statements.chunks(rows):
            reach(point)
            connection.execute(statement[size], values)
    for write in writes:
        for row in write.deleted_tokens:
            reach("sqlite.write.delete_token")
            connection.execute(statements.DELETE_TOKEN, row)
