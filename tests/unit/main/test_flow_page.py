"""The page of the flow log: everything that there is, and nothing of it is markup."""

from ostiary.main.parent.flow_book import FlowBook
from ostiary.main.parent.flow_page import CONTENT_POLICY, render_page
from tests.unit.main.test_flow_book import MARK, entry

HOSTILE = "<img src=x onerror=alert(1)>\"'"


def test_the_page_shows_steps_outcomes_and_reasons() -> None:
    book = FlowBook()
    event = {"flow": MARK, "event": "password_refused", "reason": "unknown", "at": 1.0}
    refused = entry(action="usernamePassword.check", outcome="refused", problems="credentials")
    book.take(0, [entry(), event, refused, entry(outcome="finished", members="code state")], 0)
    html = render_page(book.show())
    for words in (
        MARK,
        "usernamePassword.check",
        "refused",
        "credentials",
        "unknown",
        "code state",
    ):
        assert words in html


def test_nothing_in_it_is_markup() -> None:
    book = FlowBook()
    names = ("environment", "client", "policy", "step", "kind", "action", "state", "problems")
    book.take(0, [entry(**dict.fromkeys((*names, "code", "reason", "path", "user"), HOSTILE))], 2)
    html = render_page(book.show(), HOSTILE)
    assert "<img" not in html
    assert HOSTILE not in html


def test_no_script_may_run_and_nobody_may_frame_it() -> None:
    assert "default-src 'none'" in CONTENT_POLICY
    assert "frame-ancestors 'none'" in CONTENT_POLICY
    assert "unsafe" not in CONTENT_POLICY
    assert "<script" not in render_page(FlowBook().show())


def test_what_was_lost_is_said() -> None:
    book = FlowBook()
    book.take(0, [], 12)
    assert "12 entries were lost" in render_page(book.show())
