"""Who calls the back channel of a reference adapter, and may."""

import hmac
from dataclasses import dataclass

import msgspec

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import InvalidClientError, OAuthCode, OAuthError, TooManyAttemptsError
from ostiary.core.clientauth.contract import BasicCredentials
from ostiary.core.crypto.client_certificates import ClientCertificate
from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_adapter import CallerRules, ReferenceAdapter
from ostiary.core.ports.limiter import Limiter
from ostiary.core.tokens.binding import is_held_by
from ostiary.core.tokens.inspect import TokenInspector

NOBODY = CallerRules()
"""Stands for an adapter that there is not: holding a caller against it costs the same."""


class Claim(msgspec.Struct, frozen=True):
    """Whom a request means, and says that it is from, in the adapters' own way."""

    adapter: str | None = None
    username: str | None = None
    pass_phrase: str | None = None

    @property
    def has_credentials(self) -> bool:
        return self.username is not None or self.pass_phrase is not None

    def __repr__(self) -> str:
        return f"Claim(adapter={self.adapter!r}, …)"


class PresentedCaller(msgspec.Struct, frozen=True):
    """What a request to the back channel shows of its sender; nothing of it is believed yet.

    Args:
        address: the caller's IP address, after trusted proxies.
        is_secure: nobody could read on the way what it shows.
        claim: in the way of writing that every adapter takes.
        second_claim: in the other one, for adapters that take it.
        basic: a name and a password, in the standard's own way.
        bearer: an access token; "" for what cannot be one.
        is_unreadable: credentials are there that nobody can read.
        certificate: of the TLS connection.
    """

    address: str
    is_secure: bool
    claim: Claim = Claim()
    second_claim: Claim = Claim()
    basic: BasicCredentials | None = None
    bearer: str | None = None
    is_unreadable: bool = False
    certificate: ClientCertificate | None = None

    def __repr__(self) -> str:
        return f"PresentedCaller(address={self.address!r}, …)"


@dataclass(frozen=True, slots=True)
class ReferenceCallers:
    """Authenticates applications at their adapters."""

    inspector: TokenInspector
    limiter: Limiter
    clock: Clock

    async def authenticate(self, env: Environment, presented: PresentedCaller) -> ReferenceAdapter:
        """Return the adapter that is meant, by a caller that it lets in.

        Spec: PingFederate "Reference ID adapter" (authentication of the application).
        Raises: InvalidClientError, the same for every reason; OAuthError access_denied without
            TLS; TooManyAttemptsError, UnavailableError.
        """
        if not presented.is_secure:
            raise OAuthError(OAuthCode.ACCESS_DENIED, "Credentials are taken over TLS only.")
        adapter = _choose(env, presented)
        claim = _claim_at(adapter, presented)
        claimed = adapter.key if adapter else claim.adapter or ""
        address = presented.address
        subjects = (("client", f"reference adapter {claimed}", address), ("address", address))
        try:
            self.limiter.check(env, *subjects)
        except TooManyAttemptsError as error:
            error.detail["claimed"] = claimed
            raise
        reason = await self._find_refusal(env, adapter, claim, presented)
        if adapter is not None and reason is None:
            return adapter
        self.limiter.count(env, *subjects)
        raise InvalidClientError(reason=reason or "no such adapter", claimed=claimed)

    async def _find_refusal(
        self,
        env: Environment,
        adapter: ReferenceAdapter | None,
        claim: Claim,
        presented: PresentedCaller,
    ) -> str | None:
        """Return why a caller is refused, whatever adapter it means; None when it is let in.

        A certificate says who calls where nothing else does: a proof that fails is never covered
        by another one.
        """
        rules = adapter.callers if adapter else NOBODY
        basic, bearer = presented.basic, presented.bearer
        shown = [claim.has_credentials, basic is not None, bearer is not None]
        if sum(shown) + presented.is_unreadable > 1:
            return "several kinds of credentials"
        if presented.is_unreadable:
            return "unreadable credentials"
        if bearer is not None:
            return await self._refuse_bearer(env, rules, bearer, presented.certificate)
        if basic is not None:
            return self._refuse_pair(env, rules, basic.user, basic.password)
        if claim.has_credentials:
            name, secret = claim.username or "", claim.pass_phrase or ""
            return self._refuse_pair(env, rules, name, secret)
        if presented.certificate is not None:
            return self._refuse_certificate(env, rules, presented.certificate)
        return "no credentials"

    def _refuse_pair(
        self, env: Environment, rules: CallerRules, username: str, pass_phrase: str
    ) -> str | None:
        """Compare both halves always, so that no answer comes earlier than another."""
        kept = () if rules.pass_phrase is None else (rules.pass_phrase,)
        is_right = env.client_secrets.matches(kept, pass_phrase, now=self.clock.now())
        expected = rules.username or ""
        is_right &= hmac.compare_digest(expected.encode(), username.encode())
        return None if is_right and expected else "wrong username or pass phrase"

    def _refuse_certificate(
        self, env: Environment, rules: CallerRules, certificate: ClientCertificate
    ) -> str | None:
        is_trusted = env.client_authorities.trust(certificate, now=self.clock.now())
        if rules.subject is None and rules.issuer is None:
            return "certificates are not enabled"
        if not is_trusted:
            return "the certificate is of no authority of this environment"
        if rules.subject is not None and not rules.subject.fits(certificate.subject):
            return f"another subject: {certificate.subject_text}"
        if rules.issuer is not None and not rules.issuer.fits(certificate.issuer):
            return f"another issuer: {certificate.issuer_text}"
        return None

    async def _refuse_bearer(
        self,
        env: Environment,
        rules: CallerRules,
        presented: str,
        certificate: ClientCertificate | None,
    ) -> str | None:
        """Hold an access token against an adapter's rules.

        Spec: RFC 6750 §2.1; RFC 8705 §3 (tokens that are bound to a certificate).
        """
        token = await self.inspector.inspect(env, presented)
        if token is None:
            return "the access token is unknown, expired or revoked"
        if rules.token_manager is None or token.manager_id != rules.token_manager:
            return "the access token is of another token manager"
        if token.client_id not in rules.client_ids:
            return "the access token is of another client"
        if not rules.required_scopes.issubset(token.scopes.names):
            return "the access token lacks a scope"
        if token.grant_id is not None and not rules.takes_user_tokens:
            return "the access token is for a user's data"
        if not is_held_by(token, certificate):
            return "the access token is bound to another certificate"
        return None


def _choose(env: Environment, presented: PresentedCaller) -> ReferenceAdapter | None:
    """Return the adapter that a request names, or the only one where it names none."""
    adapters, first, second = env.reference_adapters, presented.claim, presented.second_claim
    if first.adapter is not None:
        return adapters.get(first.adapter)
    if second.adapter is not None:
        found = adapters.get(second.adapter)
        if found is not None and found.takes_second_spelling:
            return found
    return next(iter(adapters.values())) if len(adapters) == 1 else None


def _claim_at(adapter: ReferenceAdapter | None, presented: PresentedCaller) -> Claim:
    """Return the claim that counts at an adapter: elsewhere the second one is not even read."""
    first, second = presented.claim, presented.second_claim
    if adapter is None or not adapter.takes_second_spelling:
        return first
    return Claim(
        first.adapter if second.adapter is None else second.adapter,
        first.username if second.username is None else second.username,
        first.pass_phrase if second.pass_phrase is None else second.pass_phrase,
    )
