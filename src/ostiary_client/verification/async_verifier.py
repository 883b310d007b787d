"""Verifying presented tokens from coroutines."""

import time
from collections.abc import Callable
from inspect import isawaitable
from types import TracebackType
from typing import Self, TypeVar

import anyio

from ostiary_client.errors import InvalidTokenError
from ostiary_client.protocol.messages import Exchange
from ostiary_client.transport import AsyncTransport
from ostiary_client.transport_options import Cert, Verify
from ostiary_client.verification import refusals
from ostiary_client.verification.binding import Certificate
from ostiary_client.verification.id_token import Login
from ostiary_client.verification.judge import Judge, PresentedJWT, PresentedReference
from ostiary_client.verification.logout_token import LogoutToken
from ostiary_client.verification.reach import reach_of
from ostiary_client.verification.spent_tokens import (
    AsyncSpentTokens,
    SpentTokens,
    SpentTokensInMemory,
)
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.verified_token import VerifiedToken
from ostiary_client.verification.verifier import LEEWAY_SECONDS, TIMEOUT_SECONDS

T = TypeVar("T")
_MOST_TIMEOUTS = 4
"""Metadata and keys, each asked for twice; an answer that trickles in takes no longer."""


class AsyncTokenVerifier:
    """Does what `TokenVerifier` does, under asyncio or trio, and blocks no loop."""

    def __init__(
        self,
        *issuers: TrustedIssuer,
        verify: Verify = True,
        timeout_seconds: float = TIMEOUT_SECONDS,
        leeway_seconds: float = LEEWAY_SECONDS,
        now: Callable[[], float] = time.time,
        spent_tokens: SpentTokens | AsyncSpentTokens | None = None,
    ) -> None:
        self._spent = spent_tokens or SpentTokensInMemory(now=now)
        self._judge = Judge(issuers, now=now, leeway_seconds=leeway_seconds)
        self._reach = reach_of(issuers, verify, timeout_seconds)
        self._locks = {issuer.issuer: anyio.Lock() for issuer in issuers}
        self._kept: dict[Cert | None, AsyncTransport] = {}

    async def verify(self, token: str, *, certificate: Certificate | None = None) -> VerifiedToken:
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
            return await self._run(asking, presented.introspected.cert)
        await self._have_keys(presented)
        return self._judge.check(presented, certificate)

    async def verify_id_token(
        self,
        token: str,
        *,
        nonce: str | None = None,
        access_token: str | None = None,
        code: str | None = None,
    ) -> VerifiedToken:
        """Return what an ID token says that came for the issuer's `client_id`.

        Args: as `TokenVerifier.verify_id_token`.
        Raises: as `verify`.
        """
        presented = self._judge.receive(token)
        if isinstance(presented, PresentedReference):
            raise InvalidTokenError(refusals.NO_ID_TOKEN)
        await self._have_keys(presented)
        return self._judge.check_id_token(presented, Login(nonce, access_token, code))

    async def verify_logout_token(self, token: str) -> LogoutToken:
        """Return whose session is over, as `TokenVerifier.verify_logout_token` does.

        Raises: as `verify`.
        """
        presented = self._judge.receive_logout_token(token)
        await self._have_keys(presented)
        unspent = self._judge.check_logout_token(presented)
        taken = self._spent.spend(unspent.key, unspent.until)
        if (await taken if isawaitable(taken) else taken) is not True:
            raise InvalidTokenError(refusals.SPENT)
        return unspent.token

    async def _have_keys(self, presented: PresentedJWT) -> None:
        if not presented.wants_refresh():
            return
        party = presented.party
        async with self._locks[party.issuer.issuer]:
            if not presented.wants_refresh():  # somebody did it while this one waited
                return
            # One who hangs up in the middle must not undo it: others wait for the keys, and whoever
            # comes and goes would have them fetched without end. So time alone ends it.
            reach = self._reach[None]
            with anyio.move_on_after(_MOST_TIMEOUTS * reach.timeout_seconds, shield=True):
                async with AsyncTransport(reach) as transport:
                    await transport.run(party.keys.refresh())

    async def _run(self, exchange: Exchange[T], cert: Cert | None) -> T:
        if cert in self._kept:
            return await self._kept[cert].run(exchange)
        async with AsyncTransport(self._reach[cert]) as transport:
            return await transport.run(exchange)

    async def aclose(self) -> None:
        """Close the connections that were kept."""
        kept, self._kept = self._kept, {}
        for transport in kept.values():
            await transport.aclose()

    async def __aenter__(self) -> Self:
        self._kept = self._kept or {cert: AsyncTransport(how) for cert, how in self._reach.items()}
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()
