"""New usernames: what may be one today, beside names that look like somebody else's.

Whoever has another name already keeps it: these rules are for names that are given out.
"""

import unicodedata
from collections.abc import Iterator

from ostiary.core.base.usernames import UsernameRefusedError, username_key

_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
"""Scripts that one language is written in, and that nobody takes for each other."""
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo"})
"""Categories of characters that belong to a script; signs, marks and digits go with all."""
_DIGIT = "Nd"


def check_new_username(username: str) -> None:
    """Refuse a name that nobody can have, or that is easily taken for another one.

    Compatibility characters are out, and so are letters of several scripts in one name, such
    as a Cyrillic one in a Latin word. A name wholly of letters that look like others' is not found.

    Spec: Unicode Technical Standard 39 §5.2 (highly restrictive), §5.3 (mixed numbers).
    Raises: UsernameRefusedError.
    """
    username_key(username)
    username = username.strip()
    if username.isascii():
        return
    if unicodedata.normalize("NFKC", username) != unicodedata.normalize("NFC", username):
        raise UsernameRefusedError("has a character that looks like others")
    scripts = frozenset(_scripts(username))
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        raise UsernameRefusedError("has letters of several scripts")
    if len(set(_zeros(username))) > 1:
        raise UsernameRefusedError("has digits of several scripts")


def _scripts(text: str) -> Iterator[str]:
    """Yield the script of each letter: the first word of the letter's name in Unicode."""
    for character in text:
        if unicodedata.category(character) in _LETTERS:
            name = unicodedata.name(character, "")
            yield name.replace("-", " ").partition(" ")[0]


def _zeros(text: str) -> Iterator[int]:
    """Yield for each digit where the digits of its kind begin."""
    for character in text:
        if unicodedata.category(character) == _DIGIT:
            yield ord(character) - unicodedata.decimal(character)
