"""docs/spec-map.md lists what the code cites, section by section, each with a test."""

import pytest

from scripts.write_docs import ROOT, SOURCE
from tests.support import citations, markdown
from tests.support.citations import Citation

PAGE = markdown.DOCS / "spec-map.md"
_WHOLE = "–"
_TITLES = {
    "ASGI 3.0": "ASGI",
    "ASGI TLS extension": "ASGI TLS",
    "OpenID Connect Core 1.0": "OpenID Connect Core",
    "OpenID Connect Discovery 1.0": "OpenID Connect Discovery",
    "OpenID Connect Back-Channel Logout 1.0": "OpenID Connect Back-Channel Logout",
    "OpenID Connect Front-Channel Logout 1.0": "OpenID Connect Front-Channel Logout",
    "OpenID Connect RP-Initiated Logout 1.0": "OpenID Connect RP-Initiated Logout",
    "PingFederate's documentation": "PingFederate",
    "PingOne's documentation": "PingOne",
}


def test_map_is_what_the_code_cites() -> None:
    listed = {
        Citation(document, "" if row[0] == _WHOLE else row[0], module)
        for document, row in _rows()
        for module in markdown.codes(row[-2])
    }
    assert listed == citations.find_all(SOURCE)


def test_every_section_is_listed_once() -> None:
    places = [(document, row[0]) for document, row in _rows()]
    assert len(places) == len(set(places))


def test_every_section_has_a_test_that_is_there() -> None:
    without = [
        (document, row[0])
        for document, row in _rows()
        if not markdown.codes(row[-1])
        or not all((ROOT / test).is_file() for test in markdown.codes(row[-1]))
    ]
    assert without == []


@pytest.mark.parametrize(
    ("spec", "cited"),
    [
        ("RFC 6749 §2.3.1.", [("RFC 6749", "§2.3.1")]),
        ("RFC 6797; OWASP Secure Headers.", [("RFC 6797", ""), ("OWASP Secure Headers", "")]),
        ("RFC 7009 (a) §2, §2.1", [("RFC 7009", "§2"), ("RFC 7009", "§2.1")]),
        ('PingOne "Token"; RFC 7662', [("PingOne", "Token"), ("RFC 7662", "")]),
    ],
)
def test_citations_are_read_part_by_part(spec: str, cited: list[tuple[str, str]]) -> None:
    assert list(citations.read(spec)) == cited


def _rows() -> list[tuple[str, list[str]]]:
    """Return every row with the document whose heading it stands under."""
    headings = [
        line.removeprefix("## ") for line in PAGE.read_text().splitlines() if line.startswith("## ")
    ]
    return [
        (_TITLES.get(heading, heading.partition(":")[0]), row)
        for heading in headings
        for row in markdown.rows(PAGE, below=heading)
    ]
