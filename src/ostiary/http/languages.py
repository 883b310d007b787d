"""Which languages whoever asks would like to read."""

from collections.abc import Iterable

from ostiary.core.base.languages import choose_language, parse_language_ranges
from ostiary.http.message import Request


def find_languages(request: Request) -> str:
    """Return the header Accept-Language as it came; "" without one."""
    return b",".join(request.find_headers(b"accept-language")).decode("latin-1")


def page_language(request: Request | None, ui_locales: Iterable[str] = ()) -> str:
    """Return the language of a page: an application's wish comes before the browser's."""
    accepted = () if request is None else parse_language_ranges(find_languages(request))
    return choose_language((*ui_locales, *accepted))
