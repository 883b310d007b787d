"""Workers that are killed at some moment, and are there again."""

import os
import random
import signal
import time
from collections.abc import Sequence
from functools import partial

from tests.support.grant_client import GrantClient
from tests.support.grant_lives import lines_of
from tests.support.history import Op, Outcome
from tests.support.server import Server, wait_for

KILLS_OF_ONE_SERVER = 5
"""Before the pauses in which it starts workers get long."""


def kill_workers(server: Server, kills: int, clients: Sequence[GrantClient], op: Op) -> None:
    """Kill one of two workers at some moment, wait until there are two again, and so on.

    Args: op is what at least one of them was just doing for a client.
    """
    number = 0
    while number < kills or not has_interrupted(clients, op):
        time.sleep(random.uniform(0.005, 0.2))
        os.kill(random.choice(server.workers), signal.SIGKILL)
        number += 1
        wait_for(partial(has_replaced, server, number), 60)


def has_interrupted(clients: Sequence[GrantClient], op: Op) -> bool:
    """Tell whether a client does not know what became of a request."""
    return (op, Outcome.UNKNOWN) in {(line.op, line.outcome) for line in lines_of(clients)}


def has_replaced(server: Server, workers: int) -> bool:
    """Tell whether so many workers were replaced, and all want requests."""
    names = [f'ostiary_worker_restarts_total{{worker="{index}"}}' for index in (0, 1)]
    replaced = sum(server.metric(name) for name in names)
    return replaced >= workers and server.metric("ostiary_workers_ready") == len(names)
