"""docs/operations.md lists every event and every metric, and no other."""

import ast
import re
from collections.abc import Iterator
from typing import get_args, get_type_hints

from ostiary.adapters.outbound.events_log import event_name
from ostiary.core.model.audit.event import Event
from scripts.write_docs import SOURCE
from tests.support import markdown

PAGE = markdown.DOCS / "operations.md"
_METRIC = re.compile(r"ostiary_[a-z_]+")
_SAYING = frozenset({"note", "say", "_say"})


def test_every_event_is_listed_with_its_members() -> None:
    listed = {
        markdown.codes(row[0])[0]: tuple(markdown.codes(row[1]))
        for row in markdown.rows(PAGE, below="The audit trail")
        if len(row) == 3
    }
    assert listed == {event_name(event): tuple(get_type_hints(event)) for event in get_args(Event)}


def test_every_note_about_the_processes_is_listed() -> None:
    listed = {
        name
        for row in markdown.rows(PAGE, below="The audit trail")
        if len(row) == 2
        for name in markdown.codes(row[0])
    }
    assert listed == set(_noted())


def test_every_metric_is_listed() -> None:
    listed = {markdown.codes(row[0])[0] for row in markdown.rows(PAGE, below="Metrics")}
    assert listed == set(_named()) | {
        f"ostiary_{event_name(event)}_total" for event in get_args(Event)
    }


def _noted() -> Iterator[str]:
    for call in _nodes():
        if isinstance(call, ast.Call) and call.args and _function(call) in _SAYING:
            name = call.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value


def _named() -> Iterator[str]:
    for node in _nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = _METRIC.fullmatch(node.value)
            if found:
                yield found[0]


def _nodes() -> Iterator[ast.AST]:
    for module in (SOURCE / "ostiary").rglob("*.py"):
        yield from ast.walk(ast.parse(module.read_text()))


def _function(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
