"""An application that shows codes, as a person has it on a telephone."""

import io
import time
from urllib.parse import parse_qs, urlsplit

import zxingcpp
from PIL import Image

from ostiary.core.crypto import otp
from tests.browser.person import Person


def read_picture(person: Person) -> bytes:
    """Return the key in the QR code, read off the screen; it stands on the page as text too."""
    screen = Image.open(io.BytesIO(person.page.screenshot(full_page=True)))
    (read,) = zxingcpp.read_barcodes(screen)
    (key,) = parse_qs(urlsplit(read.text).query)["secret"]
    shown = person.page.get_by_role("listitem").all_inner_texts()
    assert key in [text.replace(" ", "") for text in shown]
    return otp.seed_of(key)


def code(seed: bytes, *, steps: int = 0) -> str:
    """Return what an application shows, some steps from now."""
    return otp.code_at(seed, time.time() + steps * otp.STEP_SECONDS)
