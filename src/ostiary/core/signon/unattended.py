"""Signing on by a program that brings a name and a password, and can ask nobody anything."""

from typing import Protocol

import msgspec

from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Authentication
from ostiary.core.model.user import User
from ostiary.core.signon.password import PresentedPassword


class Proved(msgspec.Struct, frozen=True):
    """The policy is satisfied: who it is, and how that is known."""

    user: User
    authentication: Authentication


class NotProved(msgspec.Struct, frozen=True):
    """It is not; the reason is for the event log only."""

    reason: str


class UnattendedSignOn(Protocol):
    """What decides whether a name and a password are all that a client's policy asks."""

    async def sign_on(
        self, env: Environment, client: Client, scopes: ScopeSet, presented: PresentedPassword
    ) -> Proved | NotProved:
        """Go the way of the policy as it is for this client, these scopes and this user.

        Stores: the attempt, as at every other entrance.
        Raises: UnavailableError.
        """
        ...
