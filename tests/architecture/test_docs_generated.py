"""Pages that are written from the code say what the code says."""

from pathlib import Path

import pytest

from scripts.write_docs import ROOT, documents, faces
from tests.support import markdown

DOCUMENTS = documents()
ROUTES = [route for routes in faces().values() for route in routes]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_written_page_is_up_to_date(path: Path) -> None:
    assert path.read_text() == DOCUMENTS[path], f"{path.relative_to(ROOT)} is old: `make docs`"


def test_every_route_is_documented_and_no_other() -> None:
    documented = {markdown.codes(row[0])[0] for row in markdown.rows(ROOT / "docs/endpoints.md")}
    assert documented == {route.path for route in ROUTES}


def test_every_route_says_what_it_is() -> None:
    assert [route.path for route in ROUTES if not route.summary] == []
