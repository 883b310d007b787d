"""Whatever a text says, on a page it is text."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ostiary.web.links import Link
from ostiary.web.pages import AutoSubmitPage, Button, ErrorPage, Field, FormPage, MessagePage, Page
from ostiary.web.rendering import Pages
from tests.support.html import Element, parse_elements, parse_form

PAGES = Pages()
HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "'\"><!--",
    "</title></style></script>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp;amp; &#0; &",
    "\0\x01\x85\u2028\ufeff\ud800",
    "]]><![CDATA[",
    "a onfocus=alert(1) ",
    "javascript:alert(1)",
]
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(),
    st.lists(st.sampled_from([*HOSTILE, "<", ">"])).map("".join),
)


def form_page(text: str) -> Page:
    return FormPage(
        text,
        text,
        "/" + text.lstrip("/\\"),
        fields=(
            Field(text, text, value=text, autocomplete=text, problem=text),
            Field(text, text, "checkbox", value=text + "x"),
            Field(text, text, "hidden", value=text),
        ),
        buttons=(Button(text, text, text),),
        problems=(text,),
        lines=(text,),
        items=(text,),
        links=(Link("https://example.com/", text), Link(text, "hidden")),
        logo=text,
    )


def post_page(text: str) -> Page:
    return AutoSubmitPage("https://app.example.com/" + text, ((text, text), ("x", text)))


MAKERS: list[Callable[[str], Page]] = [
    form_page,
    post_page,
    lambda text: MessagePage(text, text, lines=(text,)),
    lambda text: ErrorPage(text, text, detail=text, lines=(text,), code=text),
]


def shape(page: Page) -> list[tuple[str, list[str]]]:
    """Return what browsers act on: elements and the names of their attributes."""
    return [(each.tag, [*each.attributes]) for each in _read(page)]


def _read(page: Page) -> list[Element]:
    return parse_elements(PAGES.render(page).body)


def _sent(text: str) -> str:
    """Return a text as UTF-8 can say it."""
    return text.encode(errors="replace").decode()


@pytest.mark.parametrize("make", MAKERS, ids=["form", "post", "message", "error"])
@given(text=TEXTS)
def test_SEC_137_no_text_becomes_markup(make: Callable[[str], Page], text: str) -> None:
    assert shape(make(text)) == shape(make("harmless"))


@given(text=TEXTS)
def test_SEC_137_a_text_is_read_as_it_was_written(text: str) -> None:
    by_tag = {each.tag: each.text for each in _read(form_page(text))}
    assert [by_tag[tag] for tag in ("title", "h1", "li", "button", "a")] == [_sent(text)] * 5


@given(st.lists(st.tuples(TEXTS, TEXTS), unique_by=lambda pair: _sent(pair[0])))
@example([("submit", "x"), ("action", "y")])
def test_SEC_18_what_is_posted_elsewhere_is_what_was_said(fields: list[tuple[str, str]]) -> None:
    page = AutoSubmitPage("https://app.example.com/cb", fields)
    form = parse_form(PAGES.render(page).body)
    assert form.action == "https://app.example.com/cb"
    assert form.fields == {_sent(name): _sent(value) for name, value in fields}


@given(text=TEXTS)
def test_SEC_137_no_text_changes_the_policy(text: str) -> None:
    for make in MAKERS:
        assert PAGES.render(make(text)).policy == PAGES.render(make("harmless")).policy
