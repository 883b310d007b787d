"""The ends of grants and sessions on the shared store, within a transaction of the caller's."""

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import sign_on_statements
from ostiary.adapters.stores.postgres.connecting import Connection

FAULT_POINTS = (
    "postgres.user_grants.delete",
    "postgres.sessions.delete",
)


async def delete_grants(
    connection: Connection, reach: Reach, statement: str, *values: str | None
) -> int:
    """Delete grants, and return how many they were.

    Args: values begin with the environment.
    """
    reach("postgres.user_grants.delete")
    return (await connection.execute(statement, values)).hit


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
    return ended.hit == 1
