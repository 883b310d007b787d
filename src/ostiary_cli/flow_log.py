"""A server's flow log, asked for at its admin listener and written for people or programs."""

import http.client
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

from ostiary_cli.rendering import show_document

FOLLOW_SECONDS = 0.5
_TIMEOUT_SECONDS = 5.0
_OK, _OFF = 200, 404
_WHY = ("problems", "code", "reason", "methods", "members")
_ANY = ("0.0.0.0", "[::]")  # noqa: S104 - to be told apart, not to listen on


class FlowLogUnavailableError(Exception):
    """The log cannot be shown; the message says why."""


def show_flows(address: str, flow: str, *, as_json: bool) -> int:
    """Write what the last flows came to; return the number of the last entry.

    Args: flow: the only one that is wanted, by its id or its mark; "" for all.
    Raises: FlowLogUnavailableError.
    """
    found = _fetch(address, flow, 0)
    if flow and not found["flows"] and not as_json:
        sys.stderr.write(f"Nothing is kept of the flow {flow!r}, or not any more.\n")
    if as_json:
        show_document(found)
    else:
        _write(map(_line, _in_order(found)))
    last: int = found["last"]
    return last


def follow_flows(address: str, flow: str, last: int, *, as_json: bool) -> None:
    """Write what comes after an entry, for as long as this runs; with `as_json` one a line.

    Raises: FlowLogUnavailableError.
    """
    while True:
        found = _fetch(address, flow, last)
        _write(map(json.dumps if as_json else _line, _in_order(found)))
        last = found["last"]
        time.sleep(FOLLOW_SECONDS)


def _fetch(address: str, flow: str, after: int) -> dict[str, Any]:
    query = urlencode({"flow": flow, "after": after})
    try:
        asked = http.client.HTTPConnection(_reachable(address), timeout=_TIMEOUT_SECONDS)
        with closing(asked) as connection:
            connection.request("GET", f"/flows?{query}")
            answer = connection.getresponse()
            body = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise FlowLogUnavailableError(
            f"No answer from the admin listener at {address}: {error}"
        ) from error
    if answer.status == _OK:
        found: dict[str, Any] = body
        return found
    if answer.status == _OFF:
        raise FlowLogUnavailableError(
            "The flow log is off: set flow_log = true in the table [server]."
        )
    raise FlowLogUnavailableError(
        f"The admin listener at {address} answers with status {answer.status}."
    )


def _reachable(address: str) -> str:
    """Return where a listener on every address of a machine is reached from that machine."""
    host, colon, port = address.rpartition(":")
    return f"127.0.0.1{colon}{port}" if host in _ANY else address


def _in_order(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield each entry with what is true of its flow, in the order of time."""
    told = [
        {name: value for name, value in flow.items() if name not in {"entries", "state", "code"}}
        | entry
        for flow in found["flows"]
        for entry in flow["entries"]
    ]
    yield from sorted(told, key=lambda entry: float(entry["at"]))


def _line(entry: Mapping[str, Any]) -> str:
    moment = time.strftime("%H:%M:%S", time.localtime(entry["at"]))
    head = f"{moment}  {entry['flow']}  {entry['client']}"
    if "event" in entry:
        words = [f"({entry['event']})"]
    else:
        step = " as ".join(dict.fromkeys(filter(None, (entry.get("step"), entry.get("kind")))))
        did, waits = entry.get("action"), entry.get("state")
        words = [step, f"<- {did}" if did else "", entry["outcome"], f"-> {waits}" if waits else ""]
    why = [str(entry[name]) for name in _WHY if entry.get(name)]
    line = "  ".join(filter(None, [head, *words, *why]))
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line)


def _write(lines: Iterator[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
