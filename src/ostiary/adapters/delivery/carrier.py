"""What carries one message: the contract of mail and text messages with the queue."""

from typing import Literal, Protocol

from ostiary.adapters.delivery.texts import Text
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Message

Reason = Literal["refused", "unreachable", "address"]


class CarryFailedError(Exception):
    """A message was not taken; nothing of it is in here.

    Args: is_final: another try would end the same way.
    """

    def __init__(self, reason: Reason, *, is_final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


class Carrier(Protocol):
    """Hands messages to the next server."""

    async def carry(self, env: Environment, message: Message, text: Text) -> None:
        """Hand over one message; return when it was taken.

        Raises: CarryFailedError.
        """
        ...
