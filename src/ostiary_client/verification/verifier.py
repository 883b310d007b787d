"""Verifying presented tokens from threads."""

import time
from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Self, TypeVar

from ostiary_client.errors import InvalidTokenError
from ostiary_client.protocol.messages import Exchange
from ostiary_client.transport import SyncTransport
from ostiary_client.transport_options import Cert, Verify
from ostiary_client.verification import refusals
from ostiary_client.verification.binding import Certificate
from ostiary_client.verification.id_token import Login
from ostiary_client.verification.judge import Judge, PresentedJWT, PresentedReference
from ostiary_client.verification.logout_token import LogoutToken
from ostiary_client.verification.reach import reach_of
from ostiary_client.verification.spent_tokens import SpentTokens, SpentTokensInMemory
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.verified_token import VerifiedToken

T = TypeVar("T")
LEEWAY_SECONDS = 30.0
TIMEOUT_SECONDS = 5.0


class TokenVerifier:
    """Tells whether a token that somebody presents is to be believed; threads may share it.

    Keys are fetched when the first token comes, and then every few minutes. As a context manager
    it keeps its connections for introspection; keys are fetched in one of their own each time.

        from ostiary_client import Client, TokenVerifier, TrustedIssuer

        issuer = TrustedIssuer(
            "https://localhost:9031",
            audience=None,
            issuer_claim_optional=True,
            jwks_uri="https://localhost:9031/ext/oauth/jwks",
        )
        verifier = TokenVerifier(issuer)
        with Client(
            "https://localhost:9031", client_id="sdk-client-id", client_secret="sdk-client-secret"
        ) as client:
            token = verifier.verify(client.token("api:read").value)
        print(token.client_id, token.scopes)

    verify, timeout_seconds: as `ClientOptions` has them.
    leeway_seconds: by how much the issuer's clock may differ.
    now: the clock, in seconds since the epoch.
    spent_tokens: remembers the logout tokens that were taken; what several workers share, or else
        a memory of this process.
    """

    def __init__(
        self,
        *issuers: TrustedIssuer,
        verify: Verify = True,
        timeout_seconds: float = TIMEOUT_SECONDS,
        leeway_seconds: float = LEEWAY_SECONDS,
        now: Callable[[], float] = time.time,
        spent_tokens: SpentTokens | None = None,
    ) -> None:
        self._spent = spent_tokens or SpentTokensInMemory(now=now)
        self._judge = Judge(issuers, now=now, leeway_seconds=leeway_seconds)
        self._reach = reach_of(issuers, verify, timeout_seconds)
        self._locks = {issuer.issuer: Lock() for issuer in issuers}
        self._kept: dict[Cert | None, SyncTransport] = {}

    def verify(self, token: str, *, certificate: Certificate | None = None) -> VerifiedToken:
        """Return what an access token says.

        Spec: RFC 8705 §3.
        Args: certificate is what its sender showed in the TLS handshake; without it no token is
            good that is bound to one.
        Raises: InvalidTokenError; IssuerUnavailableError, KeysUnavailableError among them.
        """
        presented = self._judge.receive(token)
        if isinstance(presented, PresentedReference):
            known = presented.introspected.remembered(token, certificate)
            if known is not None:
                return known
            asking = presented.introspected.ask(token, certificate)
            return self._run(asking, presented.introspected.cert)
        self._have_keys(presented)
        return self._judge.check(presented, certificate)

    def verify_id_token(
        self,
        token: str,
        *,
        nonce: str | None = None,
        access_token: str | None = None,
        code: str | None = None,
    ) -> VerifiedToken:
        """Return what an ID token says that came for the issuer's `client_id`.

        Args: nonce is what the login was begun with; access_token what came beside it; code what
            came beside it in the same answer, in hybrid flows only.
        Raises: as `verify`.
        """
        presented = self._judge.receive(token)
        if isinstance(presented, PresentedReference):
            raise InvalidTokenError(refusals.NO_ID_TOKEN)
        self._have_keys(presented)
        return self._judge.check_id_token(presented, Login(nonce, access_token, code))

    def verify_logout_token(self, token: str) -> LogoutToken:
        """Return whose session is over, as a logout token says for the issuer's `client_id`.

        Each token is good once.

        Spec: OpenID Connect Back-Channel Logout 1.0 §2.6.
        Raises: as `verify`.
        """
        presented = self._judge.receive_logout_token(token)
        self._have_keys(presented)
        unspent = self._judge.check_logout_token(presented)
        if self._spent.spend(unspent.key, unspent.until) is not True:
            raise InvalidTokenError(refusals.SPENT)
        return unspent.token

    def _have_keys(self, presented: PresentedJWT) -> None:
        if not presented.wants_refresh():
            return
        party = presented.party
        with self._locks[party.issuer.issuer]:
            if presented.wants_refresh():  # nobody did it while this one waited
                with SyncTransport(self._reach[None]) as transport:
                    transport.run(party.keys.refresh())

    def _run(self, exchange: Exchange[T], cert: Cert | None) -> T:
        if cert in self._kept:
            return self._kept[cert].run(exchange)
        with SyncTransport(self._reach[cert]) as transport:
            return transport.run(exchange)

    def close(self) -> None:
        """Close the connections that were kept."""
        kept, self._kept = self._kept, {}
        for transport in kept.values():
            transport.close()

    def __enter__(self) -> Self:
        self._kept = self._kept or {cert: SyncTransport(how) for cert, how in self._reach.items()}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
