"""References over real processes: many pick one up at once, and one gets it."""

import json
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

from tests.support.asgi import basic_header
from tests.support.server import MINIMAL, SECRET, Server, running_server, wait_for

AT_ONCE, CONNECTIONS = 200, 16
ATTRIBUTES = {"subject": "jsmith", "groups": ["a", "b"], "name": {"given": "Joe"}}
HEADERS = {**dict([basic_header("app", SECRET)]), "Content-Type": "application/json"}
ADAPTERS = {"sample": {"username": "app", "pass_phrase": SECRET, "reference_seconds": 60}}


def configuration(**server: Any) -> Mapping[str, Any]:
    environment = {**MINIMAL["environments"]["default"], "reference_adapters": ADAPTERS}
    return {"environments": {"default": environment}, "server": server}


def pick_up_at_once(server: Server) -> list[dict[str, Any]]:
    """Drop something off, pick it up 200 times at once, and return what came back."""
    context = server.ssl_context()
    with closing(HTTPSConnection("localhost", server.ports["tls"], context=context)) as connection:
        connection.request("POST", "/ext/ref/dropoff", json.dumps(ATTRIBUTES), HEADERS)
        reference = json.loads(connection.getresponse().read())["REF"]
    start = threading.Barrier(CONNECTIONS)

    def work(_: int) -> list[dict[str, Any]]:
        return _pick_up(server, context, reference, start)

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return [found for several in pool.map(work, range(CONNECTIONS)) for found in several]


def _pick_up(
    server: Server, context: ssl.SSLContext, reference: str, start: threading.Barrier
) -> list[dict[str, Any]]:
    found = []
    with closing(HTTPSConnection("localhost", server.ports["tls"], context=context)) as connection:
        connection.connect()
        start.wait(30)
        for _ in range(AT_ONCE // CONNECTIONS + 1):
            connection.request("GET", f"/ext/ref/pickup?REF={reference}", headers=HEADERS)
            response = connection.getresponse()
            assert response.status == 200
            found.append(json.loads(response.read()))
    return found


def check_given_once(server: Server) -> None:
    for _ in range(3):
        answers = pick_up_at_once(server)
        assert len(answers) >= AT_ONCE
        assert [found for found in answers if found] == [ATTRIBUTES]


def test_SEC_167_of_200_pick_ups_one_gets_it_on_sqlite(tmp_path: Path) -> None:
    with running_server(tmp_path, configuration()) as server:
        check_given_once(server)


def test_SEC_167_of_200_pick_ups_one_gets_it_over_two_workers_on_postgres(
    tmp_path: Path, postgres_url: str
) -> None:
    given = configuration(workers=2, force_workers=True, store=postgres_url)
    with running_server(tmp_path, given) as server:
        wait_for(lambda: server.metric("ostiary_workers_ready") == 2)
        check_given_once(server)
