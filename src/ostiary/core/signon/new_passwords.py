"""What a new password must be."""

from collections.abc import Iterator

from ostiary.core.crypto.passwords import MAX_PASSWORD_BYTES, encode, fold
from ostiary.core.model.password_policy import PasswordPolicy

KNOWN_PASSWORDS = frozenset(
    {
        *("123456", "12345678", "123456789", "1234567890", "11111111", "00000000", "87654321"),
        *("password", "password1", "password12", "password123", "passw0rd", "p@ssw0rd"),
        *("p@ssword", "qwerty", "qwerty123", "qwertyuiop", "1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx"),
        *("iloveyou", "sunshine", "princess", "football", "baseball", "superman", "trustno1"),
        *("letmein", "letmein1", "welcome", "welcome1", "welcome123", "admin", "admin123"),
        *("administrator", "changeme", "changeit", "secret", "abc12345", "abcd1234", "asdfghjkl"),
        *("summer2025", "winter2025", "spring2025", "autumn2025", "2federate", "2federatem0re"),
    }
)
"""What is tried first, everywhere; folded to lower case."""


class WeakPasswordError(ValueError):
    """A new password is not good enough; the message says why, without repeating it."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("the password " + " and ".join(reasons))
        self.reasons = reasons


def find_weaknesses(policy: PasswordPolicy, username: str, password: str) -> tuple[str, ...]:
    """Return why a password should not be chosen; nothing when it may be."""
    return tuple(_find(policy, username, password))


def check_new_password(policy: PasswordPolicy, username: str, password: str) -> None:
    """Refuse a new password that guessing would find.

    Raises: WeakPasswordError.
    """
    if reasons := find_weaknesses(policy, username, password):
        raise WeakPasswordError(reasons)


def _find(policy: PasswordPolicy, username: str, password: str) -> Iterator[str]:
    if encode(password) is None:
        yield f"must have 1 to {MAX_PASSWORD_BYTES} bytes"
        return
    if len(fold(password)) < policy.min_characters:
        yield f"has fewer than {policy.min_characters} characters"
    folded = fold(password).casefold()
    if folded in KNOWN_PASSWORDS:
        yield "is one that everybody tries first"
    elif len(set(folded)) == 1 and len(folded) > 1:
        yield "repeats one character"
    if folded.strip() == fold(username).casefold().strip():
        yield "is the username"
