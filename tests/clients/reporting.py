"""How a client in Python is told what to do, and reports what it saw: see docs/testing.md."""

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def read_settings() -> dict[str, Any]:
    """Read what the installation tells this program."""
    settings: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
    return settings


def report(checks: Mapping[str, Callable[[], Mapping[str, Any]]]) -> None:
    """Make every check and print what it saw, one line each."""
    for name, check in checks.items():
        try:
            line = {"check": name, "facts": dict(check())}
        except Exception:  # noqa: BLE001 - whatever the client said goes into the report
            line = {"check": name, "failure": traceback.format_exc()}
        print(json.dumps(line), flush=True)  # noqa: T201


def visit(url: str) -> str:
    """Send the person to a URL of the server, and return where the browser is in the end.

    The person signs on, approves and confirms whatever a page asks.
    """
    person = urlsplit(read_settings()["person"])
    connection = HTTPConnection(person.netloc)
    with closing(connection):
        connection.request("POST", person.path, url.encode())
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return answer.read().decode()
