"""What a server's answer to a bind says of a password: right, wrong, or right and yet no use."""

import re
from dataclasses import dataclass

from ostiary.core.crypto.passwords import PasswordCheck

POLICY_CONTROL = "1.3.6.1.4.1.42.2.27.8.5.1"
"""Password policy for LDAP directories (draft-behera-ldap-password-policy-10)."""
EXPIRED, LOCKED, CHANGE_AFTER_RESET = 0, 1, 2
_SEQUENCE, _WARNING, _ERROR, _GRACE = 0x30, 0xA0, 0x81, 0x81
_LONG = 0x80
_DATA = re.compile(r"\bdata ([0-9a-f]{2,4})\b")
_ACTIVE_DIRECTORY = {
    "52e": "",
    "525": "",
    "530": "restricted",
    "531": "restricted",
    "532": "expired",
    "533": "disabled",
    "568": "restricted",
    "701": "account_expired",
    "773": "must_change",
    "775": "locked",
}
"""What Active Directory adds to `invalidCredentials`; the two that ask for another password are
said of the right password only."""
CHANGEABLE = frozenset({"expired", "must_change"})


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """What the response control of a password policy says.

    Args:
        error: its number; None for none.
        has_grace: the password has expired, and is good for a few times more.
    """

    error: int | None = None
    has_grace: bool = False


def read_policy(encoded: bytes | None) -> PolicyAnswer:
    """Read the control's value, as §6.2 of that draft has it; what is none says nothing."""
    error, has_grace = None, False
    try:
        for tag, value in _members(_only(encoded or b"", _SEQUENCE)):
            if tag == _WARNING:
                has_grace = any(inner == _GRACE for inner, _ in _members(value))
            elif tag == _ERROR:
                error = int.from_bytes(value, "big")
    except ValueError:
        return PolicyAnswer()
    return PolicyAnswer(error, has_grace)


def accepted(policy: PolicyAnswer) -> PasswordCheck:
    """Return what comes of a bind that succeeded."""
    must_change = policy.has_grace or policy.error in (EXPIRED, CHANGE_AFTER_RESET)
    return PasswordCheck(is_right=True, must_change=must_change)


def refused(policy: PolicyAnswer, message: str, *, may_choose: bool) -> PasswordCheck:
    """Return what comes of a bind that was refused.

    Args: may_choose: whoever knows an expired password may choose another one; then the directory
        is asked again whether it is known.
    """
    refusal = _name(policy, message)
    if refusal in CHANGEABLE and may_choose:
        return PasswordCheck(is_right=True, must_change=True)
    return PasswordCheck(is_right=False, refusal=refusal)


def _name(policy: PolicyAnswer, message: str) -> str:
    match policy.error:
        case 0:
            return "expired"
        case 1:
            return "locked"
        case 2:
            return "must_change"
        case _:
            pass
    found = _DATA.search(message)
    return "" if found is None else _ACTIVE_DIRECTORY.get(found[1], "")


def _members(encoded: bytes) -> list[tuple[int, bytes]]:
    found = []
    while encoded:
        tag, value, encoded = _take(encoded)
        found.append((tag, value))
    return found


def _only(encoded: bytes, wanted: int) -> bytes:
    tag, value, rest = _take(encoded)
    if tag != wanted or rest:
        raise ValueError("is something else")
    return value


def _take(encoded: bytes) -> tuple[int, bytes, bytes]:
    """Return tag, value and what follows; no such control is long enough for a long length."""
    if len(encoded) < 2 or encoded[1] >= _LONG or len(encoded) < 2 + encoded[1]:
        raise ValueError("ends too early")
    end = 2 + encoded[1]
    return encoded[0], encoded[2:end], encoded[end:]
