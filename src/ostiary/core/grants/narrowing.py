"""Scopes of a token that comes of a user's grant: all of the grant's, or those asked for."""

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.grants.refusals import invalid_grant
from ostiary.core.model.client import Client


def narrow_scopes(client: Client, granted: ScopeSet, params: Params) -> ScopeSet:
    """Return the scopes of the next token; the grant itself keeps all that it has.

    Spec: RFC 6749 §6.
    Raises: OAuthError invalid_scope for more than was granted; invalid_grant when the client may
        not have any more what it was granted.
    """
    requested = params.find("scope")
    scopes = granted if requested is None else ScopeSet.parse(requested)
    if not scopes.is_subset_of(frozenset(granted.names)):
        raise OAuthError(
            OAuthCode.INVALID_SCOPE,
            "The requested scope(s) must be blank or a subset of the granted scopes.",
        )
    if not scopes.is_subset_of(client.scopes):
        raise invalid_grant("the client may not have a granted scope any more")
    return scopes
