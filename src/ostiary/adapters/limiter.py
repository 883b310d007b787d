"""Counting in this process what nobody may do too often: bounded, in fixed windows of time."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import inf

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import TooManyAttemptsError
from ostiary.core.model.environment import Environment

Subject = tuple[str, ...]
IPV6_PREFIX_BITS = 64
MAX_SUBJECTS = 50_000
REMEMBERED_ADDRESSES = 4096
MAX_WORD_CHARACTERS = 256
"""Longer words are cut for counting, so that strangers' words cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many times a subject may do what is counted, in one window of seconds."""

    times: int
    window_seconds: float


DEFAULT_ALLOWANCES: Mapping[str, Allowance | None] = {
    "client": Allowance(times=10, window_seconds=60),
    "address": Allowance(times=100, window_seconds=60),
    "flow": Allowance(times=600, window_seconds=60),
    "message": Allowance(times=60, window_seconds=600),
    "reference": Allowance(times=3000, window_seconds=60),
    "device": Allowance(times=60, window_seconds=60),
    "device code": Allowance(times=60, window_seconds=60),
    "user code": Allowance(times=20, window_seconds=60),
    "user code of": Allowance(times=5, window_seconds=600),
    "user code of anybody": Allowance(times=100, window_seconds=60),
}
"""By the first word of a subject; None for as often as anybody likes.

Of clients and addresses failures are counted; a message is a code for somebody who has proved
nothing yet, a reference one that stood for nothing: late people bring an application some, and
strangers as many as they like, who must not close it to everybody else. A client is always counted
together with the caller's address, so that one address cannot lock a client out for all others.
Devices are those that begin to wait, a device code is counted each time its device asks; of user
codes the wrong ones are: of one caller, of one user, and of everybody.
"""


def with_flows_per_minute(limit: int) -> Mapping[str, Allowance | None]:
    """Return the usual allowances with another one for flows, and others in proportion.

    Args: limit: 0 is none, for all of them.
    """
    if not limit:
        return {**DEFAULT_ALLOWANCES, "flow": None, "message": None, "device": None}
    return {
        **DEFAULT_ALLOWANCES,
        "flow": Allowance(limit, window_seconds=60),
        "message": Allowance(max(5, limit // 10), window_seconds=600),
        "device": Allowance(max(5, limit // 10), window_seconds=60),
    }


class WindowLimiter:
    """Implements the `Limiter` port for one process; each worker counts for itself.

    The last word of a subject is an IP address; the /64 of an IPv6 address counts as one caller.
    """

    def __init__(
        self, clock: Clock, allowances: Mapping[str, Allowance | None] = DEFAULT_ALLOWANCES
    ) -> None:
        self._clock = clock
        self._allowances = allowances
        self._counts: OrderedDict[tuple[str, ...], tuple[float, int]] = OrderedDict()
        self._counts_until: dict[str, float] = {}
        """By kind of subject: when all windows are over, and there is nothing to look up more."""

    def check(self, env: Environment, *subjects: Subject) -> None:
        """Refuse when any subject has used up its allowance.

        Raises: TooManyAttemptsError.
        """
        now = self._clock.now()
        for subject in subjects:
            allowance = self._allowances[subject[0]]
            if allowance is None or now >= self._counts_until.get(subject[0], -inf):
                continue
            started, count = self._counts.get(_key(env, subject), (0.0, 0))
            left = started + allowance.window_seconds - now
            if count >= allowance.times and 0 < left <= allowance.window_seconds:
                raise TooManyAttemptsError(
                    "Too many failed attempts; wait before the next one.",
                    retry_after_seconds=max(1, int(left + 0.999)),
                )

    def count(self, env: Environment, *subjects: Subject) -> None:
        """Count one more for each subject; the oldest subjects are forgotten first."""
        now = self._clock.now()
        for subject in subjects:
            allowance = self._allowances[subject[0]]
            if allowance is None:
                continue
            key, window = _key(env, subject), allowance.window_seconds
            started, count = self._counts.pop(key, (now, 0))
            if not 0 <= now - started < window:
                started, count = now, 0
            self._counts[key] = (started, count + 1)
            until = self._counts_until.get(subject[0], -inf)
            self._counts_until[subject[0]] = max(until, started + window)
            if len(self._counts) > MAX_SUBJECTS:
                self._counts.popitem(last=False)

    def forgive(self, env: Environment, *subjects: Subject) -> None:
        """Count one less for each subject, where that was counted and is not over."""
        for subject in subjects:
            key = _key(env, subject)
            started, count = self._counts.get(key, (0.0, 0))
            if count > 0:
                self._counts[key] = (started, count - 1)


def _key(env: Environment, subject: Subject) -> tuple[str, ...]:
    words = [word[:MAX_WORD_CHARACTERS] for word in subject[:-1]]
    return (env.id, *words, _network(subject[-1]))


@lru_cache(REMEMBERED_ADDRESSES)
def _network(address: str) -> str:
    """Return the caller an address stands for: itself, or its IPv6 /64.

    A socket that takes both kinds shows IPv4 callers as mapped into one single /64.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:MAX_WORD_CHARACTERS]
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(int(parsed) >> (128 - IPV6_PREFIX_BITS))
