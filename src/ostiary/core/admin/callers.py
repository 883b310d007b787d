"""Who calls a management API, and what that caller may do: decided by the token, at every call."""

from collections.abc import Mapping
from dataclasses import dataclass

from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError
from ostiary.core.base.ids import ClientId, KeyId, TargetId, UserId
from ostiary.core.clientauth.contract import Presented
from ostiary.core.crypto import jws
from ostiary.core.crypto.client_certificates import ClientCertificate
from ostiary.core.model.audit.administration import ManagementDone
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.permission import Permission
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.model.token import AccessToken
from ostiary.core.oauth.refusals import describe_refusal
from ostiary.core.ports.events import Events
from ostiary.core.tokens.binding import is_held_by
from ostiary.core.tokens.inspect import TokenInspector

ENDPOINT = "management"
ScopePermissions = Mapping[str, frozenset[Permission]]
"""What a user's token permits about that user, by its scopes."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a client for itself, or for one user and then about that user alone.

    Args:
        permissions: all that the roles of the client, or the scopes of the user's token, permit.
        populations: keys of those whose users a client reaches; None for all.
    """

    client_id: ClientId
    user_id: UserId | None
    permissions: frozenset[Permission]
    populations: frozenset[str] | None
    address: str

    def may(self, permission: Permission, *, about: str | None = None) -> bool:
        """Tell whether it may do that at all; nothing is looked up for who may not.

        Args: about is the id of the user whom it is about, None for what is about no user.
        """
        is_in_reach = self.user_id is None or self.user_id == about
        return is_in_reach and permission in self.permissions

    def reaches(self, population: str) -> bool:
        """Tell whether there are users of a population for it."""
        return self.populations is None or population in self.populations

    def may_stand_for(self, client: Client) -> bool:
        """Tell whether it may do by itself all that a client may do here, to the same users.

        Whoever knows a client's secret is that client: else it would be the way to more.
        """
        if not client.permissions <= self.permissions:
            return False
        if self.populations is None or not client.permissions:
            return True
        return (
            client.managed_populations is not None
            and client.managed_populations <= self.populations
        )


@dataclass(frozen=True, slots=True)
class Callers:
    """Reads the tokens of callers; that they are still good is asked each time."""

    inspector: TokenInspector
    events: Events

    async def identify(
        self,
        env: Environment,
        presented: str,
        *,
        permissions_by_scope: ScopePermissions,
        address: str,
        certificate: ClientCertificate | None = None,
    ) -> Caller:
        """Return who calls.

        Args:
            presented: what stood in the place of a bearer token.
            certificate: that the caller showed, for a token that is bound to one.
        Raises: OAuthError invalid_token, also for a token of another environment or of another
            audience; UnavailableError.
        """
        token = await self.inspector.inspect(env, presented)
        if token is None or env.management_audience not in _audiences(env, token):
            error = invalid_token("unknown" if token is None else "audience")
            self.refuse(env, error, None, address)
            raise error
        if not is_held_by(token, certificate):
            error = invalid_token("bound to another certificate")
            self.refuse(env, error, None, address)
            raise error
        return _describe(env, token, permissions_by_scope, address)

    def record(self, env: Environment, caller: Caller, endpoint: str, target: str) -> None:
        """Record what a caller has done, or is about to be shown.

        Args:
            endpoint: a word of ours for what was done.
            target: the id of what it was done to.
        """
        self.events.emit(
            ManagementDone(
                environment=env.id,
                client=caller.client_id,
                caller=caller.user_id,
                endpoint=endpoint,
                target=TargetId(target),
                address=caller.address,
            )
        )

    def refuse(
        self, env: Environment, error: ProtocolError, caller: Caller | None, address: str
    ) -> None:
        """Record that somebody was refused."""
        client = None if caller is None else env.clients.get(caller.client_id)
        presented = Presented(address, ())
        self.events.emit(describe_refusal(env, ENDPOINT, error, client=client, presented=presented))


def invalid_token(reason: str = "unknown") -> OAuthError:
    """Return the refusal of a token that opens nothing here; the reason is for the event log."""
    return OAuthError(OAuthCode.INVALID_TOKEN, "The access token is not valid here.", reason=reason)


def find_environment(snapshot: Snapshot, unverified_token: str) -> Environment | None:
    """Return the environment whose key a token names: no key belongs to two. It proves nothing."""
    try:
        kid = jws.parse(unverified_token).kid
    except jws.InvalidJWSError:
        return None
    found = (env for env in snapshot.environments.values() if kid and env.find_key(KeyId(kid)))
    return next(found, None)


def _audiences(env: Environment, token: AccessToken) -> tuple[str | None, ...]:
    """Return whom a token is for; one that says nothing is for the environment's own API."""
    return token.audiences or (env.management_audience,)


def _describe(
    env: Environment, token: AccessToken, by_scope: ScopePermissions, address: str
) -> Caller:
    client = env.clients[token.client_id]
    if token.grant_id is None:
        return Caller(
            client.client_id, None, client.permissions, client.managed_populations, address
        )
    permissions = frozenset(
        permission for scope in token.scopes for permission in by_scope.get(scope, ())
    )
    return Caller(client.client_id, token.user_id, permissions, None, address)
