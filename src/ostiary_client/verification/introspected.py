"""Tokens that an issuer is asked about, and for how long its answers are remembered."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from ostiary_client.errors import (
    InvalidTokenError,
    IssuerUnavailableError,
    OstiaryClientError,
)
from ostiary_client.protocol.certificate_endpoints import for_certificates
from ostiary_client.protocol.discovery import discover
from ostiary_client.protocol.introspection import introspect
from ostiary_client.protocol.messages import Exchange
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.protocol.retry import RetryPolicy
from ostiary_client.protocol.token_endpoint import Endpoint
from ostiary_client.transport_options import Cert
from ostiary_client.verification import refusals
from ostiary_client.verification.access_token import check_introspected
from ostiary_client.verification.binding import Certificate, check_binding
from ostiary_client.verification.trusted_issuer import Introspector, TrustedIssuer
from ostiary_client.verification.validity import Moment
from ostiary_client.verification.verified_token import VerifiedToken

MOST_REMEMBERED = 10_000
_POLICY = RetryPolicy(attempts=2, longest_pause_seconds=1.0)


@dataclass(frozen=True, slots=True)
class _Remembered:
    token: VerifiedToken
    until: float


class IntrospectedTokens:
    """The tokens of one issuer, as it describes them; sends nothing itself."""

    def __init__(
        self,
        issuer: TrustedIssuer,
        how: Introspector,
        moment: Callable[[], Moment],
        *,
        most_remembered: int = MOST_REMEMBERED,
    ) -> None:
        self._issuer = issuer
        self._how = how
        self._moment = moment
        self._most_remembered = most_remembered
        self._metadata: Metadata | None = how.metadata
        self._remembered: OrderedDict[bytes, _Remembered] = OrderedDict()
        self._lock = Lock()

    @property
    def cert(self) -> Cert | None:
        """The certificate that is shown to the issuer."""
        return self._how.cert

    def remembered(
        self, value: str, certificate: Certificate | None = None
    ) -> VerifiedToken | None:
        """Return what the issuer said of a token a short while ago.

        Raises: InvalidTokenError when it is bound to another certificate than this sender's.
        """
        if not self._how.cache_seconds:
            return None
        with self._lock:
            known = self._remembered.get(_digest(value))
        if known is None or self._moment().now >= known.until:
            return None
        check_binding(known.token.claims, certificate)
        return known.token

    def ask(self, value: str, certificate: Certificate | None = None) -> Exchange[VerifiedToken]:
        """Ask the issuer about a token.

        Raises: InvalidTokenError; IssuerUnavailableError when there is no answer to rely on.
        """
        try:
            said = yield from introspect((yield from self._endpoint()), value)
        except OstiaryClientError as error:
            raise IssuerUnavailableError(
                f"{self._issuer.issuer} cannot be asked about tokens", remedy=str(error)
            ) from None
        if not said.active:
            raise InvalidTokenError(refusals.NOT_ACTIVE)
        moment = self._moment()
        token = check_introspected(value, said.claims, self._issuer, moment, certificate)
        self._remember(token, moment.now)
        return token

    def _endpoint(self) -> Exchange[Endpoint]:
        if self._metadata is None:
            found = yield from discover(
                self._issuer.base_url or self._issuer.issuer,
                policy=_POLICY,
                issuer=self._issuer.issuer,
                trusted_origins=self._issuer.trusted_origins,
                insecure_http=self._issuer.insecure_http,
            )
            if self._how.cert is not None:
                found = for_certificates(found, self._issuer.trusted_origins)
            self._metadata = found
        authentication = self._how.identity.authentication(self._metadata)
        return Endpoint(
            "introspection_endpoint",
            self._metadata,
            authentication,
            _POLICY,
            lambda: self._moment().now,
        )

    def _remember(self, token: VerifiedToken, now: float) -> None:
        until = now + self._how.cache_seconds
        if token.expires_at is not None:
            until = min(until, token.expires_at)
        if until <= now:
            return
        with self._lock:
            self._remembered[_digest(token.value)] = _Remembered(token, until)
            while len(self._remembered) > self._most_remembered:
                self._remembered.popitem(last=False)


def _digest(value: str) -> bytes:
    # Tokens are not kept as keys: a dump of the memory holds fewer of them.
    return hashlib.sha256(value.encode()).digest()
