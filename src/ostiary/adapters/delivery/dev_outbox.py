"""The outbox of dev mode: what would be sent stands in the log, codes and all."""

from collections.abc import Callable

from ostiary.adapters.delivery.texts import Text
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Message

Note = Callable[..., None]
"""Writes one line of the log: its name, then fields by name."""


class DevOutbox:
    """Implements `Carrier` by lines named `delivery`, which anybody may read.

    They go where people look, and not into the audit file.
    """

    def __init__(self, note: Note, *, is_dev: bool) -> None:
        if not is_dev:
            raise ValueError("codes and links stand in the log in dev mode alone")
        self._say = note

    async def carry(self, env: Environment, message: Message, text: Text) -> None:
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
