"""urn:ietf:params:oauth:grant-type:token-exchange: one token becomes another, for less."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from msgspec.structs import replace

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.grants.contract import Sender
from ostiary.core.grants.exchange_parties import (
    ACCESS_TOKEN,
    JWT,
    ExchangeParties,
    Party,
    PartyKind,
    not_accepted,
)
from ostiary.core.model.audit.tokens import TokenExchanged
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.ports.events import Events
from ostiary.core.tokens.granting import OFFLINE_ACCESS
from ostiary.core.tokens.targets import TokenTarget, settle_target

MAX_ACTORS = 5
"""In a row; a chain that is longer is a loop."""


@dataclass(frozen=True, slots=True)
class TokenExchangeGrant:
    """Delegation, unless the client may impersonate and names no actor.

    With delegation the new token says in `act` who acts for its subject: whom the actor token
    represents, or the client itself. With impersonation it says nothing of the client in between.
    Nobody acts for itself: an actor token of the subject counts for none, so that it hides nobody.
    Spec: RFC 8693 §1.1, §2.1, §4.1.
    """

    exchange_parties: ExchangeParties
    events: Events
    grant_type: ClassVar[str] = "urn:ietf:params:oauth:grant-type:token-exchange"

    async def authorize(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """Grant a part of what the subject token is good for, no longer than it is good.

        Raises: OAuthError unauthorized_client, invalid_request, invalid_scope, invalid_target;
            UnavailableError.
        """
        check_request(client, params)
        parties = self.exchange_parties
        subject = await parties.read(env, client, params.get("subject_token"), sender)
        if int(subject.expires_at) <= parties.inspector.clock.now():
            raise not_accepted("the token is over, and nothing outlives it")
        _check_source(env, client, subject)
        actor_token, actor = params.find("actor_token"), None
        if actor_token is not None:
            actor = await parties.read(env, client, actor_token, sender)
            if actor.client_id not in (None, client.client_id):
                raise not_accepted("the actor token is another client's")
        acting = _acting(env, client, subject, actor)
        audiences = _audiences(client, params)
        represented = subject.represented
        authorization = Authorization(
            grant_type=self.grant_type,
            client=client,
            scopes=_scopes(env, client, subject, params, audiences),
            subject=represented.subject,
            resources=audiences or _narrow(client, subject, params),
            claims={**represented.claims, **acting},
            person=represented.person,
            good_until=subject.expires_at,
            issued_token_type=ACCESS_TOKEN,
            audience_limit=frozenset(audiences) or client.exchanges.audiences or None,
            has_id_token=False,
        )
        _check_audiences(env, authorization, subject, params)
        self.events.emit(_exchanged(env, client, subject, acting, sender))
        return authorization


def check_request(client: Client, params: Params) -> None:
    """Refuse clients that prove nothing, and types of tokens that are not exchanged here.

    Spec: RFC 8693 §2.1, §2.2.2.
    Raises: OAuthError unauthorized_client, invalid_request.
    """
    if client.is_public:
        raise OAuthError(
            OAuthCode.UNAUTHORIZED_CLIENT,
            "A client without authentication cannot use this grant_type.",
        )
    params.get("subject_token")
    types = [params.get("subject_token_type")]
    if (params.find("actor_token") is None) is not (params.find("actor_token_type") is None):
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "Send actor_token and actor_token_type together, or neither."
        )
    types += [params.find("actor_token_type") or ACCESS_TOKEN]
    if any(each not in {ACCESS_TOKEN, JWT} for each in types):
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "Tokens of this subject_token_type are not exchanged here."
        )
    if params.find("requested_token_type") not in {None, ACCESS_TOKEN}:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "Tokens of this requested_token_type are not issued here."
        )


def _check_source(env: Environment, client: Client, subject: Party) -> None:
    """Refuse a token of ours that the client neither got itself nor may bring for its owner."""
    if subject.client_id is None or subject.client_id == client.client_id:
        return
    owner = env.clients.get(subject.client_id)
    if owner is None or owner.key not in client.exchanges.clients:
        raise not_accepted("the client may not bring tokens of that client")


def _acting(
    env: Environment, client: Client, subject: Party, actor: Party | None
) -> Mapping[str, object]:
    """Return the claim that says who acts for whom, with who acted before within it.

    In both claims the name of a client stands for that client, and for nobody else of that name.
    Spec: RFC 8693 §4.1, §4.4 (`may_act`).
    """
    if actor is not None and actor.identity == subject.identity:
        actor = None
    name = client.client_id if actor is None else actor.name
    if actor is not None and actor.kind is not PartyKind.CLIENT and name in env.clients:
        raise not_accepted("the actor is no client, but has the name of one")
    may_act = subject.may_act
    if may_act is not None and (not isinstance(may_act, dict) or may_act != {"sub": name}):
        raise not_accepted("the subject token lets somebody else act")
    before = subject.acting
    if before is not None and not _is_chain(before):
        raise not_accepted("the subject token's chain of actors is no chain, or too long")
    is_itself = subject.identity == (PartyKind.CLIENT, client.client_id)
    if actor is None and (is_itself or client.exchanges.impersonates):
        return {} if before is None else {"act": before}
    acts: dict[str, object] = {"sub": name}
    return {"act": acts if before is None else {**acts, "act": before}}


def _is_chain(acting: object) -> bool:
    for _ in range(MAX_ACTORS - 1):
        if not isinstance(acting, dict) or not isinstance(acting.get("sub"), str):
            return False
        acting = acting.get("act")
        if acting is None:
            return True
    return False


def _audiences(client: Client, params: Params) -> tuple[str, ...]:
    """Return what the new token is for, where the request says so by `audience`.

    Raises: OAuthError invalid_target.
    """
    named, allowed = params.find_all("audience"), client.exchanges.audiences
    if allowed and not named and not params.find_all("resource"):
        if len(allowed) > 1:
            raise OAuthError(
                OAuthCode.INVALID_TARGET, "Say by audience or resource what the token is for."
            )
        return tuple(allowed)
    if allowed and not allowed.issuperset(named):
        raise OAuthError(
            OAuthCode.INVALID_TARGET, "This client may not get tokens for that audience."
        )
    return named


def _narrow(client: Client, subject: Party, params: Params) -> tuple[str, ...]:
    """Return what the new token may be for, where the client's policy does not say it.

    Where the request names nothing either, that is no more than the subject token is for.
    """
    if client.exchanges.audiences:
        return ()
    kept = tuple(each for each in subject.granted if each in subject.audiences)
    return subject.granted if params.find_all("resource") else kept or subject.granted


def _check_audiences(
    env: Environment, authorization: Authorization, subject: Party, params: Params
) -> None:
    """Refuse by `audience` what is refused by `resource`: what the user was not asked for.

    A policy that lists audiences opens them to tokens of a grant that is for other resources.
    Raises: OAuthError invalid_target.
    """
    named, granted = params.find_all("audience"), subject.granted
    is_open = bool(granted and authorization.client.exchanges.audiences)
    if named and not is_open and authorization.person is not None:
        settle_target(env, replace(authorization, resources=granted), TokenTarget(None, named))


def _scopes(
    env: Environment, client: Client, subject: Party, params: Params, audiences: tuple[str, ...]
) -> ScopeSet:
    """Return the requested scopes, or all that subject token, client and audience share.

    Raises: OAuthError invalid_scope.
    """
    shared = [name for name in subject.scopes if name in client.scopes and name != OFFLINE_ACCESS]
    requested = params.find("scope")
    if requested is not None:
        scopes = ScopeSet.parse(requested)
        if not scopes.is_subset_of(frozenset(shared)):
            raise OAuthError(
                OAuthCode.INVALID_SCOPE,
                "The requested scope(s) must be blank or a subset of the subject token's.",
            )
        return scopes
    targets = {*audiences, *params.find_all("resource")}
    foreign: set[str] = set()
    if targets:
        for resource in env.resources:
            foreign |= resource.scopes if resource.audience not in targets else set()
    return ScopeSet.of(name for name in shared if name not in foreign)


def _exchanged(
    env: Environment,
    client: Client,
    subject: Party,
    acting: Mapping[str, object],
    sender: Sender,
) -> TokenExchanged:
    person = subject.represented.person
    return TokenExchanged(
        environment=env.id,
        client=client.client_id,
        source=subject.client_id,
        user=None if person is None else person.user.id,
        is_delegated="act" in acting,
        address=sender.address,
    )
