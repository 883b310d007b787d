"""The ends of grants and sessions on the shared store, within a transaction of the caller's."""

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import sign_on_statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.statements import REVOKE
from ostiary.adapters.stores.sign_on_records import to_grant

FAULT_POINTS = (
    "postgres.user_grants.delete",
    "postgres.user_grants.insert_revoked",
    "postgres.sessions.delete",
)


async def delete_grants(
    connection: Connection, reach: Reach, statement: str, *values: str | None
) -> int:
    """Delete grants, remember their JWTs as revoked, and return how many they were.

    Args: values begin with the environment.
    """
    reach("postgres.user_grants.delete")
    cursor = await connection.execute(statement, values, prepare=True)
    bodies = [body for (body,) in await cursor.fetchall()]
    latest: dict[str, float] = {}
    for body in bodies:
        for token_id, expires_at in to_grant(body, None).token_ids:
            latest[token_id] = max(expires_at, latest.get(token_id, expires_at))
    if latest:
        reach("postgres.user_grants.insert_revoked")
        # In one order, so that two callers never wait for each other crosswise.
        ids = sorted(latest)
        revoked = [[values[0]] * len(ids), ids, [latest[token_id] for token_id in ids]]
        await connection.execute(REVOKE, revoked, prepare=True)
    return len(bodies)


async def end_session(
    connection: Connection, reach: Reach, environment: str, session_id: str
) -> bool:
    """Delete a session and the grants that end with it, and tell whether it was there.

    The session goes first: commits that need it keep its row from being deleted until they are
    done, and what they store is seen afterwards.
    """
    place = (environment, session_id)
    reach("postgres.sessions.delete")
    cursor = await connection.execute(sign_on_statements.END_SESSION, place, prepare=True)
    await delete_grants(connection, reach, sign_on_statements.END_GRANTS_OF_SESSION, *place)
    return cursor.rowcount == 1
