"""Events as lines of JSON that nothing in them can break."""

import json
import re
from typing import Any, get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ostiary.adapters.outbound.events_log import EventsLog, event_name, gap_line, stamp
from ostiary.adapters.outbound.meters import EVENT_LABELS, EventMeter
from ostiary.core.base.ids import ClientId, EnvironmentId, TokenId, TokenManagerId
from ostiary.core.model.audit.administration import ConfigurationApplied
from ostiary.core.model.audit.event import Event
from ostiary.core.model.audit.tokens import TokenIssued
from ostiary.main.serving.line_sink import LineSink


class Kept:
    """A target in memory."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, lines: memoryview) -> int:
        self.content += bytes(lines)
        return len(lines)


class Log:
    """An events log whose lines can be read back."""

    def __init__(self) -> None:
        self.output, self.audit = Kept(), Kept()
        self.meter = EventMeter()
        self.events = EventsLog(
            LineSink("output", self.output, gap_line),
            LineSink("audit", self.audit, gap_line),
            self.meter,
        )

    def lines(self) -> list[dict[str, Any]]:
        """Close the log, and return what it wrote to the audit trail."""
        self.events.close()
        return [json.loads(line) for line in self.audit.content.splitlines()]


def issued(client: str = "app", address: str = "127.0.0.1") -> TokenIssued:
    return TokenIssued(
        environment=EnvironmentId("env"),
        client=ClientId(client),
        grant_type="client_credentials",
        manager=TokenManagerId("default"),
        token_id=TokenId("id"),
        scope="api:read",
        address=address,
    )


def test_an_event_becomes_one_line_with_time_name_and_fields() -> None:
    log = Log()
    log.events.emit(issued())

    [line] = log.lines()
    assert list(line)[:2] == ["time", "event"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line.pop("event") == "token_issued"
    assert line == msgspec.to_builtins(issued())


def test_both_sinks_get_the_same_events_and_notes_go_to_output_alone() -> None:
    log = Log()
    log.events.emit(issued())
    log.events.note("started", workers=2, reason='a "quoted" one\n')
    log.events.emit(issued("other"))
    log.events.close()

    assert log.output.content.count(b"\n") == 3
    assert log.audit.content.count(b"\n") == 2
    note = json.loads(log.output.content.splitlines()[0])
    assert (note["event"], note["workers"]) == ("started", 2)
    assert note["reason"] == 'a "quoted" one\n'


@given(client=st.text(), address=st.text())
def test_SEC_243_whatever_a_field_holds_a_line_is_printable_ascii(
    client: str, address: str
) -> None:
    log = Log()
    log.events.emit(issued(client, address))

    [line] = log.lines()
    assert (line["client"], line["address"]) == (client, address)
    assert not re.search(rb"[^\x20-\x7e\n]", log.audit.content)
    assert log.audit.content.count(b"\n") == 1


def test_a_lone_surrogate_is_written_as_an_escape() -> None:
    log = Log()
    log.events.emit(issued("\ud800"))
    log.events.emit(issued("next"))

    assert [line["client"] for line in log.lines()] == ["\ud800", "next"]


def test_every_event_has_a_name_and_its_labels_are_fields() -> None:
    for event_type in get_args(Event):
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", event_name(event_type))
        assert set(EVENT_LABELS[event_type]) <= set(event_type.__struct_fields__)


def test_much_is_handed_over_without_waiting_for_a_flush() -> None:
    log = Log()
    for _ in range(1000):
        log.events.emit(issued())
    for sink in log.events._sinks:
        sink.close(5)

    assert log.audit.content.count(b"\n") > 800


def test_an_event_with_few_fields_is_a_line_too() -> None:
    log = Log()
    log.events.emit(ConfigurationApplied(version=3, changes=1, source="test"))

    assert log.lines()[0]["version"] == 3


def test_time_is_written_in_utc_to_the_millisecond() -> None:
    assert stamp(1_750_000_000.0426) == b'{"time":"2025-06-15T15:06:40.042Z","event":'


def test_a_gap_says_how_much_is_missing() -> None:
    assert json.loads(gap_line(7))["count"] == 7
