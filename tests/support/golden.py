"""Golden documents: what a client reads, with what changes from run to run blurred.

`OSTIARY_WRITE_GOLDEN=1 pytest …` writes them anew; the difference is then for a person to judge.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support import jose
from tests.support.asgi import Answer

_SHOWN_HEADERS = ("content-type", "cache-control", "pragma", "www-authenticate", "allow")
_BLURRED: Mapping[str, str] = {
    "jti": r"[A-Za-z0-9_-]{22}",
    "p1.rid": r"[A-Za-z0-9_-]{22}",
    "kid": r"[A-Za-z0-9_-]{43}",
    "n": r"[A-Za-z0-9_-]{342}",
    "x": r"[A-Za-z0-9_-]{43}",
    "y": r"[A-Za-z0-9_-]{43}",
    "x5t#S256": r"[A-Za-z0-9_-]{43}",
    "x5c": r"[A-Za-z0-9+/]+={0,2}",
}
"""Members that differ in each run, with what they must look like all the same."""


def check_golden(path: Path, found: object) -> None:
    """Claim that `found` is what the golden file says, the order of members included."""
    text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("OSTIARY_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


def describe(answer: Answer) -> dict[str, Any]:
    """Return an answer as a golden file shows it: status, headers that matter, blurred body.

    A JWT is shown as what it says.
    """
    shown = {name: answer.header(name) for name in _SHOWN_HEADERS}
    headers = {name: value for name, value in shown.items() if value is not None}
    body = blurred(answer.json()) if answer.body else None
    return {"status": answer.status, "headers": headers, "body": body}


def blurred(value: Any, member: str = "") -> Any:
    """Return a JSON value in which everything that changes from run to run is only described."""
    match value:
        case dict():
            return {name: blurred(item, name) for name, item in value.items()}
        case list():
            return [blurred(item, member) for item in value]
        case str() if member == "access_token" and value.count(".") == 2:
            header, claims = jose.parts(value)
            return {"header": blurred(header), "claims": blurred(claims)}
        case str() if member == "access_token":
            assert re.fullmatch(r"[0-9A-Za-z]{35}", value)
            return f"<{value[:4]}, then 31 letters and digits>"
        case str() if member in _BLURRED and re.fullmatch(_BLURRED[member], value):
            return f"<{member}>"
        case _:
            return value
