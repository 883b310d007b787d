"""What stays of an approval: the event, and for the next time the consent."""

from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import UserId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.audit.sign_on import ConsentGiven
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.user_grant import Consent
from ostiary.core.ports.user_grants import Consents
from ostiary.core.tokens.user_claims import claims_beyond


def was_given(env: Environment, flow: Flow, user_id: UserId, address: str) -> ConsentGiven:
    """Return the event that a user allowed a client what it wants."""
    scope = " ".join(flow.scopes or ())
    return ConsentGiven(env.id, user_id, flow.request.client_id, scope, address)


@dataclass(frozen=True, slots=True)
class Approvals:
    """Makes consents of approvals; storing them is the engine's."""

    consents: Consents
    clock: Clock

    async def remember(self, env: Environment, flow: Flow, user_id: UserId) -> Consent:
        """Return the consent that is to be stored in place of the one before.

        Scopes add up for the same resources only: what was allowed for one resource is not allowed
        for another by having been asked about twice.
        """
        request = flow.request
        client, approved = env.clients[request.client_id], ScopeSet(flow.scopes or ())
        given = Consent(
            user_id=user_id,
            client_id=request.client_id,
            scopes=frozenset(approved.names),
            resources=frozenset(request.resources),
            claims=frozenset(claims_beyond(env, client, request.claims, approved)),
            granted_at=self.clock.now(),
        )
        known = await self.consents.find(env, user_id, request.client_id)
        if known is None or known.resources != given.resources:
            return given
        return replace(
            given, scopes=known.scopes | given.scopes, claims=known.claims | given.claims
        )
