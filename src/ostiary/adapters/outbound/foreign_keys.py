"""Key sets of other issuers: read through the server's one HTTPS client, and kept for a while."""

import asyncio
from dataclasses import dataclass

from ostiary.core.base import strict_json
from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import EnvironmentId
from ostiary.core.crypto.keys import KeyRefusedError, VerificationKey
from ostiary.core.model.environment import Environment
from ostiary.core.ports.fetcher import Fetcher, FetchFailedError, FetchRequest

FRESH_SECONDS = 600.0
"""Keys that an issuer takes away are believed for so long."""
PAUSE_SECONDS = 60.0
"""Between two attempts to read one set."""
KEPT_SECONDS = 24 * 3600.0
"""While a set cannot be read, the one before counts for so long."""
MAX_SETS = 256
"""Beyond it a set is forgotten, where one may be; there are no more than are configured."""
MAX_KEYS = 50
MAX_BYTES = 128 * 1024
PURPOSE = "key_set"


@dataclass(slots=True)
class _KeySet:
    """One set, and when it was read and tried; times are seconds since the epoch, 0 for never.

    reading: is there while the set is being read.
    """

    keys: tuple[VerificationKey, ...] = ()
    read_at: float = 0.0
    tried_at: float = 0.0
    reading: asyncio.Task[None] | None = None

    def has(self, kid: str | None) -> bool:
        return bool(self.keys) and (kid is None or any(key.kid == kid for key in self.keys))


class FetchedKeys:
    """Implements the `ForeignKeys` port; each process has its own."""

    def __init__(self, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._sets: dict[tuple[EnvironmentId, str], _KeySet] = {}

    async def find(
        self, env: Environment, url: str, *, kid: str | None
    ) -> tuple[VerificationKey, ...]:
        known = self._set_of(env, url)
        if known.reading is None and self._is_due(known, kid):
            await self._read(env, url, known)
        elif known.reading is not None and not known.has(kid):
            await asyncio.shield(known.reading)  # nobody else need wait for it
        return self._usable(known)

    def _set_of(self, env: Environment, url: str) -> _KeySet:
        known = self._sets.setdefault((env.id, url), _KeySet())
        if len(self._sets) > MAX_SETS:
            self._make_room()
        return known

    def _make_room(self) -> None:
        """Forget a set, but none whose pause is not over: it would be read again within it."""
        now = self._clock.now()
        for place, known in self._sets.items():
            if known.reading is None and known.tried_at and now >= known.tried_at + PAUSE_SECONDS:
                del self._sets[place]
                return

    def _is_due(self, known: _KeySet, kid: str | None) -> bool:
        now = self._clock.now()
        if now < known.tried_at + PAUSE_SECONDS:
            return False
        return not known.has(kid) or now >= known.read_at + FRESH_SECONDS

    def _usable(self, known: _KeySet) -> tuple[VerificationKey, ...]:
        if not known.read_at or self._clock.now() >= known.read_at + KEPT_SECONDS:
            raise UnavailableError(
                "The keys of the issuer cannot be read now.",
                retry_after_seconds=int(PAUSE_SECONDS),
                reason="the issuer's key set cannot be read",
            )
        return known.keys

    async def _read(self, env: Environment, url: str, known: _KeySet) -> None:
        """Read a set to the end, even if who asked for it hangs up: others may wait for it."""
        known.tried_at = self._clock.now()
        known.reading = asyncio.create_task(self._fetch(env, url, known))
        await asyncio.shield(known.reading)

    async def _fetch(self, env: Environment, url: str, known: _KeySet) -> None:
        request = FetchRequest(PURPOSE, url, accept="application/json", max_bytes=MAX_BYTES)
        try:
            answer = await self._fetcher.fetch(env, request)
            keys = read_key_set(answer.body) if answer.status == 200 else None
            if keys is not None:
                known.keys, known.read_at = keys, self._clock.now()
        except FetchFailedError:
            return  # an event has said so
        finally:
            known.reading = None


def read_key_set(body: bytes) -> tuple[VerificationKey, ...] | None:
    """Return the keys of a set that can verify signatures here; None for what is no key set.

    Others are passed over, as a set may hold keys for anything.
    Spec: RFC 7517 §5.
    """
    from ostiary.core.crypto.jwk_sets import parse_public_key  # noqa: PLC0415 - heavy, seldom used

    try:
        document = strict_json.loads(body)
    except ValueError:
        return None
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        return None
    keys: list[VerificationKey] = []
    for jwk in listed[:MAX_KEYS]:
        if isinstance(jwk, dict):
            try:
                keys.append(parse_public_key(jwk))
            except KeyRefusedError:
                continue
    return tuple(keys)
