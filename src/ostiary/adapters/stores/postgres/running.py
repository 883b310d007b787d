"""What runs alone on a connection: reads, and writes in transactions of their own."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres.connecting import Connection

T = TypeVar("T")


class Alone(Protocol):
    """Runs a job on a connection that nobody else uses meanwhile."""

    def __call__(self, job: Callable[[Connection], Awaitable[T]]) -> Awaitable[T]: ...


class Runner:
    """Reads, and writes in transactions, with a fault point at every turn."""

    def __init__(self, read: Alone, write: Alone, reach: Reach) -> None:
        self._read_alone = read
        self._write_alone = write
        self.reach = reach

    async def read(self, verb: str, statement: str, *values: object) -> list[Any]:
        """Return the rows of a query."""

        async def job(connection: Connection) -> list[Any]:
            self.reach(f"postgres.{verb}")
            return (await connection.execute(statement, values)).rows

        return await self._read_alone(job)

    async def write(self, verb: str, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do some work in one transaction."""

        async def job(connection: Connection) -> T:
            self.reach(f"postgres.{verb}.begin")
            async with connection.transaction():
                result = await work(connection)
                self.reach(f"postgres.{verb}.commit")
            self.reach(f"postgres.{verb}.committed")
            return result

        return await self._write_alone(job)

    async def write_at_once(self, verb: str, statement: str, values: Sequence[object]) -> int:
        """Run one statement, which is a transaction of its own; return how many rows it hit."""

        async def job(connection: Connection) -> int:
            self.reach(f"postgres.{verb}.execute")
            answer = await connection.execute(statement, values)
            self.reach(f"postgres.{verb}.executed")
            return answer.hit

        return await self._write_alone(job)
