"""An authorization: what a grant decided, before anything is minted."""

from collections.abc import Mapping

import msgspec

from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.client import Client
from ostiary.core.model.token import Redemption


class Authorization(msgspec.Struct, frozen=True):
    """A decision that a client gets tokens, and what spending it costs.

    Args:
        subject: the end user's `sub`; None for a client acting for itself.
        resources: audiences that the request named, already known to the environment.
        claims: attributes for the token beside the manager's own.
        redeems: one-time things that the issuance spends, all or nothing.
    """

    grant_type: str
    client: Client
    scopes: ScopeSet
    subject: str | None = None
    resources: tuple[str, ...] = ()
    claims: Mapping[str, object] = {}
    redeems: tuple[Redemption, ...] = ()
