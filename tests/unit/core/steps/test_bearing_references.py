"""References stand in no text that a value makes of itself, for those end up in logs."""

from ostiary.core.oauth.checks.asked import RequestExtensions
from ostiary.core.steps.contract import Visitor

SECRET = "0123456789ABCDEF"


def test_a_request_and_a_visitor_do_not_show_the_reference() -> None:
    shown = (RequestExtensions(reference=SECRET), Visitor("192.0.2.1", reference=SECRET))
    assert [each for each in map(repr, shown) if SECRET in each] == []
