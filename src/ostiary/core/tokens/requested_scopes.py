"""Which scopes a client gets at the token endpoint: what it asks for, or a refusal."""

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.client import Client

MAX_REMEMBERED = 32
MAX_REMEMBERED_CHARACTERS = 512


def resolve_scopes(client: Client, params: Params) -> ScopeSet:
    """Return the requested scopes, or the client's default when none is named.

    Nothing is narrowed silently: only a user's consent may do that.
    Spec: RFC 6749 §3.3.
    Raises: OAuthError invalid_scope for a scope that is unknown or not this client's.
    """
    requested = params.find("scope")
    if requested is None:
        return client.default_scopes
    return client.granted_before.get(requested) or _grant(client, requested)


def _grant(client: Client, requested: str) -> ScopeSet:
    scopes = ScopeSet.parse(requested)
    if not scopes.is_subset_of(client.scopes):
        raise OAuthError(
            OAuthCode.INVALID_SCOPE,
            "The requested scope(s) must be blank or a subset of the provided scopes.",
        )
    known = client.granted_before
    if len(known) < MAX_REMEMBERED and len(requested) <= MAX_REMEMBERED_CHARACTERS:
        known[requested] = scopes
    return scopes
