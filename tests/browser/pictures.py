"""Pictures of pages for docs/pages, where the environment asks for them."""

import io
import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser.accessibility import Look, Theme

PICTURES = os.environ.get("OSTIARY_PICTURES")
"""A directory that pictures of every page are to be put into."""


def picture_taker(page: Page, name: str) -> Look | None:
    """Return what takes pictures of a page, or None where nobody asks for them."""
    if PICTURES is None:
        return None
    directory = Path(PICTURES)

    def take(theme: Theme, width: int) -> None:
        picture = page.screenshot(full_page=True)
        # A palette does for pages, and takes a third of the room.
        small = Image.open(io.BytesIO(picture)).convert("RGB").quantize(64)
        small.save(directory / f"{name}-{theme}-{width}.png", optimize=True)

    return take
