"""Languages that people are spoken to in, and the one that somebody's wishes come nearest to."""

import re
from collections.abc import Iterable, Iterator

LANGUAGES = ("en", "de", "fr")
"""English first: it is what everything is written in, and what others read who wish for none."""

MAX_LIST_CHARACTERS = 512
_RANGE = re.compile(r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8})(?:;q=([01](?:\.[0-9]{0,3})?))?")


def choose_language(wished: Iterable[str]) -> str:
    """Return the first language that somebody wishes for and that there is.

    Spec: RFC 4647 §3.4 (lookup); OpenID Connect Core §3.1.2.1 (`ui_locales`).
    Args: wished has language tags such as "de-CH", the dearest first; anything may stand there.
    """
    for tag in wished:
        primary = tag.partition("-")[0].lower()
        if primary in LANGUAGES:
            return primary
    return LANGUAGES[0]


def parse_language_ranges(text: str) -> tuple[str, ...]:
    """Return language tags of a list with weights, `de-CH, en;q=0.5`, the dearest first.

    What cannot be read in it is left out: it is a wish, and no reason to refuse anybody.
    Spec: RFC 9110 §12.5.4, §12.4.2.
    """
    found = _weighed_tags(text[:MAX_LIST_CHARACTERS].replace(" ", "").replace("\t", ""))
    ordered = sorted(found, key=lambda weighed: -weighed[0])
    return tuple(tag for weight, tag in ordered if weight > 0)


def _weighed_tags(text: str) -> Iterator[tuple[float, str]]:
    for part in text.split(","):
        match = _RANGE.fullmatch(part)
        if match is not None:
            yield min(float(match[2] or 1), 1.0), match[1]
