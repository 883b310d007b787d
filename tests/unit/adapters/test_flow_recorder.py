"""A worker's flow log: bounded, and never in the way of events."""

from contextvars import Context

from ostiary.adapters.flow_recorder import MAX_WAITING, FlowRecorder
from ostiary.core.base.ids import ClientId, EnvironmentId, FlowId, UserId
from ostiary.core.model.audit.sign_on import FlowFailed
from ostiary.core.model.flow_entry import FlowEntry, FlowOutcome, flow_mark
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment
from tests.support.stored_sign_on import make_flow

EVENT = FlowFailed(EnvironmentId("e"), ClientId("c"), UserId("u"), "access_denied", "192.0.2.1")
ENV = make_environment()
FLOW = make_flow()
ENTRY = FlowEntry(
    EnvironmentId("e"),
    flow_mark(FlowId("f")),
    ClientId("c"),
    "default",
    1,
    FlowOutcome.ASKED,
)


def test_what_nobody_takes_is_dropped_and_counted() -> None:
    recorder = FlowRecorder(RecordedEvents())
    for _ in range(MAX_WAITING + 2):
        recorder.tell(ENTRY)
    entries, lost = recorder.take()
    assert (len(entries), lost) == (MAX_WAITING, 2)
    assert recorder.take() == ([], 0)


def test_what_could_not_be_handed_over_is_told_with_the_next() -> None:
    recorder = FlowRecorder(RecordedEvents())
    recorder.lose(5)
    assert recorder.take() == ([], 5)


def test_events_go_where_they_always_go() -> None:
    events = RecordedEvents()
    FlowRecorder(events).emit(EVENT)
    assert events.events == [EVENT]


def test_an_event_outside_of_flows_is_not_in_the_log() -> None:
    recorder = FlowRecorder(RecordedEvents())
    Context().run(recorder.emit, EVENT)
    assert recorder.take() == ([], 0)


def test_an_event_shows_why_and_no_address() -> None:
    recorder = FlowRecorder(RecordedEvents())

    def request() -> None:
        recorder.follow(ENV, FLOW)
        recorder.emit(EVENT)

    Context().run(request)
    (entry,), _ = recorder.take()
    told = {name: value for name, value in entry.items() if name != "at"}
    assert told == {
        "flow": flow_mark(FLOW.id),
        "environment": ENV.id,
        "client": FLOW.request.client_id,
        "policy": FLOW.policy,
        "event": "flow_failed",
        "code": "access_denied",
        "user": "u",
    }
