"""How a client in Python is told what to do, and reports what it saw: see docs/testing.md."""

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


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
