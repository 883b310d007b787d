"""Users looked for by what only their records say: looked at a few at a time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping

from ostiary.core.base.ids import UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.users import UserPage, Users

_USERS_AT_ONCE = 200


async def search(  # noqa: PLR0913 - one parameter a fact
    users: Users,
    env: Environment,
    matches: Callable[[User], bool] | None,
    *,
    address: str | None = None,
    after: UserId | None = None,
    limit: int,
) -> UserPage:
    """Return the next users that match, and count all that do; see `Directory.search`."""
    if matches is None and address is None:
        page = await users.scan(env, after=after, limit=limit + 1)
        return UserPage(page[:limit], await users.count(env), is_last=len(page) <= limit)
    found: list[User] = []
    total = behind = 0
    async for user in _all(users, env, address):
        if matches is not None and not matches(user):
            continue
        total += 1
        if after is None or user.id > after:
            behind += 1
            if len(found) < limit:
                found.append(user)
    return UserPage(tuple(found), total, is_last=behind <= limit)


async def count_by_population(users: Users, env: Environment) -> Mapping[str, int]:
    """Return how many users each population has."""
    return Counter([user.population async for user in _all(users, env)])


async def _all(users: Users, env: Environment, address: str | None = None) -> AsyncIterator[User]:
    after: UserId | None = None
    while True:
        if address is None:
            some = await users.scan(env, after=after, limit=_USERS_AT_ONCE)
        else:
            some = await users.select_by_address(env, address, after=after, limit=_USERS_AT_ONCE)
        for user in some:
            yield user
        if len(some) < _USERS_AT_ONCE:
            return
        after = some[-1].id
        await asyncio.sleep(0)  # a store may answer without ever waiting; others have requests too
