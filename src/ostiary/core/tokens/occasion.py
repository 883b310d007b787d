"""The occasion of a user's tokens: what was decided about whom, where and when."""

import msgspec

from ostiary.core.model.authorization import Authorization, Person
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment


class Occasion(msgspec.Struct, frozen=True):
    """What every part of one issuance for a user goes by.

    Args:
        now: seconds since the epoch: one moment for all that is minted.
        address: of whoever gets it.
    """

    env: Environment
    authorization: Authorization
    person: Person
    now: float
    address: str

    @property
    def client(self) -> Client:
        return self.authorization.client
