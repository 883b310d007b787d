"""An issuer's keys over time: when they are fetched anew, and what holds while they cannot be."""

from collections.abc import Callable
from dataclasses import dataclass

from ostiary_client.errors import KeysUnavailableError, OstiaryClientError
from ostiary_client.protocol.messages import Exchange
from ostiary_client.verification.key_set import VerificationKey
from ostiary_client.verification.key_set_fetch import PublishedKeys, fetch_keys
from ostiary_client.verification.trusted_issuer import TrustedIssuer

STALE_SECONDS = 3600.0
"""For so long old keys do while new ones cannot be had."""
MISS_SECONDS = 60.0
"""Tokens of unknown keys make the keys be fetched no more often than this."""
PAUSE_SECONDS = 5.0
"""After a failure, nobody waits for another attempt for so long."""
STALE_PAUSE_SECONDS = 30.0
"""The same, while old keys will do."""


@dataclass(frozen=True, slots=True)
class _Held:
    published: PublishedKeys
    fetched_at: float

    def is_fresh(self, now: float) -> bool:
        # A clock that was set back must not make keys live longer.
        return self.fetched_at <= now < self.fetched_at + self.published.fresh_seconds

    def is_usable(self, now: float) -> bool:
        return now < self.fetched_at + self.published.fresh_seconds + STALE_SECONDS


class KeySource:
    """The keys of one issuer; fetches nothing itself, but says when to, and how.

    Whoever drives it lets one `refresh` run at a time. Reading needs no lock: what is held is
    replaced as a whole.
    """

    def __init__(self, issuer: TrustedIssuer, now: Callable[[], float]) -> None:
        self._issuer = issuer
        self._now = now
        self._held: _Held | None = None
        self._attempted_at = float("-inf")
        self._missed_at = float("-inf")
        self._is_refreshing = False
        self._error: OstiaryClientError | None = None

    def wants_refresh(self, kid: str | None, algorithm: str) -> bool:
        """Tell whether to refresh the keys, or to wait for whoever does, before judging a token."""
        now, held = self._now(), self._held
        if held is None or not held.is_usable(now):
            return self._is_refreshing or self._may_try(now, PAUSE_SECONDS)
        is_known = bool(held.published.keys.candidates(kid, algorithm))
        if self._is_refreshing:
            # Those whose key is known go on with the old ones meanwhile.
            return not is_known
        if not held.is_fresh(now):
            return self._may_try(now, STALE_PAUSE_SECONDS)
        return not is_known and not 0 <= now - self._missed_at < MISS_SECONDS

    def keys_for(self, kid: str | None, algorithm: str) -> tuple[VerificationKey, ...]:
        """Return the keys that may have signed a token; none when the issuer has no such key.

        Raises: KeysUnavailableError when that cannot be known.
        """
        held = self._held
        if held is None or not held.is_usable(self._now()):
            raise self._unavailable()
        keys = held.published.keys.candidates(kid, algorithm)
        if not keys and self._error is not None:
            raise self._unavailable()
        return keys

    def passed_over(self) -> tuple[str, ...]:
        """Return why keys of the issuer's set do not count, for an error's remedy."""
        return () if self._held is None else self._held.published.keys.passed_over

    def refresh(self) -> Exchange[None]:
        """Fetch the keys; a failure is kept for those who ask, and raises nothing."""
        now, held = self._now(), self._held
        self._attempted_at = now
        if held is not None and held.is_fresh(now):
            self._missed_at = now
        self._is_refreshing = True
        jwks_uris = self._jwks_uris()
        # Whoever breaks off in the middle leaves this behind, so that the next one waits too.
        self._error = KeysUnavailableError("Fetching them was broken off")
        try:
            published = yield from fetch_keys(self._issuer, jwks_uris)
        except OstiaryClientError as error:
            self._error = error
        else:
            self._held, self._error = _Held(published, self._now()), None
        finally:
            self._is_refreshing = False

    def _may_try(self, now: float, pause_seconds: float) -> bool:
        return self._error is None or not 0 <= now - self._attempted_at < pause_seconds

    def _jwks_uris(self) -> tuple[str, ...]:
        """Return where the keys are; after a failure the metadata is asked again."""
        if self._issuer.jwks_uris or self._held is None or self._error is not None:
            return self._issuer.jwks_uris
        return self._held.published.jwks_uris

    def _unavailable(self) -> KeysUnavailableError:
        return KeysUnavailableError(
            f"The keys of {self._issuer.issuer} cannot be had",
            remedy=str(self._error or "They are not there yet; try again"),
        )
