"""Who calls: gets tokens, holds conversations, and tries once more with another token."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from ostiary_client.errors import TokenRefusedError
from ostiary_client.management.operation import Operation, Page, following
from ostiary_client.protocol.retry import RetryPolicy
from ostiary_client.tokens import AccessToken
from ostiary_client.transport import AsyncTransport, SyncTransport

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls, and waits for the answers.

    Args: forget is told of a token that was refused, so that the next one is another.
    """

    transport: SyncTransport
    policy: RetryPolicy
    token: Callable[[], AccessToken] = field(repr=False)
    forget: Callable[[AccessToken], None] = field(repr=False)

    def call(self, operation: Operation[T]) -> T:
        """Perform an operation; one whose token is refused has done nothing, and is sent again."""
        token = self.token()
        try:
            return self.transport.run(operation.perform(token, self.policy))
        except TokenRefusedError:
            self.forget(token)
            other = self.token()
            if other.value == token.value:
                raise
        return self.transport.run(operation.perform(other, self.policy))

    def each(self, operation: Operation[Page[T]]) -> Iterator[T]:
        """Yield the members of a collection; a page is asked for when its first one is wanted."""
        rest: Operation[Page[T]] | None = operation
        while rest is not None:
            found = self.call(rest)
            yield from found.items
            rest = following(rest, found)


@dataclass(frozen=True, slots=True)
class AsyncCaller:
    """`Caller`, awaited."""

    transport: AsyncTransport
    policy: RetryPolicy
    token: Callable[[], Awaitable[AccessToken]] = field(repr=False)
    forget: Callable[[AccessToken], None] = field(repr=False)

    async def call(self, operation: Operation[T]) -> T:
        """Perform an operation; one whose token is refused has done nothing, and is sent again."""
        token = await self.token()
        try:
            return await self.transport.run(operation.perform(token, self.policy))
        except TokenRefusedError:
            self.forget(token)
            other = await self.token()
            if other.value == token.value:
                raise
        return await self.transport.run(operation.perform(other, self.policy))

    async def each(self, operation: Operation[Page[T]]) -> AsyncIterator[T]:
        """Yield the members of a collection; a page is asked for when its first one is wanted."""
        rest: Operation[Page[T]] | None = operation
        while rest is not None:
            found = await self.call(rest)
            for item in found.items:
                yield item
            rest = following(rest, found)
