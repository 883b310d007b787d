"""What pages say, in the reader's language: each English text has its counterpart in a file.

A text that the file does not have stays as it is: names, and what an operator configured.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources

from ostiary.core.base.languages import LANGUAGES
from ostiary.core.base.phrases import Phrase, fill

_FOLDER = resources.files("ostiary.web") / "catalogues"
Translate = Callable[[str], str]


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return what each English text is in one of the other `LANGUAGES`."""
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def translator(language: str) -> Translate:
    """Return what puts English texts into a language."""
    if language == LANGUAGES[0]:
        return str
    texts = catalogue(language)

    def translate(text: str) -> str:
        if isinstance(text, Phrase):
            pattern = texts.get(text.pattern)
            values = {name: translate(value) for name, value in text.values.items()}
            return str(text) if pattern is None else fill(pattern, values)
        return texts.get(text, text)

    return translate
