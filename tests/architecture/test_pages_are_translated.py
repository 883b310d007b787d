"""Every text that a page can show is in every catalogue, and a catalogue has no other."""

import re
from pathlib import Path
from string import Formatter

import pytest

from ostiary.core.base.languages import LANGUAGES
from ostiary.web.translation import catalogue
from scripts.write_docs import SOURCE
from tests.support.page_texts import Found, read_texts

FOLDERS = [
    *(SOURCE / "ostiary" / "core" / name for name in ("flow", "model", "oidc", "signon", "steps")),
    SOURCE / "ostiary" / "web",
]
TEMPLATES = sorted((SOURCE / "ostiary" / "web" / "templates").glob("*.html"))
OTHERS = LANGUAGES[1:]
JUDGED = {
    "()",
    # Texts that were found where they were made.
    *("asked.label", "each.advice", "each.user_message", "label", "offer.label", "option.label"),
    *("problem.user_message", "view.items", "view.lines", "view.title"),
    "access.allows",
    # Names.
    *("access.name", "place.program", "place.system"),
    # What a person has to copy, and addresses.
    *("codes", "enrolment.authenticator.target", "exhibit.key"),
    # Refusals, of which only those are translated that a person can do something about.
    "error.description",
    # Answers of functions that share their name with one that returns a text.
    "await self._after_the_end(env, request, browser, error)",
    "await self._answer(env, request, outcome)",
    "await self._go_on(env, request, turn, browser)",
    "await self._sign_on(env, request, browser)",
    "await self._take_reference(env, request, browser, reference)",
}
"""What stands in a text's place without being one, each looked at."""
_IN_TEMPLATE = re.compile(r"\bt\(\"([^\"]+)\"\)")
_HEADINGS = re.compile(r"{% set title, heading = \"([^\"]+)\", \"([^\"]+)\" %}")
_CODE = re.compile(r"{{.*?}}|{%.*?%}|{#.*?#}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
_READ_OUT = re.compile(r"\b(?:alt|title|aria-label|placeholder)=\"([^\"]*)\"")
_WORD = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture(scope="module")
def found() -> Found:
    return read_texts(*FOLDERS)


@pytest.fixture(scope="module")
def texts(found: Found) -> set[str]:
    return (found.texts | set(_texts_of_templates())) - {""}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_a_page_has_its_counterpart(language: str, texts: set[str]) -> None:
    assert texts - catalogue(language).keys() == set()


@pytest.mark.parametrize("language", OTHERS)
def test_no_counterpart_is_of_a_text_that_nobody_shows(language: str, texts: set[str]) -> None:
    assert catalogue(language).keys() - texts == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_counterpart_takes_the_same_values(language: str) -> None:
    others = {
        text for text, other in catalogue(language).items() if _values(text) != _values(other)
    }
    assert others == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_counterpart_ends_as_its_text_does(language: str) -> None:
    endings = {".", ":", "?"}
    odd = {
        text
        for text, other in catalogue(language).items()
        if (text[-1] if text[-1] in endings else "") != (other[-1] if other[-1] in endings else "")
    }
    assert odd == set()


def test_a_text_with_values_in_it_is_a_phrase(found: Found) -> None:
    assert found.joined == set()


def test_whatever_else_stands_in_a_texts_place_was_judged(found: Found) -> None:
    assert found.others <= JUDGED


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_without_translation(template: Path) -> None:
    source = _CODE.sub("", template.read_text())
    said = [*_WORD.findall(_TAG.sub(" ", source)), *filter(None, _READ_OUT.findall(source))]
    assert said == []


def _texts_of_templates() -> list[str]:
    sources = [template.read_text() for template in TEMPLATES]
    headings = [text for source in sources for pair in _HEADINGS.findall(source) for text in pair]
    return [*headings, *(text for source in sources for text in _IN_TEMPLATE.findall(source))]


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
