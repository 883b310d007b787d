"""What a new password must be."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from ostiary.core.base.phrases import Phrase
from ostiary.core.crypto.passwords import MAX_PASSWORD_BYTES, encode, fold
from ostiary.core.model.password_policy import PasswordPolicy, PasswordRule
from ostiary.core.model.user import User

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
_MIN_TELLING_CHARACTERS = 3
"""A shorter piece of a profile stands in passwords by chance."""
_TOO_SIMILAR = 0.8


@dataclass(frozen=True, slots=True)
class Unmet:
    """A rule that a new password breaks.

    Args:
        reason: why, after "the password"; it never repeats the password.
        advice: what its user is to do.
    """

    rule: PasswordRule
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose password it is to be: what must not stand in it."""

    username: str
    profile: tuple[str, ...] = ()

    @classmethod
    def of(cls, user: User) -> "Owner":
        """Return the owner that a user is: its name and every text that is known of it."""
        texts = (value for value in user.attributes.values() if isinstance(value, str))
        return cls(user.username, tuple(texts))


class WeakPasswordError(ValueError):
    """A new password is not good enough; the message says why, without repeating it."""

    def __init__(self, unmet: tuple[Unmet, ...]) -> None:
        super().__init__("the password " + " and ".join(each.reason for each in unmet))
        self.unmet = unmet


def find_unmet(
    policy: PasswordPolicy, owner: Owner, password: str, *, current: str | None = None
) -> tuple[Unmet, ...]:
    """Return the rules that a new password breaks; nothing when it may be chosen.

    The history is not looked at: it holds hashes, which take their time to compare.
    Args: current is the password so far, where its user has just said it.
    """
    return tuple(_find(policy, owner, password, current))


def check_new_password(policy: PasswordPolicy, owner: Owner, password: str) -> None:
    """Refuse a new password that guessing would find.

    Raises: WeakPasswordError.
    """
    if unmet := find_unmet(policy, owner, password):
        raise WeakPasswordError(unmet)


def _find(
    policy: PasswordPolicy, owner: Owner, password: str, current: str | None
) -> Iterator[Unmet]:
    if encode(password) is None:
        yield Unmet(
            PasswordRule.LENGTH,
            f"must have 1 to {MAX_PASSWORD_BYTES} bytes",
            "Choose a shorter password, of ordinary characters.",
        )
        return
    folded = fold(password)
    yield from _find_composition(policy, folded)
    yield from _find_guessable(policy, owner, folded.casefold())
    if policy.excludes_similar and current is not None and _is_similar(folded, fold(current)):
        yield Unmet(
            PasswordRule.SIMILAR,
            "is much like the one before",
            "Choose one that is not much like your password so far.",
        )


def _find_composition(policy: PasswordPolicy, folded: str) -> Iterator[Unmet]:
    if len(folded) < policy.min_characters:
        yield Unmet(
            PasswordRule.LENGTH,
            f"has fewer than {policy.min_characters} characters",
            Phrase("Use at least {count} characters.", count=str(policy.min_characters)),
        )
    for characters, wanted in policy.min_of.items():
        if sum(character in characters for character in folded) < wanted:
            yield Unmet(
                PasswordRule.CHARACTERS,
                f"has fewer than {wanted} of {characters}",
                Phrase(
                    "Use at least {count} of these characters: {characters}",
                    count=str(wanted),
                    characters=characters,
                ),
            )
    longest = max(len(list(run)) for _, run in groupby(folded))
    if policy.max_repeated and longest > policy.max_repeated:
        yield Unmet(
            PasswordRule.REPEATED,
            f"repeats a character more than {policy.max_repeated} times in a row",
            Phrase(
                "Use no character more than {count} times in a row.",
                count=str(policy.max_repeated),
            ),
        )
    if len(set(folded)) < policy.min_unique:
        yield Unmet(
            PasswordRule.UNIQUE,
            f"has fewer than {policy.min_unique} different characters",
            Phrase("Use at least {count} different characters.", count=str(policy.min_unique)),
        )


def _find_guessable(policy: PasswordPolicy, owner: Owner, folded: str) -> Iterator[Unmet]:
    if policy.excludes_common:
        if folded in KNOWN_PASSWORDS:
            yield Unmet(
                PasswordRule.COMMON,
                "is one that everybody tries first",
                "Choose one that nobody would try first.",
            )
        elif len(set(folded)) == 1 and len(folded) > 1:
            yield Unmet(
                PasswordRule.COMMON, "repeats one character", "Use more than one character."
            )
    username = fold(owner.username).casefold().strip()
    if folded.strip() == username:
        yield Unmet(PasswordRule.PROFILE, "is the username", "Choose one that is not your name.")
    elif policy.excludes_profile and _tells_of(owner, folded):
        yield Unmet(
            PasswordRule.PROFILE,
            "holds something that is known of its user",
            "Choose one without your name and address in it.",
        )


def _tells_of(owner: Owner, folded: str) -> bool:
    known = (fold(text).casefold().strip() for text in (owner.username, *owner.profile))
    return any(len(text) >= _MIN_TELLING_CHARACTERS and text in folded for text in known)


def _is_similar(folded: str, current: str) -> bool:
    matcher = SequenceMatcher(None, folded.casefold(), current.casefold(), autojunk=False)
    return matcher.quick_ratio() >= _TOO_SIMILAR and matcher.ratio() >= _TOO_SIMILAR
