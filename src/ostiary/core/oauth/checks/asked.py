"""What an authorization request asks, as it came: nothing but its client is checked."""

from collections.abc import Callable

import msgspec

from ostiary.core.base.params import Params
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.tokens.targets import NO_TARGET, TokenTarget


class RequestExtensions(msgspec.Struct, frozen=True):
    """What a dialect's own parameters say, in the core's words.

    Args:
        target: what the tokens are for (PingFederate: `access_token_manager_id`, `aud`).
        step: the step to authenticate with (`pfidpadapterid`, `IdpAdapterId`).
        names_partner: a partner's identity provider is asked for (`idp`, `PartnerIdpId`).
        reference: what an application dropped off before anybody asked it (`REF`).
    """

    target: TokenTarget = NO_TARGET
    step: str | None = None
    names_partner: bool = False
    reference: str | None = None

    def __repr__(self) -> str:
        return f"RequestExtensions(target={self.target!r}, step={self.step!r}, …)"


NO_EXTENSIONS = RequestExtensions()


class Asked(msgspec.Struct, frozen=True):
    """One request as it came."""

    env: Environment
    params: Params
    extensions: RequestExtensions
    client: Client


Check = Callable[[Asked, AuthorizationRequest], AuthorizationRequest]
"""Settles one part of the request. Raises: OAuthError."""
