"""Messages as the core sends them, kept for a test to read."""

from dataclasses import dataclass, field

from ostiary.adapters.delivery.texts import write
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Channel, DeliveryFailedError, Message, Template


@dataclass
class Outbox:
    """Implements the `Delivery` port: keeps what is sent.

    Args:
        messages: in the order of their sending.
        texts: what each says.
        closed: channels that are not there.
    """

    messages: list[Message] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    closed: set[Channel] = field(default_factory=set)

    def can_send(self, env: Environment, channel: Channel) -> bool:
        return channel not in self.closed

    def send(self, env: Environment, message: Message) -> None:
        if message.channel in self.closed:
            raise DeliveryFailedError(channel=message.channel)
        self.texts.append(write(env, message).body)
        self.messages.append(message)

    def last(self, template: Template) -> Message:
        """Return the newest message of a kind."""
        return next(each for each in reversed(self.messages) if each.template is template)

    def code(self) -> str:
        """Return the code of the newest message that has one."""
        return next(
            each.values["code"] for each in reversed(self.messages) if "code" in each.values
        )
