"""Bcrypt: hashes that users are imported with."""

import re
from dataclasses import dataclass, field

MAX_PASSWORD_BYTES = 72
MAX_COST = 14
"""Four times what is common: about a second."""
_PREFIX = re.compile(r"\A\{(?i:bcrypt|crypt)\}(?=\$2)")
_FORM = re.compile(r"\$2[aby]\$(?P<cost>\d{2})\$[./A-Za-z0-9]{53}")


@dataclass(frozen=True, slots=True)
class BcryptHash:
    """One hash; it is never current: argon2id takes its place at the next sign-on."""

    text: str = field(repr=False)
    is_current: bool = False

    def matches(self, password: bytes) -> bool:
        """Compute and compare.

        Bcrypt looks at 72 bytes, and some of its implementations at those before a NUL: what
        follows would not count. Such a password matches nothing rather than its own beginning.
        """
        if len(password) > MAX_PASSWORD_BYTES or b"\0" in password:
            return False
        import bcrypt

        return bcrypt.checkpw(password, self.text.encode())


def read(text: str) -> BcryptHash | None:
    """Read `$2a$`, `$2b$` or `$2y$`, with or without `{BCRYPT}` or `{CRYPT}` in front.

    Raises: ValueError for a form that only resembles, or one that asks for too much work.
    """
    bare = _PREFIX.sub("", text)
    if not bare.startswith("$2"):
        return None
    found = _FORM.fullmatch(bare)
    if found is None:
        raise ValueError("is no bcrypt hash of the forms $2a$, $2b$ and $2y$")
    if not 4 <= int(found["cost"]) <= MAX_COST:
        raise ValueError(f"asks for a bcrypt cost other than 4 to {MAX_COST}")
    return BcryptHash(bare)
