"""urn:ietf:params:oauth:grant-type:jwt-bearer: a trusted issuer's JWT becomes an access token."""

from dataclasses import dataclass
from typing import ClassVar

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.formats.jwt import InvalidClaimsError
from ostiary.core.grants.contract import Sender
from ostiary.core.grants.refusals import invalid_grant
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Redemption
from ostiary.core.model.trusted_issuer import TrustedIssuer
from ostiary.core.tokens.binding import read_confirmation
from ostiary.core.tokens.foreign_subjects import ForeignSubjects, Represented
from ostiary.core.tokens.foreign_tokens import (
    SKEW_SECONDS,
    ForeignToken,
    ForeignTokenRefusedError,
    ForeignTokens,
)
from ostiary.core.tokens.requested_scopes import resolve_scopes

USE = "jwt_bearer"
"""Kind of the redemptions that spend assertions."""


@dataclass(frozen=True, slots=True)
class JWTBearerGrant:
    """No refresh token comes of it: whoever needs another access token brings another assertion.

    Spec: RFC 7523 §2.1, §3.1; RFC 7521 §4.1.
    """

    foreign_tokens: ForeignTokens
    foreign_subjects: ForeignSubjects
    grant_type: ClassVar[str] = "urn:ietf:params:oauth:grant-type:jwt-bearer"

    async def authorize(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """Grant what the issuer of an assertion may bring about; the assertion is good once.

        Raises: OAuthError invalid_request, invalid_grant, invalid_scope; UnavailableError.
        """
        assertion = params.get("assertion")
        try:
            token = await self.foreign_tokens.verify(env, assertion, endpoints=sender.endpoints)
            check_sender(token, sender)
            represented = await self._represent(env, client, token)
        except ForeignTokenRefusedError as refusal:
            raise invalid_grant(str(refusal)) from refusal
        spent = Redemption(USE, token.replay_key, token.expires_at + SKEW_SECONDS)
        return Authorization(
            grant_type=self.grant_type,
            client=client,
            scopes=scopes_by(token.issuer, client, params),
            subject=represented.subject,
            claims=represented.claims,
            redeems=(spent,),
            person=represented.person,
        )

    async def _represent(
        self, env: Environment, client: Client, token: ForeignToken
    ) -> Represented:
        if not token.issuer.is_open_to(client.key):
            raise ForeignTokenRefusedError("the client may not bring tokens of this issuer")
        return await self.foreign_subjects.find(env, token)


def check_sender(token: ForeignToken, sender: Sender) -> None:
    """Refuse a token that its issuer bound to another key than the sender shows.

    A binding that is not understood cannot be checked, so nobody is believed to hold its key.
    Spec: RFC 8705 §3.1; RFC 7800 §3.1.
    Raises: ForeignTokenRefusedError.
    """
    try:
        expected = read_confirmation(token.claims)
    except InvalidClaimsError as error:
        raise ForeignTokenRefusedError(str(error)) from error
    shown = None if sender.certificate is None else sender.certificate.thumbprint
    if expected is not None and shown != expected:
        raise ForeignTokenRefusedError("the token is bound to another certificate")


def scopes_by(issuer: TrustedIssuer, client: Client, params: Params) -> ScopeSet:
    """Return the requested scopes, or of the client's default those that the issuer leads to.

    Raises: OAuthError invalid_scope.
    """
    scopes = resolve_scopes(client, params)
    if scopes.is_subset_of(issuer.scopes):
        return scopes
    if params.find("scope") is None:
        return ScopeSet.of(name for name in scopes if name in issuer.scopes)
    raise OAuthError(
        OAuthCode.INVALID_SCOPE, "Tokens of this issuer do not lead to a requested scope."
    )
