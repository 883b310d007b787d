"""User codes: what a person reads from one screen and types at another."""

import secrets

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no words come of them, and nothing that looks like a digit to be typed."""
SHORT_CHARACTERS, LONG_CHARACTERS = 8, 12
_LONGEST = 64
_LOOK_ALIKES = str.maketrans({"0": "Q", "1": "L", "2": "Z", "5": "S", "6": "G", "8": "B", "U": "V"})


def mint_user_code(characters: int = SHORT_CHARACTERS) -> str:
    """Mint a code, as it is kept: letters alone. Each carries 4.3 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(characters))


def read_user_code(typed: str) -> str | None:
    """Return the code that a person means, or None for what can be none.

    Case, spaces and dashes do not matter, and what is no letter of codes stands for the one that
    looks like it. Every code reads as itself, so two codes are never taken for each other.
    """
    if len(typed) > _LONGEST:
        return None
    characters = [each for each in typed.upper() if each.isalnum()]
    code = "".join(characters).translate(_LOOK_ALIKES)
    is_code = len(code) in {SHORT_CHARACTERS, LONG_CHARACTERS} and set(code) <= set(LETTERS)
    return code if is_code else None


def write_user_code(code: str) -> str:
    """Write a code as people are shown it: `BCDF-GHJK`.

    Spec: RFC 8628 §6.1.
    """
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
