"""Delivery by whatever is configured for each channel."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from ostiary.adapters.delivery.queue import DeliveryQueue
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Channel, Delivery, DeliveryFailedError, Message


@dataclass(frozen=True, slots=True)
class DeliveryByChannel:
    """Implements the `Delivery` port by one implementation for each channel."""

    ways: Mapping[Channel, Delivery] = field(default_factory=dict)

    def can_send(self, env: Environment, channel: Channel) -> bool:
        way = self.ways.get(channel)
        return way is not None and way.can_send(env, channel)

    def send(self, env: Environment, message: Message) -> None:
        way = self.ways.get(message.channel)
        if way is None:
            raise DeliveryFailedError(channel=message.channel)
        way.send(env, message)

    async def run(self) -> None:
        """Carry what waits, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for queue in self._queues():
                group.create_task(queue.run())

    async def finish(self, seconds: float) -> None:
        """Wait so long for what is on its way."""
        await asyncio.gather(*(queue.finish(seconds) for queue in self._queues()))

    def _queues(self) -> list[DeliveryQueue]:
        return [way for way in self.ways.values() if isinstance(way, DeliveryQueue)]
