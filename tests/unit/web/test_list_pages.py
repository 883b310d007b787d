"""Pages of sections: what may stand on them, and how they are made."""

import pytest

from ostiary.web.list_pages import Deed, Entry, ListPage, Section
from ostiary.web.rendering import Pages
from tests.support.html import check_page, parse_elements, visible_text

HOSTILE = '"><script>alert(1)</script>'


@pytest.mark.parametrize("action", ["https://other.example/", "//other.example", "/\\other", "x"])
def test_a_form_goes_to_a_path_on_this_host(action: str) -> None:
    with pytest.raises(ValueError, match="a path on this host"):
        Deed("Sign off", action)


def test_what_strangers_named_is_text_and_nothing_else() -> None:
    entry = Entry(
        HOSTILE,
        lines=(HOSTILE,),
        items=(HOSTILE,),
        deed=Deed("Sign off", "/here", ((HOSTILE, HOSTILE),)),
    )
    page = ListPage("A", "B", notice=HOSTILE, sections=(Section("C", entries=(entry,)),))

    answer = Pages().render(page)

    sent = {name.decode(): value.decode() for name, value in answer.headers}
    headers = {
        **sent,
        "content-security-policy": (answer.policy or b"").decode(),
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    check_page(headers, answer.body)
    assert visible_text(answer.body).count(HOSTILE) == 4


def test_every_button_says_what_it_is_about() -> None:
    entries = [Entry(name, deed=Deed("End", "/here")) for name in ("first", "second")]
    section = Section("Both", entries=entries, deed=Deed("End all", "/here"))
    elements = parse_elements(Pages().render(ListPage("A", "B", sections=(section,))).body)

    by_id = {e.attributes["id"]: e.text for e in elements if "id" in e.attributes}
    buttons = [e for e in elements if e.tag == "button"]
    about = [by_id[button.attributes["aria-describedby"]] for button in buttons]
    assert about == ["first", "second", "Both"]
