"""A task's time is bounded whatever the server sends before its answer.

A thread's is bounded only when the server falls silent: each byte of a header starts it anew.
"""

import pytest

from ostiary_client import TimedOutError
from tests.client.asking import ask_for_token
from tests.support.odd_server import METADATA, Play, never_ends, odd_server

PLAYS: dict[str, Play] = {
    "headers byte by byte": never_ends(b"HTTP/1.1 200 OK\r\nx: ", b"x", 0.005),
    "hints without end": never_ends(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.005),
}


@pytest.mark.parametrize("kind", ["asyncio", "trio"])
@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_a_server_that_never_comes_to_its_answer_is_given_up(kind: str, play: Play) -> None:
    with odd_server() as server:
        server.on(METADATA, play)

        with pytest.raises(TimedOutError):
            ask_for_token(kind, server.url, timeout_seconds=0.05)
