"""The parent's flow log: joined by flow, bounded in flows, entries and bytes."""

from typing import Any

from ostiary.main.parent import flow_book
from ostiary.main.parent.flow_book import FlowBook, mark_of

FLOW_ID = "ZxY3bQ0kLm"
MARK = mark_of(FLOW_ID)


def entry(flow: str = MARK, **members: Any) -> dict[str, Any]:
    """Make an entry as a worker hands it over."""
    usual = {
        "flow": flow,
        "environment": "default",
        "client": "app",
        "policy": "default",
        "version": 1,
        "outcome": "asked",
        "step": "form",
        "kind": "username_password",
        "state": "usernamePassword.required",
        "at": 1_750_000_000.25,
    }
    return {**usual, **members}


def number(count: int) -> str:
    return f"{count:012x}"


def test_entries_of_several_workers_are_one_flow() -> None:
    book = FlowBook()
    book.take(0, [entry()], 0)
    book.take(1, [entry(outcome="passed", user="u1")], 0)
    (flow,) = book.show()["flows"]
    assert (flow["flow"], flow["client"], flow["user"]) == (MARK, "app", "u1")
    assert [(each["worker"], each["outcome"]) for each in flow["entries"]] == [
        (0, "asked"),
        (1, "passed"),
    ]


def test_a_worker_may_be_heard_before_the_one_where_the_flow_began() -> None:
    book = FlowBook()
    told = {"flow": MARK, "environment": "default", "client": "app", "policy": "default"}
    book.take(1, [{**told, "event": "password_refused", "at": 1_750_000_001.0}], 0)
    book.take(0, [entry()], 0)
    (flow,) = book.show()["flows"]
    assert [each.get("event") for each in flow["entries"]] == [None, "password_refused"]


def test_a_flow_is_found_by_its_id_and_by_its_mark() -> None:
    book = FlowBook()
    book.take(0, [entry(), entry(number(1))], 0)
    assert [each["flow"] for each in book.show(FLOW_ID)["flows"]] == [MARK]
    assert [each["flow"] for each in book.show(MARK)["flows"]] == [MARK]
    assert not book.show("another")["flows"]


def test_the_flow_that_was_quiet_for_longest_goes_first() -> None:
    book = FlowBook()
    book.take(0, [entry(number(count)) for count in range(flow_book.MAX_FLOWS)], 0)
    book.take(0, [entry(number(0)), entry(MARK)], 0)
    kept = [each["flow"] for each in book.show()["flows"]]
    assert len(kept) == flow_book.MAX_FLOWS
    assert kept[:2] == [MARK, number(0)]
    assert number(1) not in kept


def test_the_rest_of_a_long_flow_is_counted() -> None:
    book = FlowBook()
    book.take(0, [entry() for _ in range(flow_book.MAX_ENTRIES + 3)], 0)
    (flow,) = book.show()["flows"]
    assert (len(flow["entries"]), flow["left_out"]) == (flow_book.MAX_ENTRIES, 3)


def test_long_entries_make_room_for_themselves() -> None:
    book, long = FlowBook(), "x" * (flow_book.MAX_BYTES // 10)
    book.take(0, [entry(number(count), reason=long) for count in range(20)], 0)
    assert 5 < len(book.show()["flows"]) < 10


def test_an_entry_that_fits_nowhere_is_not_kept() -> None:
    book = FlowBook()
    book.take(0, [entry(reason="x" * flow_book.MAX_BYTES)], 0)
    assert not book.show()["flows"]
    book.take(0, [entry()], 0)
    assert book.show()["flows"]


def test_strangers_make_up_no_flows() -> None:
    book = FlowBook()
    book.take(0, [entry(client="", outcome="refused", code="flow_not_found")], 0)
    assert not book.show()["flows"]


def test_a_refused_look_stands_with_the_flow_that_it_was_at() -> None:
    book = FlowBook()
    book.take(0, [entry(), entry(client="", state="", outcome="refused", code="flow_not_found")], 0)
    (flow,) = book.show()["flows"]
    assert flow["client"] == "app"
    assert [each["outcome"] for each in flow["entries"]] == ["asked", "refused"]


def test_whoever_follows_gets_only_what_is_new() -> None:
    book = FlowBook()
    book.take(0, [entry(), entry(number(1))], 0)
    last = book.show()["last"]
    assert not book.show(after=last)["flows"]
    book.take(0, [entry(outcome="passed")], 0)
    (flow,) = book.show(after=last)["flows"]
    assert [each["outcome"] for each in flow["entries"]] == ["passed"]


def test_what_workers_had_to_drop_is_counted() -> None:
    book = FlowBook()
    book.take(0, [], 3)
    book.take(1, [], 4)
    assert book.show()["lost"] == 7


def test_a_finished_flow_says_how_it_ended() -> None:
    book = FlowBook()
    book.take(0, [entry(), entry(outcome="finished", state="", code="access_denied")], 0)
    (flow,) = book.show()["flows"]
    assert (flow["code"], flow["state"]) == ("access_denied", "")
    assert flow["ended_at"] == 1_750_000_000.25


def test_entries_stand_in_the_order_of_time_whichever_worker_is_heard_first() -> None:
    book = FlowBook()
    book.take(1, [entry(outcome="passed", at=1_750_000_002.0)], 0)
    book.take(0, [entry(at=1_750_000_001.0)], 0)
    (flow,) = book.show()["flows"]
    assert [each["outcome"] for each in flow["entries"]] == ["asked", "passed"]
