"""The outbox of dev mode: what would be sent stands in the log, codes and all."""

from collections.abc import Callable

from ostiary.adapters.delivery.texts import write
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Channel, Message

Note = Callable[..., None]
"""Writes one line of the log: its name, then fields by name."""


class DevOutbox:
    """Implements the `Delivery` port by lines named `delivery`, which anybody may read.

    They go where people look, and not into the audit file.
    """

    def __init__(self, note: Note, *, is_dev: bool) -> None:
        if not is_dev:
            raise ValueError("codes and links stand in the log in dev mode alone")
        self._say = note

    def can_send(self, env: Environment, channel: Channel) -> bool:
        return True

    def send(self, env: Environment, message: Message) -> None:
        text = write(env, message)
        self._say(
            "delivery",
            environment=env.key,
            channel=message.channel.value,
            to=message.to,
            template=message.template.value,
            **message.values,
            language=text.language,
            subject=text.subject,
            text=text.body,
        )
