"""One token for many tasks, under asyncio and trio."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio
import pytest
from anyio.lowlevel import checkpoint

from ostiary_client.caching.refresh_policy import RefreshPolicy
from ostiary_client.caching.source import AsyncTokenSource
from ostiary_client.caching.token_request import TokenRequest
from ostiary_client.errors import InvalidClientError, OstiaryClientError, TimedOutError
from ostiary_client.tokens import AccessToken
from tests.support.played_issuer import Clock

A = TokenRequest(("a",))
TASKS = 50


@pytest.fixture(params=["asyncio", "trio"], scope="module")
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def at_once() -> None:
    await checkpoint()


@dataclass
class Server:
    """Hands out numbered tokens of an hour, and does before whatever it is told to."""

    clock: Clock = field(default_factory=Clock)
    before: Callable[[], Awaitable[None]] = at_once
    calls: int = 0

    async def fetch(self, request: TokenRequest) -> AccessToken:
        self.calls += 1
        number = self.calls
        await self.before()
        return AccessToken(f"token {number}", expires_at=self.clock() + 3600)


def source_of(server: Server) -> AsyncTokenSource:
    return AsyncTokenSource(RefreshPolicy(), server.clock, server.fetch)


async def together(source: AsyncTokenSource) -> list[AccessToken | OstiaryClientError]:
    got: list[AccessToken | OstiaryClientError] = []

    async def ask() -> None:
        try:
            got.append(await source.get(A))
        except OstiaryClientError as error:
            got.append(error)

    async with anyio.create_task_group() as tasks:
        for _ in range(TASKS):
            tasks.start_soon(ask)
    return got


async def test_many_tasks_cause_one_request() -> None:
    server = Server(before=anyio.wait_all_tasks_blocked)
    tokens = await together(source_of(server))

    assert server.calls == 1
    assert all(token is tokens[0] for token in tokens)


async def test_an_error_is_shared_by_those_who_wait() -> None:
    error = InvalidClientError("no")

    async def refuse() -> None:
        await anyio.wait_all_tasks_blocked()
        raise error

    server = Server(before=refuse)

    assert await together(source_of(server)) == [error] * TASKS
    assert server.calls == 1


async def test_another_task_takes_over_from_one_that_is_cancelled() -> None:
    server = Server(before=anyio.sleep_forever)
    source = source_of(server)
    got: list[AccessToken] = []

    async def follow() -> None:
        got.append(await source.get(A))

    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as leader:

            async def cancel() -> None:
                await anyio.wait_all_tasks_blocked()
                server.before = at_once
                leader.cancel()

            for _ in range(TASKS):
                tasks.start_soon(follow)
            tasks.start_soon(cancel)
            await source.get(A)

    assert leader.cancelled_caught
    assert server.calls == 2
    assert [token.value for token in got] == ["token 2"] * TASKS


async def test_a_task_that_waits_can_be_cancelled_alone() -> None:
    fetching, answer, waiting = anyio.Event(), anyio.Event(), anyio.CancelScope()

    async def fetch_slowly() -> None:
        fetching.set()
        await answer.wait()

    server = Server(before=fetch_slowly)
    source = source_of(server)

    async def wait() -> None:
        with waiting:
            await source.get(A)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(source.get, A)
        await fetching.wait()
        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        waiting.cancel()
        answer.set()

    assert waiting.cancelled_caught
    assert server.calls == 1
    assert (await source.get(A)).value == "token 1"


async def test_a_token_is_used_on_when_the_server_fails_to_renew_it_early() -> None:
    server = Server()
    source = source_of(server)
    old = await source.get(A)
    server.clock.pass_by(3550)

    async def fail() -> None:
        raise TimedOutError("slow")

    server.before = fail
    assert [await source.get(A) for _ in range(3)] == [old] * 3
    assert server.calls == 2


async def test_others_use_the_old_token_while_one_renews_it() -> None:
    server = Server()
    source = source_of(server)
    old = await source.get(A)
    server.clock.pass_by(3550)
    seen: list[AccessToken] = []

    async def look() -> None:
        seen.append(await source.get(A))

    server.before = look
    assert await source.get(A) is not old
    assert seen == [old]


async def test_a_token_that_ended_while_the_server_failed_is_not_used() -> None:
    server = Server()
    source = source_of(server)
    await source.get(A)
    server.clock.pass_by(3550)

    async def fail_slowly() -> None:
        server.clock.pass_by(60)
        raise TimedOutError("slow")

    server.before = fail_slowly
    with pytest.raises(TimedOutError):
        await source.get(A)


async def test_a_forgotten_token_is_fetched_again() -> None:
    source = source_of(Server())
    first = await source.get(A)
    source.forget(first.value)

    assert await source.get(A) is not first
