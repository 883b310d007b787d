"""Pages in the reader's language."""

import pytest

from ostiary.core.base.phrases import Phrase
from ostiary.web.pages import AutoSubmitPage, Button, ErrorPage, Field, FormPage
from ostiary.web.rendering import Pages
from ostiary.web.translation import translator
from tests.support.html import parse_elements, visible_text

PAGES = Pages()
SIGN_ON = FormPage(
    "Sign on",
    "Sign on",
    "/x",
    fields=(Field("name", "Username", problem="Required field."),),
    buttons=(Button("ok", "1", "Continue"),),
    lines=(Phrase("to go on to {client}", client="Shop"),),
    items=("Read your orders",),
)


def text_of(page: FormPage | ErrorPage | AutoSubmitPage, language: str) -> str:
    return visible_text(PAGES.render(page, language=language).body)


def test_a_page_is_said_in_its_language() -> None:
    text = text_of(SIGN_ON, "de")
    said = ["Anmelden", "Benutzername", "Pflichtfeld.", "Weiter", "um zu Shop weiterzugehen"]
    assert [words for words in said if words not in text] == []
    assert "Sign on" not in text


def test_what_an_operator_wrote_stays_as_it_is() -> None:
    assert "Read your orders" in text_of(SIGN_ON, "fr")


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_page_names_its_language(language: str) -> None:
    body = PAGES.render(SIGN_ON, language=language).body
    (html,) = (each for each in parse_elements(body) if each.tag == "html")
    assert html.attributes["lang"] == language


def test_without_a_wish_a_page_is_english() -> None:
    assert PAGES.render(SIGN_ON).body == PAGES.render(SIGN_ON, language="en").body


def test_templates_speak_the_language_too() -> None:
    page = AutoSubmitPage("https://app.example.com/cb", (("code", "c"),))
    assert "Fast geschafft" in text_of(page, "de")
    assert "Code :" in text_of(ErrorPage("Sign-on", "H", code="x"), "fr")


def test_a_refusal_in_english_says_that_it_is() -> None:
    page = ErrorPage("Sign-on", "H", detail="The parameter foo is missing.")
    body = PAGES.render(page, language="de").body
    told = [each for each in parse_elements(body) if each.text == "The parameter foo is missing."]
    assert [each.attributes.get("lang") for each in told] == ["en"]


def test_values_of_a_phrase_are_translated_where_they_are_texts() -> None:
    phrase = Phrase("{kind}: {name}", kind="Codes by e-mail", name="j***@example.com")
    assert translator("fr")(phrase) == "Codes par e-mail : j***@example.com"


def test_a_value_cannot_become_part_of_a_pattern() -> None:
    phrase = Phrase("to go on to {client}", client="{client.__class__}")
    assert translator("de")(phrase) == "um zu {client.__class__} weiterzugehen"


def test_a_translation_cannot_become_markup() -> None:
    page = FormPage("T", "H", "/x", lines=(Phrase("to go on to {client}", client="<b>"),))
    assert b"<b>" not in PAGES.render(page, language="de").body
