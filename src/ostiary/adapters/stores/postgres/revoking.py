"""The ends of grants and sessions on the shared store, within a transaction of the caller's."""

from collections.abc import Sequence

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import logout_statements, sign_on_statements
from ostiary.adapters.stores.postgres.connecting import Connection

FAULT_POINTS = (
    "postgres.user_grants.delete",
    "postgres.sessions.delete",
    "postgres.sessions.make_due",
)


async def delete_grants(
    connection: Connection, reach: Reach, statement: str, *values: str | None
) -> int:
    """Delete grants, and return how many they were.

    Args: values begin with the environment.
    """
    reach("postgres.user_grants.delete")
    return (await connection.execute(statement, values)).hit


async def make_due(
    connection: Connection, reach: Reach, environment: str, session_ids: Sequence[str]
) -> None:
    """Have the clients of sessions told that these are over."""
    reach("postgres.sessions.make_due")
    values = (environment, list(session_ids))
    await connection.execute(logout_statements.MAKE_DUE, values)


async def end_session(
    connection: Connection, reach: Reach, environment: str, session_id: str
) -> bool:
    """Delete a session and the grants that end with it, and tell whether it was there.

    The session goes first: commits that need it keep its row from being deleted until they are
    done, and what they store is seen afterwards.
    """
    place = (environment, session_id)
    reach("postgres.sessions.delete")
    ended = await connection.execute(sign_on_statements.END_SESSION, place)
    await delete_grants(connection, reach, sign_on_statements.END_GRANTS_OF_SESSION, *place)
    await make_due(connection, reach, environment, [session_id])
    return ended.hit == 1
