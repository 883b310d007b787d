"""One-time codes: what is sent to a person to be typed here, and compared a few times at most."""

import hmac
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from ostiary.core.base import b64
from ostiary.core.base.clock import Clock
from ostiary.core.model.environment import Environment

MAX_FAILURES = 5
"""Five guesses at one of a million: one in 200,000.

Spec: NIST SP 800-63B-4 §3.1.3.2, §3.2.2.
"""
_IGNORED = dict.fromkeys(map(ord, " -\u00a0\u2010\u2011\u2012\u2013\t\r\n"))
"""What people and programs put between the groups of a code."""


class CodeAlphabet(StrEnum):
    """Of which characters a code is made."""

    DIGITS = "digits"
    ALPHANUMERIC = "alphanumeric"
    """Upper case, of characters that look like no other of them; without vowels there are no words
    in it."""


_CHARACTERS = {
    CodeAlphabet.DIGITS: string.digits,
    CodeAlphabet.ALPHANUMERIC: "23456789CDFGHJKMNPQRTVWXY",
}


class KeptCode(msgspec.Struct, frozen=True):
    """What is kept of a code: it can be recognised, and not be found out.

    Args:
        digest: keyed by the environment; of the code, its purpose, and whom it is bound to.
        expires_at: seconds since the epoch.
        failures: how many wrong ones were presented.
    """

    digest: str
    expires_at: float
    failures: int = 0

    @property
    def remaining(self) -> int:
        """Return how many more may be presented."""
        return max(MAX_FAILURES - self.failures, 0)

    def to_state(self) -> dict[str, Any]:
        """Return it as JSON values, for the state of a step."""
        return {"digest": self.digest, "expires_at": self.expires_at, "failures": self.failures}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "KeptCode":
        """Read what `to_state` wrote."""
        return msgspec.convert(state, cls)


class RightCode(msgspec.Struct, frozen=True):
    """It is the code; the caller spends it by what it writes next, the flow's next version."""


class WrongCode(msgspec.Struct, frozen=True):
    """It is not the code.

    Args: kept takes the place of what was kept, before anybody is told; else nothing is counted.
    """

    kept: KeptCode


class OverCode(msgspec.Struct, frozen=True):
    """The code is too old, or was guessed at too often: nothing is right any more."""


CodeResult = RightCode | WrongCode | OverCode


@dataclass(frozen=True, slots=True)
class OneTimeCodes:
    """Makes one-time codes, and compares what comes back.

    It limits the guesses at one code. Whoever makes codes limits how many are made for one person,
    and counts wrong ones across them.
    """

    clock: Clock

    def make(  # noqa: PLR0913 - the last three each have a usual value
        self,
        env: Environment,
        purpose: str,
        bound_to: str,
        *,
        length: int = 6,
        alphabet: CodeAlphabet = CodeAlphabet.DIGITS,
        lifetime_seconds: int = 600,
    ) -> tuple[str, KeptCode]:
        """Return a new code, to be sent, and what is to be kept of it.

        Args:
            purpose: for what alone it is good, such as "recovery".
            bound_to: for whom alone: the flow's id and the user's.
        """
        code = "".join(secrets.choice(_CHARACTERS[alphabet]) for _ in range(length))
        digest = _digest(env, purpose, bound_to, code)
        return code, KeptCode(digest, self.clock.now() + lifetime_seconds)

    def check(
        self, env: Environment, purpose: str, bound_to: str, kept: KeptCode, presented: str
    ) -> CodeResult:
        """Compare what somebody typed; case and what stands between groups do not matter.

        The last guess comes back as wrong with none remaining, so that it is counted too.
        """
        if self.clock.now() >= kept.expires_at or kept.failures >= MAX_FAILURES:
            return OverCode()
        digest = _digest(env, purpose, bound_to, presented.translate(_IGNORED).upper())
        if hmac.compare_digest(digest.encode(), kept.digest.encode()):
            return RightCode()
        return WrongCode(msgspec.structs.replace(kept, failures=kept.failures + 1))


def _digest(env: Environment, purpose: str, bound_to: str, code: str) -> str:
    # The length in front tells where the one ends and the other begins.
    value = f"{len(bound_to)}:{bound_to}{code}"
    return b64.encode(env.client_secrets.mark(f"one-time code, {purpose}", value))
