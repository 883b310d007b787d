"""What axe-core finds wrong with a page, in both themes and at two widths."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

_AXE = Path(__file__).parents[1] / "clients/node_modules/axe-core/axe.min.js"
_RUN = """async () => {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`));
}"""
_IS_WIDER = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
_HEIGHT = 720
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDTHS = (320, 1280)
Look = Callable[[Theme, int], None]


def find_violations(page: Page, look: Look | None = None) -> list[str]:
    """Return what is wrong with the page that is there, each with the theme and the width.

    Spec: WCAG 2.2 (A, AA), as far as a program can tell; §1.4.10 (no scrolling in two dimensions
        at 320 pixels).
    Args: look: called in each theme and width.
    """
    page.evaluate(_AXE.read_text())
    found: list[str] = []
    for theme, width in _looks(page):
        found += [f"{theme}, {width}: {violation}" for violation in page.evaluate(_RUN)]
        if page.evaluate(_IS_WIDER):
            found.append(f"{theme}, {width}: it scrolls sideways")
        if look is not None:
            look(theme, width)
    return found


def _looks(page: Page) -> Iterator[tuple[Theme, int]]:
    """Put the window into each theme and width, and at last as it was."""
    with _as_it_was(page):
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": _HEIGHT})
                yield theme, width


@contextmanager
def _as_it_was(page: Page) -> Iterator[None]:
    before = page.viewport_size
    assert before is not None
    try:
        yield
    finally:
        page.emulate_media(color_scheme="null")
        page.set_viewport_size(before)
