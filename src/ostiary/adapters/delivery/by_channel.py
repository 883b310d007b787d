"""Delivery by whatever is configured for each channel."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from ostiary.adapters.delivery.queue import DeliveryQueue
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Channel, DeliveryFailedError, Message


@dataclass(frozen=True, slots=True)
class DeliveryByChannel:
    """Implements the `Delivery` port by one queue for each channel."""

    queues: Mapping[Channel, DeliveryQueue] = field(default_factory=dict)

    def can_send(self, env: Environment, channel: Channel) -> bool:
        return channel in self.queues

    def send(self, env: Environment, message: Message) -> None:
        queue = self.queues.get(message.channel)
        if queue is None:
            raise DeliveryFailedError(channel=message.channel)
        queue.send(env, message)

    async def run(self) -> None:
        """Carry what waits, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for queue in self.queues.values():
                group.create_task(queue.run())

    async def finish(self, seconds: float) -> None:
        """Wait so long for what is on its way."""
        await asyncio.gather(*(queue.finish(seconds) for queue in self.queues.values()))
