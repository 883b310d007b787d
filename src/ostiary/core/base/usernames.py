"""Usernames: what may be one, and which spellings mean the same user."""

import unicodedata
from functools import lru_cache
from typing import NewType

UsernameKey = NewType("UsernameKey", str)
"""A username as it is looked up: all spellings of one name have the same key."""
MAX_USERNAME_CHARACTERS = 256
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that do not show: two names that look alike must be one name."""
_BLANK_RANGES = (
    *((0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800)),
    *((0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF)),
)
_BLANKS = frozenset(chr(n) for first, last in _BLANK_RANGES for n in range(first, last + 1))
"""Marks, letters and one symbol that do not show either, whatever their category."""


class UsernameRefusedError(ValueError):
    """Nobody can have this username; the message says why, without repeating it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the username {reason}")
        self.reason = reason


# A sign-on asks twice: to find the user, and to count for what may be nobody's name.
@lru_cache(maxsize=64)
def username_key(username: str) -> UsernameKey:
    """Return what `username` is looked up by: without spaces around it, in one case and one form.

    Spec: Unicode §3.13 (canonical caseless matching).
    Raises: UsernameRefusedError for what cannot be anybody's name.
    """
    check_username(username)
    key = _fold(username.strip())
    if len(key) > MAX_USERNAME_CHARACTERS:
        raise UsernameRefusedError(f"is longer than {MAX_USERNAME_CHARACTERS} characters")
    return UsernameKey(key)


def is_same_username(one: str, other: str) -> bool:
    """Tell whether two spellings mean the same user; what cannot be a name means nobody."""
    try:
        return username_key(one) == username_key(other)
    except UsernameRefusedError:
        return False


def check_username(username: str) -> None:
    """Refuse what cannot be anybody's name.

    Spec: Unicode §5.21 (default ignorable code points).
    Raises: UsernameRefusedError.
    """
    if not username.strip():
        raise UsernameRefusedError("is empty")
    # The key may be longer than the name: some letters fold to three.
    if len(username) > MAX_USERNAME_CHARACTERS:
        raise UsernameRefusedError(f"is longer than {MAX_USERNAME_CHARACTERS} characters")
    if _hides_characters(username):
        raise UsernameRefusedError("has a character that cannot be seen")


def _hides_characters(text: str) -> bool:
    if text.isascii():
        return not text.isprintable()
    return any(_is_unseen(character) for character in text)


def _is_unseen(character: str) -> bool:
    return character in _BLANKS or unicodedata.category(character) in _UNSEEN


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFC", folded)
