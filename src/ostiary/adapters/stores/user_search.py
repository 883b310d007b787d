"""Users looked for by what only their records say: all of them looked at, a few at a time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from ostiary.core.base.ids import UserId
from ostiary.core.model.user import User
from ostiary.core.ports.users import UserPage

Scan = Callable[[UserId | None, int], Awaitable[Sequence[User]]]
"""Returns so many users behind an id, in the order of ids."""
_USERS_AT_ONCE = 200


async def search(
    scan: Scan,
    count: Callable[[], Awaitable[int]],
    matches: Callable[[User], bool] | None,
    *,
    after: UserId | None,
    limit: int,
) -> UserPage:
    """Return the next users that match, and count all that do."""
    if matches is None:
        users = await scan(after, limit + 1)
        return UserPage(tuple(users[:limit]), await count(), is_last=len(users) <= limit)
    found: list[User] = []
    total = behind = 0
    async for user in _all(scan):
        if not matches(user):
            continue
        total += 1
        if after is None or user.id > after:
            behind += 1
            if len(found) < limit:
                found.append(user)
    return UserPage(tuple(found), total, is_last=behind <= limit)


async def count_by_population(scan: Scan) -> Mapping[str, int]:
    """Return how many users each population has."""
    return Counter([user.population async for user in _all(scan)])


async def _all(scan: Scan) -> AsyncIterator[User]:
    after: UserId | None = None
    while True:
        users = await scan(after, _USERS_AT_ONCE)
        for user in users:
            yield user
        if len(users) < _USERS_AT_ONCE:
            return
        after = users[-1].id
        await asyncio.sleep(0)  # a store may answer without ever waiting; others have requests too
