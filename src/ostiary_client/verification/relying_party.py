"""What an application verifies of those whom it signs on: ID tokens, and signed userinfo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary_client.errors import InvalidTokenError
from ostiary_client.protocol.messages import Exchange
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.verification import refusals
from ostiary_client.verification.algorithms import ALGORITHMS
from ostiary_client.verification.id_token import Login, check_id_token
from ostiary_client.verification.key_source import KeySource
from ostiary_client.verification.reading.claims import read_texts
from ostiary_client.verification.reading.unverified import UnverifiedJWT, parse
from ostiary_client.verification.signature import check_signature
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.validity import Moment, check_times
from ostiary_client.verification.verified_token import VerifiedToken

LEEWAY_SECONDS = 30.0


@dataclass(slots=True)
class RelyingParty:
    """One application at one issuer; keeps the issuer's keys, and sends nothing itself.

    Two conversations at a time may fetch the same keys twice; either's will do.
    """

    issuer: TrustedIssuer
    now: Callable[[], float] = field(repr=False)
    keys: KeySource = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin without keys."""
        self.keys = KeySource(self.issuer, self.now)

    def id_token(self, value: str, login: Login) -> Exchange[VerifiedToken]:
        """Return what an ID token says that came from the token endpoint, or through a browser.

        Spec: OpenID Connect Core 1.0 §3.1.3.7.
        Raises: InvalidTokenError; KeysUnavailableError.
        """
        jwt = yield from self._signed(value)
        return check_id_token(jwt, self.issuer, self._moment(), login)

    def userinfo(self, value: str) -> Exchange[Mapping[str, Any]]:
        """Return what a signed answer of the userinfo endpoint says.

        Spec: OpenID Connect Core 1.0 §5.3.2, §5.3.4.
        Raises: InvalidTokenError; KeysUnavailableError.
        """
        jwt = yield from self._signed(value)
        audience = read_texts(jwt.claims, "aud") or ()
        if self.issuer.client_id not in audience:
            raise refusals.unusable("aud names another application")
        check_times(jwt.claims, self._moment())
        return jwt.claims

    def _signed(self, value: str) -> Exchange[UnverifiedJWT]:
        """Return a token of the issuer, whose keys are fetched if need be."""
        jwt = parse(value)
        if jwt.claims.get("iss") != self.issuer.issuer:
            raise InvalidTokenError(refusals.UNKNOWN_ISSUER)
        is_allowed = jwt.algorithm in self.issuer.algorithms
        if is_allowed and self.keys.wants_refresh(jwt.kid, jwt.algorithm):
            yield from self.keys.refresh()
        check_signature(jwt, self.issuer, self.keys)
        return jwt

    def _moment(self) -> Moment:
        return Moment(self.now(), LEEWAY_SECONDS)


def relying_party(
    metadata: Metadata, client_id: str, now: Callable[[], float], *, insecure_http: bool
) -> RelyingParty:
    """Return the application of that id at the issuer that the metadata describes.

    Of the algorithms that the issuer names those count that sign with private keys: `none` and
    HMAC do not.

    Spec: OpenID Connect Discovery 1.0 §3.
    Raises: DiscoveryError when the issuer publishes no keys.
    """
    named = metadata.document.get("id_token_signing_alg_values_supported")
    listed = {name for name in named if isinstance(name, str)} if isinstance(named, list) else set()
    issuer = TrustedIssuer(
        metadata.issuer,
        audience=None,
        client_id=client_id,
        jwks_uri=metadata.endpoint("jwks_uri"),
        algorithms=frozenset(ALGORITHMS.keys() & listed) or frozenset(ALGORITHMS),
        insecure_http=insecure_http,
    )
    return RelyingParty(issuer, now)
