"""An authorization: what a grant decided, before anything is minted."""

from collections.abc import Mapping

import msgspec

from ostiary.core.base.ids import GrantId, SessionId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authorization_request import ClaimsRequest
from ostiary.core.model.client import Client
from ostiary.core.model.session import Authentication
from ostiary.core.model.token import Redemption
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import UserGrant


class Person(msgspec.Struct, frozen=True):
    """The user whom tokens are about, and how it is known that it is this one.

    Args:
        subject: `sub`, as the environment derives it.
        nonce: for the ID token; None where the request had none.
        claims: what the request asked for beyond the scopes.
    """

    user: User
    subject: str
    authentication: Authentication
    session_id: SessionId | None = None
    nonce: str | None = None
    claims: ClaimsRequest = ClaimsRequest()


class Granted(msgspec.Struct, frozen=True):
    """What a user's grant is for, of which one token may be for less."""

    scopes: ScopeSet
    resources: tuple[str, ...] = ()


class RefreshedToken(msgspec.Struct, frozen=True):
    """What a refresh token was presented for: its grant, and the token that takes its place.

    Args:
        next_token: None where the client keeps the token that it has.
        is_repeated: the rotation was done before, and its answer is given again.
    """

    grant: UserGrant
    presented: str
    next_token: str | None
    is_repeated: bool = False


class Authorization(msgspec.Struct, frozen=True):
    """A decision that a client gets tokens, and what spending it costs.

    Args:
        subject: the end user's `sub`; None for a client acting for itself.
        resources: audiences that the request named, already known to the environment.
        claims: attributes for the token beside the manager's own.
        redeems: one-time things that the issuance spends, all or nothing.
        manager_id: the token manager that the user's grant settled on.
        person: the user, where there is one; its `subject` is the token's.
        grant_id: of a grant that the issuance makes; a refresh token comes with it if
            `wants_refresh`.
        refreshed: instead, the grant that the issuance goes on.
        granted: what the grant that the issuance makes is for; None for the same as the token.
        is_deprecated: it came about in a way that is open to old clients alone.
        good_until: nothing that comes of it is good for longer; None for no such end.
        audience_limit: what its token may be for, and it is for some of them; None for anything.
        issued_token_type: what the answer says that its token is, where it must say so.
        has_id_token: an ID token goes with it where its scopes ask for one.
        bound_to: thumbprint of the certificate that its access token is good with; None for any.
    """

    grant_type: str
    client: Client
    scopes: ScopeSet
    subject: str | None = None
    resources: tuple[str, ...] = ()
    claims: Mapping[str, object] = {}
    redeems: tuple[Redemption, ...] = ()
    manager_id: str | None = None
    person: Person | None = None
    grant_id: GrantId | None = None
    wants_refresh: bool = False
    refreshed: RefreshedToken | None = None
    granted: Granted | None = None
    is_deprecated: bool = False
    bound_to: str | None = None
    good_until: float | None = None
    audience_limit: frozenset[str] | None = None
    issued_token_type: str | None = None
    has_id_token: bool = True
