"""The tokens that an exchange is about: whom they represent, and whether the client may bring them.

Spec: RFC 8693 §2.1, §4.1, §4.4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

import msgspec

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.ids import ClientId, SessionId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.grants.contract import Sender
from ostiary.core.grants.jwt_bearer import check_sender
from ostiary.core.model.authorization import Person
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken
from ostiary.core.model.trusted_issuer import TrustedIssuer
from ostiary.core.model.user_grant import UserGrant
from ostiary.core.ports.user_grants import UserGrants
from ostiary.core.tokens.binding import is_held_by
from ostiary.core.tokens.foreign_subjects import ForeignSubjects, Represented
from ostiary.core.tokens.foreign_tokens import (
    GRANT_TYPES_OF_JWT,
    ForeignTokenRefusedError,
    ForeignTokens,
)
from ostiary.core.tokens.gate import Gate
from ostiary.core.tokens.inspect import TokenInspector

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a type of tokens
JWT = "urn:ietf:params:oauth:token-type:jwt"
FOREIGN_TYPES = GRANT_TYPES_OF_JWT | {"at+jwt"}
NO_CLAIMS: Mapping[str, object] = {}


class PartyKind(Enum):
    """What somebody is; names of one kind may be those of another."""

    CLIENT = auto()
    USER = auto()
    FOREIGN = auto()


class Party(msgspec.Struct, frozen=True):
    """Whom a token represents, and what it is good for.

    Args:
        name: as `sub` of an `act` claim; never None, a client goes by its id.
        kind: what it is; a client with no user is one that acts for itself.
        client_id: of the client that one of our own tokens was issued to.
        scopes: what is in it, or the most that its issuer leads to.
        acting: its `act` claim, if it has one.
        may_act: its `may_act` claim: who alone may act for it.
        granted: the resources of the user's grant that it came of; empty where that names none.
        audiences: what it is itself for.
    """

    name: str
    kind: PartyKind
    represented: Represented
    scopes: ScopeSet
    expires_at: float
    client_id: ClientId | None = None
    acting: object = None
    may_act: object = None
    granted: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[PartyKind, str]:
        """Return what tells it from all others, whatever they are called."""
        person = self.represented.person
        return self.kind, self.name if person is None else person.user.id


@dataclass(frozen=True, slots=True)
class ExchangeParties:
    """Reads them."""

    inspector: TokenInspector
    user_grants: UserGrants
    gate: Gate
    foreign_tokens: ForeignTokens
    foreign_subjects: ForeignSubjects

    async def read(self, env: Environment, client: Client, text: str, sender: Sender) -> Party:
        """Return whom a token represents: one of ours that is good now, or a trusted issuer's.

        Raises: OAuthError invalid_request; UnavailableError.
        """
        token = await self.inspector.inspect(env, text)
        if token is None:
            return await self._read_foreign(env, client, text, sender)
        if not is_held_by(token, sender.certificate):
            raise not_accepted("the token is bound to another certificate")
        represented, granted = await self._represent(env, client, token)
        return Party(
            name=represented.subject or token.client_id,
            kind=_kind_of(represented, token.client_id),
            represented=represented,
            scopes=token.scopes,
            expires_at=token.expires_at,
            client_id=token.client_id,
            acting=token.attributes.get("act"),
            may_act=token.attributes.get("may_act"),
            granted=granted,
            audiences=token.audiences,
        )

    async def _represent(
        self, env: Environment, client: Client, token: AccessToken
    ) -> tuple[Represented, tuple[str, ...]]:
        """Return whom one of our tokens represents, and the resources of the user's grant."""
        if token.grant_id is None:
            return Represented(token.subject or token.client_id), ()
        # That the token is good was found by this very grant, a moment ago.
        now = self.inspector.clock.now()
        grant = await self.user_grants.find(env, token.grant_id, now=now)
        user = None
        if grant is not None:
            user = await self.gate.find_user(
                env, client.client_id, grant.user_id, grant.authentication
            )
        if grant is None or user is None:
            raise not_accepted("the user or the grant is no longer there")
        session_id = await self._find_session(env, grant)
        person = Person(user, grant.subject, grant.authentication, session_id)
        return Represented(grant.subject, person), grant.resources

    async def _find_session(self, env: Environment, grant: UserGrant) -> SessionId | None:
        """Return the session that what comes of a grant ends with, if it has not run out by itself.

        As with refresh tokens: signing off ends everything, and being away for long ends nothing.
        """
        if grant.session_id is None or not grant.ends_with_session:
            return None
        now = self.inspector.clock.now()
        session = await self.gate.sessions.find_by_id(env, grant.session_id, now=now)
        return None if session is None else grant.session_id

    async def _read_foreign(
        self, env: Environment, client: Client, text: str, sender: Sender
    ) -> Party:
        try:
            token = await self.foreign_tokens.verify(
                env, text, endpoints=sender.endpoints, types=FOREIGN_TYPES
            )
            _check_open(client, token.issuer)
            check_sender(token, sender)
            represented = await self.foreign_subjects.find(env, token)
        except ForeignTokenRefusedError as refusal:
            raise not_accepted(str(refusal)) from refusal
        return Party(
            name=represented.subject or client.client_id,
            kind=_kind_of(represented, client.client_id),
            represented=represented,
            scopes=ScopeSet.of(sorted(token.issuer.scopes)),
            expires_at=token.expires_at,
            acting=token.claims.get("act"),
            may_act=token.claims.get("may_act"),
        )


def _kind_of(represented: Represented, client_id: ClientId) -> PartyKind:
    if represented.person is not None:
        return PartyKind.USER
    is_client = represented.subject in (None, client_id)
    return PartyKind.CLIENT if is_client else PartyKind.FOREIGN


def _check_open(client: Client, issuer: TrustedIssuer) -> None:
    if issuer.key not in client.exchanges.issuers or not issuer.is_open_to(client.key):
        raise ForeignTokenRefusedError("the client may not bring tokens of this issuer")


def not_accepted(reason: str) -> OAuthError:
    """Refuse a token that is to be exchanged, whatever is wrong with it.

    Spec: RFC 8693 §2.2.2 (invalid_request).
    """
    return OAuthError(
        OAuthCode.INVALID_REQUEST,
        "A token that is to be exchanged is not accepted.",
        reason=reason,
    )
