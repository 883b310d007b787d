"""What is presented to sign on."""

from ostiary.core.signon.password import Entrance, PresentedPassword


def test_what_is_presented_shows_nothing_of_itself() -> None:
    shown = repr(PresentedPassword("canary", "canary", Entrance("test"), "192.0.2.1"))

    assert "canary" not in shown
