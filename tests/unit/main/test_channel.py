"""What is only offered to the other process never waits for it."""

import asyncio
import socket

from ostiary.main.serving.channel import MAX_WAITING_BYTES, Channel


async def test_what_is_offered_arrives() -> None:
    ours, theirs = map(asyncio.ensure_future, map(Channel.over, socket.socketpair()))
    near, far = await ours, await theirs
    assert near.offer("flows", lost=1)
    assert await far.receive() == {"kind": "flows", "lost": 1}
    near.close()
    far.close()


async def test_what_is_offered_to_one_who_does_not_listen_is_dropped() -> None:
    end, silent = socket.socketpair()
    near = await Channel.over(end)
    with silent:
        taken = 0
        while near.offer("flows", entries="x" * 10_000):
            taken += 1
            assert taken * 10_000 < 16 * MAX_WAITING_BYTES
        assert taken
    near.close()


async def test_nothing_is_offered_to_one_who_is_gone() -> None:
    end, gone = socket.socketpair()
    near = await Channel.over(end)
    gone.close()
    near.close()
    assert not near.offer("flows")
