"""Traits: what an environment does otherwise for the sake of clients that expect it so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ostiary.core.base.ids import is_uuid, mint_alphanumeric, mint_in_order, mint_uuid

ALPHANUMERIC_CHARACTERS = 22
"""130 bits."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Values that the core goes by without knowing where they come from.

    Args:
        has_uuid_ids: flows and sessions have lower-case UUIDs for their ids, not short texts.
        session_claims: claims of an ID token that name the session, beside `sid`.
        tenant_claims: claims about the environment itself, in ID tokens and at userinfo.
        refreshes_on_request: a client that may ask for `offline_access` gets refresh tokens only
            when it does; otherwise whoever may have them gets them.
    """

    has_uuid_ids: bool = False
    session_claims: tuple[str, ...] = ()
    tenant_claims: Mapping[str, str] = field(default_factory=dict)
    refreshes_on_request: bool = False

    def mint_id(self) -> str:
        """Mint the id of a flow; at least 122 of its bits are random."""
        return mint_uuid() if self.has_uuid_ids else mint_alphanumeric(ALPHANUMERIC_CHARACTERS)

    def mint_session_id(self, now: float) -> str:
        """Mint the id of a session; a short one begins with its time, for a store's indexes."""
        if self.has_uuid_ids:
            return mint_uuid()
        return mint_in_order(ALPHANUMERIC_CHARACTERS, now)

    def may_be_id(self, text: str) -> bool:
        """Tell whether a store need be asked about a flow of that id."""
        if self.has_uuid_ids:
            return is_uuid(text)
        return len(text) == ALPHANUMERIC_CHARACTERS and text.isascii() and text.isalnum()
