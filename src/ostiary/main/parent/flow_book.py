"""The flow log: what the last flows came to at all workers; in memory, and bounded."""

import json
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

MAX_FLOWS = 200
MAX_ENTRIES = 100
"""Of one flow: the first ones are kept, and the rest is counted."""
MAX_BYTES = 2 << 20
_MARK = re.compile(r"[0-9a-f]{12}")
_OF_FLOW = ("environment", "client", "policy")
_CHANGING = ("user", "state")
Entry = dict[str, Any]


def mark_of(text: str) -> str:
    """Return what the log calls a flow, by that or by the flow's id."""
    return text if _MARK.fullmatch(text) else sha256(text.encode()).hexdigest()[:12]


@dataclass(slots=True)
class _Story:
    """One flow: what is true of all of it, and its entries in order."""

    head: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)
    left_out: int = 0
    size: int = 0

    def add(self, entry: Entry) -> int:
        """Take an entry; return by how many bytes it has grown."""
        self.head |= {name: entry[name] for name in _CHANGING if entry.get(name)}
        if entry.get("outcome") == "finished":
            self.head |= {"state": "", "ended_at": entry["at"], "code": entry.get("code", "")}
        if len(self.entries) >= MAX_ENTRIES:
            self.left_out += 1
            return 0
        self.entries.append(entry)
        grown = len(json.dumps(entry))
        self.size += grown
        return grown


class FlowBook:
    """Joins the workers' entries by flow; the flow that was quiet for longest goes first."""

    def __init__(self) -> None:
        self._stories: OrderedDict[str, _Story] = OrderedDict()
        self._size = 0
        self._last = 0
        self._lost = 0

    def take(self, worker: int, entries: Iterable[Mapping[str, Any]], lost: int) -> None:
        """Take a worker's entries. Args: lost: how many it had to drop."""
        self._lost += lost
        for entry in entries:
            self._add({**entry, "worker": worker})

    def show(self, flow: str = "", after: int = 0) -> dict[str, Any]:
        """Return the flows as plain data, the latest first.

        Args:
            flow: the id or the mark of the only one that is wanted.
            after: leave out what was shown up to that number.
        """
        wanted = mark_of(flow) if flow else None
        flows = [
            _shown(mark, story, after)
            for mark, story in reversed(self._stories.items())
            if wanted in {None, mark}
        ]
        flows = [each for each in flows if each["entries"] or not after]
        return {"flows": flows, "last": self._last, "lost": self._lost}

    def _add(self, entry: Entry) -> None:
        mark = entry.pop("flow")
        story = self._stories.get(mark)
        if story is None:
            if not entry.get("client"):
                return  # of a flow that is unknown here: anybody can make such up
            story = _Story({name: entry[name] for name in _OF_FLOW} | {"began_at": entry["at"]})
            self._stories[mark] = story
        self._stories.move_to_end(mark)
        self._last += 1
        told = {name: value for name, value in entry.items() if name not in _OF_FLOW}
        self._size += story.add({"number": self._last, **told})
        while self._size > MAX_BYTES or len(self._stories) > MAX_FLOWS:
            _, oldest = self._stories.popitem(last=False)
            self._size -= oldest.size


def _shown(mark: str, story: _Story, after: int) -> dict[str, Any]:
    new = [entry for entry in story.entries if entry["number"] > after]
    entries = sorted(new, key=lambda entry: float(entry["at"]))  # workers are heard one by one
    return {"flow": mark, **story.head, "left_out": story.left_out, "entries": entries}
