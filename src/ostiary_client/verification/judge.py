"""Verification without its I/O: whose a presented token is, and whether it is to be believed."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ostiary_client.errors import ConfigurationError, InvalidTokenError
from ostiary_client.printable import printable
from ostiary_client.verification import refusals
from ostiary_client.verification.access_token import check_access_token, is_access_token
from ostiary_client.verification.binding import Certificate
from ostiary_client.verification.id_token import Login, check_id_token
from ostiary_client.verification.introspected import IntrospectedTokens
from ostiary_client.verification.key_source import KeySource
from ostiary_client.verification.logout_token import UnspentLogoutToken, check_logout_token
from ostiary_client.verification.reading import unverified
from ostiary_client.verification.reading.unverified import UnverifiedJWT
from ostiary_client.verification.signature import check_signature
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.validity import Moment
from ostiary_client.verification.verified_token import VerifiedToken

_BEARER = re.compile(r"[A-Za-z0-9._~+/-]+=*")


@dataclass(frozen=True, slots=True)
class Party:
    """A trusted issuer with what is known of it at the moment."""

    issuer: TrustedIssuer
    keys: KeySource
    introspected: IntrospectedTokens | None


@dataclass(frozen=True, slots=True)
class PresentedJWT:
    """A JWT that says which issuer it is of; only that issuer's keys will do."""

    party: Party
    jwt: UnverifiedJWT

    def wants_refresh(self) -> bool:
        """Tell whether the issuer's keys have to be refreshed before it is judged."""
        if self.jwt.algorithm not in self.party.issuer.algorithms:
            return False
        return self.party.keys.wants_refresh(self.jwt.kid, self.jwt.algorithm)


@dataclass(frozen=True, slots=True)
class PresentedReference:
    """A token that its issuer has to be asked about."""

    introspected: IntrospectedTokens
    value: str = field(repr=False)


class Judge:
    """Knows the trusted issuers; all of its work is done in memory."""

    def __init__(
        self, issuers: Iterable[TrustedIssuer], *, now: Callable[[], float], leeway_seconds: float
    ) -> None:
        self._now = now
        self._leeway_seconds = leeway_seconds
        self._parties: dict[str, Party] = {}
        for issuer in issuers:
            if issuer.issuer in self._parties:
                raise ConfigurationError(f"{issuer.issuer} is trusted twice")
            self._parties[issuer.issuer] = self._party(issuer)
        if not self._parties:
            raise ConfigurationError("No issuer is trusted", remedy="Give at least one")
        self._without_claim = self._only("issuer_claim_optional", lambda p: p.issuer)
        self._of_references = self._only("introspection", lambda p: p.introspected)

    def receive(self, value: str) -> PresentedJWT | PresentedReference:
        """Find out whose a token is, or else refuse it; nothing is fetched for a stranger.

        Raises: InvalidTokenError.
        """
        unverified.check_length(value)
        if not _BEARER.fullmatch(value):
            raise refusals.forged("no characters of a token")
        if value.count(".") != 2:
            return self._receive_reference(value)
        jwt = unverified.parse(value)
        party = self._route(jwt)
        introspection = party.issuer.introspection
        if introspection is not None and introspection.jwts_too and party.introspected:
            return PresentedReference(party.introspected, value)
        return PresentedJWT(party, jwt)

    def receive_logout_token(self, value: str) -> PresentedJWT:
        """Find out whose a logout token is; its issuer is never asked about it.

        Raises: InvalidTokenError; ConfigurationError.
        """
        jwt = unverified.parse(value)
        party = self._route(jwt)
        _client_id(party.issuer, "Logout tokens")
        return PresentedJWT(party, jwt)

    def check(
        self, presented: PresentedJWT, certificate: Certificate | None = None
    ) -> VerifiedToken:
        """Return what a token says, if that is to be believed.

        Raises: InvalidTokenError; KeysUnavailableError.
        """
        check_signature(presented.jwt, presented.party.issuer, presented.party.keys)
        jwt, issuer = presented.jwt, presented.party.issuer
        if issuer.accept_id_token and not is_access_token(jwt):
            return check_id_token(jwt, issuer, self._moment(), Login())
        return check_access_token(jwt, issuer, self._moment(), certificate)

    def check_id_token(self, presented: PresentedJWT, login: Login) -> VerifiedToken:
        """Return what an ID token says, if it is one of this login.

        Raises: InvalidTokenError; KeysUnavailableError; ConfigurationError.
        """
        _client_id(presented.party.issuer, "ID tokens")
        check_signature(presented.jwt, presented.party.issuer, presented.party.keys)
        return check_id_token(presented.jwt, presented.party.issuer, self._moment(), login)

    def check_logout_token(self, presented: PresentedJWT) -> UnspentLogoutToken:
        """Return what a logout token says, which is good if nobody has taken it so far.

        Raises: InvalidTokenError; KeysUnavailableError; ConfigurationError.
        """
        jwt, issuer = presented.jwt, presented.party.issuer
        client_id = _client_id(issuer, "Logout tokens")
        check_signature(jwt, issuer, presented.party.keys)
        return check_logout_token(jwt, issuer, client_id, self._moment())

    def _party(self, issuer: TrustedIssuer) -> Party:
        how = issuer.introspection
        return Party(
            issuer,
            KeySource(issuer, self._now),
            None if how is None else IntrospectedTokens(issuer, how, self._moment),
        )

    def _only(self, option: str, has: Callable[[Party], object]) -> Party | None:
        found = [p for p in self._parties.values() if getattr(p.issuer, option)]
        if len(found) > 1:
            raise ConfigurationError(
                f"{option} is set for several issuers, and only one can have it",
                remedy="A token that does not say its issuer could be of any of them",
            )
        return found[0] if found else None

    def _route(self, jwt: UnverifiedJWT) -> Party:
        claimed = jwt.claims.get("iss")
        party = self._parties.get(claimed) if isinstance(claimed, str) else None
        if claimed is None:
            party = self._without_claim
        if party is None and claimed is None:
            raise InvalidTokenError(
                refusals.NO_ISSUER,
                remedy="Have the issuer write iss, as the style rfc9068 does; or set "
                "issuer_claim_optional for the one issuer whose tokens lack it",
            )
        if party is None:
            named = printable(claimed) if isinstance(claimed, str) else "none"
            raise InvalidTokenError(
                refusals.UNKNOWN_ISSUER,
                remedy=f"It says {named}; trusted are {', '.join(self._parties)}",
            )
        return party

    def _receive_reference(self, value: str) -> PresentedReference:
        party = self._of_references
        if party is None or party.introspected is None:
            raise refusals.forged("no JWT, and no issuer that can be asked about other tokens")
        return PresentedReference(party.introspected, value)

    def _moment(self) -> Moment:
        return Moment(self._now(), self._leeway_seconds)


def _client_id(issuer: TrustedIssuer, what: str) -> str:
    """Return the application that an issuer's tokens are for."""
    if not issuer.client_id:
        raise ConfigurationError(
            f"{what} are for one application, which has to be named",
            remedy="Give the trusted issuer client_id=…",
        )
    return issuer.client_id
