"""docs/errors.md lists every refusal that the code can raise, and no other."""

import re

from ostiary.core.base.errors import OAuthCode
from scripts.write_docs import SOURCE
from tests.support import markdown, refusals
from tests.support.refusals import Refusal

PAGE = markdown.DOCS / "errors.md"
_CATALOGUE_COLUMNS = 5


def catalogue() -> list[Refusal]:
    """Return the rows of the catalogue."""
    rows = [row for row in markdown.rows(PAGE) if len(row) == _CATALOGUE_COLUMNS]
    return [
        Refusal(int(status), code.strip("`"), refusals.normalise(description))
        for status, code, description, _, _ in rows
    ]


def test_S2_23_catalogue_is_what_the_code_raises() -> None:
    raised = refusals.find_all(SOURCE / "ostiary")
    assert set(catalogue()) == raised


def test_no_refusal_is_listed_twice() -> None:
    assert len(catalogue()) == len(set(catalogue()))


def test_S2_23_every_refusal_has_a_cause_and_a_remedy() -> None:
    assert [row for row in markdown.rows(PAGE) if not all(row)] == []


def test_S2_23_every_code_is_a_place_in_the_page() -> None:
    """`error_uri` points at these."""
    places = re.findall(r"^### ([a-z_]+)$", PAGE.read_text(), re.MULTILINE)
    assert sorted(places) == sorted(OAuthCode)


def test_descriptions_stand_where_they_are_raised() -> None:
    """A description made elsewhere would escape the catalogue."""
    assert refusals.find_wordless(SOURCE / "ostiary") == []


def test_descriptions_keep_to_the_characters_of_the_specification() -> None:
    """RFC 6749 §5.2 allows neither quotes nor backslashes, nor anything beyond ASCII."""
    allowed = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")
    raised = {refusal.description or "" for refusal in refusals.find_all(SOURCE / "ostiary")}
    assert [words for words in raised if not allowed.fullmatch(words)] == []
