"""What a client may do on behalf of a user: its grants and the remembered consent, summed up."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from ostiary.core.base.ids import ClientId
from ostiary.core.base.phrases import Phrase
from ostiary.core.model.environment import Environment
from ostiary.core.model.user_grant import Consent, UserGrant
from ostiary.core.tokens.user_claims import claims_beyond


class ClientAccess(msgspec.Struct, frozen=True):
    """What one client may do.

    Args:
        name: the client's id where the configuration has no such client any more.
        allows: what it may do, in plain words.
        since: of the first of all that holds, in seconds since the epoch.
    """

    client_id: ClientId
    name: str
    allows: tuple[str, ...]
    since: float


def sum_up(
    env: Environment, grants: Iterable[UserGrant], consents: Iterable[Consent]
) -> tuple[ClientAccess, ...]:
    """Return who may do what, by the clients' names."""
    found: defaultdict[ClientId, list[UserGrant | Consent]] = defaultdict(list)
    for grant in grants:
        found[grant.client_id].append(grant)
    for consent in consents:
        found[consent.client_id].append(consent)
    accesses = [_access(env, client_id, parts) for client_id, parts in found.items()]
    return tuple(sorted(accesses, key=lambda access: (access.name.casefold(), access.client_id)))


def _access(
    env: Environment, client_id: ClientId, parts: Iterable[UserGrant | Consent]
) -> ClientAccess:
    client = env.clients.get(client_id)
    scopes: set[str] = set()
    claims: set[str] = set()
    resources: set[str] = set()
    moments: list[float] = []
    for part in parts:
        scopes.update(part.scopes)
        resources.update(part.resources)
        if isinstance(part, Consent):
            claims |= part.claims
            moments.append(part.granted_at)
        else:
            moments.append(part.created_at)
            if client is not None:
                claims.update(claims_beyond(env, client, part.claims, part.scopes))
    return ClientAccess(
        client_id,
        str(client_id) if client is None else client.name,
        (
            *(env.scope_descriptions.get(scope, scope) for scope in sorted(scopes)),
            *(
                Phrase("Read about you: {claim}", claim=claim.replace("_", " "))
                for claim in sorted(claims)
            ),
            *(Phrase("for {resource}", resource=resource) for resource in sorted(resources)),
        ),
        min(moments),
    )
