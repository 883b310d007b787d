"""The queue: takes at once, carries afterwards, tries again, and never says whom it knows."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from ostiary.adapters.delivery.by_channel import DeliveryByChannel
from ostiary.adapters.delivery.carrier import CarryFailedError
from ostiary.adapters.delivery.queue import (
    CAPACITY,
    FLOOD_MESSAGES,
    FLOOD_SECONDS,
    MAX_AGE_SECONDS,
    DeliveryQueue,
)
from ostiary.adapters.delivery.texts import Text
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.ids import UserId
from ostiary.core.model.audit.outbound import MessageDelivered, MessageFailed
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Channel, DeliveryFailedError, Message, Template
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment

ENV = make_environment()
JOE = UserId("4f9a7a0e-0d0b-4f0e-8a39-0c5e6bb1f001")
LATER = CarryFailedError("unreachable", is_final=False)
NEVER = CarryFailedError("refused", is_final=True)


@dataclass
class PlayedCarrier:
    """Implements `Carrier`: fails as told, in turn, then takes everything.

    Args: gate: while it is closed, nothing comes back.
    """

    failures: list[CarryFailedError] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    tried: list[Text] = field(default_factory=list)
    begun: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def carry(self, env: Environment, message: Message, text: Text) -> None:
        self.tried.append(text)
        self.begun.release()
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)

    async def wait_for(self, tries: int) -> None:
        """Wait until so many have begun."""
        for _ in range(tries):
            await self.begun.acquire()


@dataclass
class Scene:
    """A queue with what is around it."""

    queue: DeliveryQueue
    carrier: PlayedCarrier
    events: RecordedEvents
    clock: FrozenClock

    def send(self, to: str = "joe@example.com") -> None:
        self.queue.send(ENV, make_message(to))

    def reasons(self) -> list[str]:
        return [each.reason for each in self.events.events if isinstance(each, MessageFailed)]


def make_message(to: str = "joe@example.com", channel: Channel = Channel.EMAIL) -> Message:
    values = {"code": "123456", "minutes": "10"}
    return Message(channel, to, Template.ONE_TIME_CODE, values, user=JOE)


@asynccontextmanager
async def running(
    failures: Sequence[CarryFailedError] = (), *, is_open: bool = True
) -> AsyncIterator[Scene]:
    clock, events, carrier = FrozenClock(), RecordedEvents(), PlayedCarrier(list(failures))
    if is_open:
        carrier.gate.set()
    queue = DeliveryQueue(
        Channel.EMAIL, carrier, events, clock, pause_seconds=(0, 0), waits_seconds=(0, 0)
    )
    task = asyncio.create_task(queue.run())
    try:
        yield Scene(queue, carrier, events, clock)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_message_is_carried_and_told_of() -> None:
    async with running() as scene:
        scene.send()
        await scene.queue.finish(5)
    assert scene.events.events == [MessageDelivered(ENV.id, JOE, "email", "one_time_code", 1)]


async def test_sending_waits_for_nothing() -> None:
    async with running(is_open=False) as scene:
        scene.send()
        assert scene.carrier.tried == []
        scene.carrier.gate.set()
        await scene.queue.finish(5)
    assert len(scene.carrier.tried) == 1


async def test_REL_12_what_failed_for_now_is_tried_again_as_the_same_message() -> None:
    async with running([LATER, LATER]) as scene:
        scene.send()
        await scene.queue.finish(5)
    assert scene.events.events == [MessageDelivered(ENV.id, JOE, "email", "one_time_code", 3)]
    assert len({text.id for text in scene.carrier.tried}) == 1


async def test_REL_12_after_the_third_failure_it_is_given_up() -> None:
    async with running([LATER, LATER, LATER, LATER]) as scene:
        scene.send()
        await scene.queue.finish(5)
    failed = MessageFailed(ENV.id, JOE, "email", "one_time_code", "unreachable", 3)
    assert scene.events.events == [failed]


async def test_what_failed_for_good_is_not_tried_again() -> None:
    async with running([NEVER]) as scene:
        scene.send()
        await scene.queue.finish(5)
    failed = MessageFailed(ENV.id, JOE, "email", "one_time_code", "refused", 1)
    assert scene.events.events == [failed]


async def test_a_message_that_waited_too_long_is_not_carried_any_more() -> None:
    async with running(is_open=False) as scene:
        for number in range(5):  # one more than are carried at once
            scene.send(f"joe{number}@example.com")
        await scene.carrier.wait_for(4)
        scene.clock.advance(MAX_AGE_SECONDS + 1)
        scene.carrier.gate.set()
        await scene.queue.finish(5)
    assert scene.reasons() == ["late"]
    assert len(scene.carrier.tried) == 4


async def test_a_full_queue_drops_with_an_event_and_raises_nothing() -> None:
    events = RecordedEvents()
    queue = DeliveryQueue(Channel.EMAIL, PlayedCarrier(), events, FrozenClock())
    for number in range(CAPACITY + 2):
        queue.send(ENV, make_message(f"joe{number}@example.com"))
    assert [each.reason for each in events.events if isinstance(each, MessageFailed)] == [
        "full",
        "full",
    ]


async def test_nobody_is_flooded() -> None:
    async with running() as scene:
        for _ in range(FLOOD_MESSAGES):
            scene.send()
        scene.send("JOE@example.com")
        scene.send("eve@example.com")
        await scene.queue.finish(5)
        assert scene.reasons() == ["flood"]
        assert len(scene.carrier.tried) == FLOOD_MESSAGES + 1
        scene.clock.advance(FLOOD_SECONDS)
        scene.send()
        await scene.queue.finish(5)
    assert scene.reasons() == ["flood"]
    assert len(scene.carrier.tried) == FLOOD_MESSAGES + 2


async def test_messages_of_one_kind_use_up_nothing_of_another() -> None:
    async with running() as scene:
        for _ in range(FLOOD_MESSAGES + 1):
            scene.send()
        values = {"code": "KXW47HQT", "minutes": "5"}
        to = "joe@example.com"
        other = Message(Channel.EMAIL, to, Template.RECOVERY_CODE, values, user=JOE)
        scene.queue.send(ENV, other)
        await scene.queue.finish(5)
    assert scene.reasons() == ["flood"]
    assert len(scene.carrier.tried) == FLOOD_MESSAGES + 1


async def test_a_server_that_ends_says_what_it_leaves_behind() -> None:
    async with running(is_open=False) as scene:
        for number in range(6):
            scene.send(f"joe{number}@example.com")
        await scene.carrier.wait_for(4)
        await scene.queue.finish(0)
    assert scene.reasons() == ["stopped"] * 6


async def test_no_event_holds_an_address_or_a_code() -> None:
    async with running([NEVER]) as scene:
        scene.send()
        scene.send()
        await scene.queue.finish(5)
    assert len(scene.events.log) == 2
    assert not any("joe@" in line or "123456" in line for line in scene.events.log)


async def test_SEC_152_nothing_of_a_message_is_done_before_its_request_is_answered() -> None:
    events, carrier = RecordedEvents(), PlayedCarrier()
    carrier.gate.set()
    queue = DeliveryQueue(Channel.EMAIL, carrier, events, FrozenClock(), pause_seconds=(0.2, 0.3))
    task = asyncio.create_task(queue.run())
    sent_at = asyncio.get_running_loop().time()
    queue.send(ENV, make_message())
    await carrier.wait_for(1)
    assert asyncio.get_running_loop().time() - sent_at >= 0.2
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_messages_begin_in_the_order_in_which_they_were_sent() -> None:
    events, carrier = RecordedEvents(), PlayedCarrier()
    carrier.gate.set()
    queue = DeliveryQueue(Channel.SMS, carrier, events, FrozenClock(), pause_seconds=(0, 0.02))
    task = asyncio.create_task(queue.run())
    for number in range(20):
        values = {"code": f"{number:06}", "minutes": "10"}
        queue.send(
            ENV, Message(Channel.SMS, f"+4917100000{number}", Template.ONE_TIME_CODE, values)
        )
    await queue.finish(5)
    codes = [text.body.partition(" ")[0] for text in carrier.tried]
    assert codes == [f"{number:06}" for number in range(20)]
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_queue_takes_messages_of_its_channel_alone() -> None:
    async with running() as scene:
        assert scene.queue.can_send(ENV, Channel.EMAIL)
        assert not scene.queue.can_send(ENV, Channel.SMS)
        with pytest.raises(DeliveryFailedError):
            scene.queue.send(ENV, make_message("+491711234567", Channel.SMS))


async def test_each_channel_has_its_own_way() -> None:
    async with running(is_open=False) as mail:
        other = PlayedCarrier()
        other.gate.set()
        sms = DeliveryQueue(Channel.SMS, other, mail.events, mail.clock, pause_seconds=(0, 0))
        delivery = DeliveryByChannel({Channel.EMAIL: mail.queue, Channel.SMS: sms})
        task = asyncio.create_task(delivery.run())
        delivery.send(ENV, make_message())
        delivery.send(ENV, make_message("+491711234567", Channel.SMS))
        await sms.finish(5)
        assert [each.channel for each in mail.events.events] == ["sms"]  # type: ignore[union-attr]
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def test_a_channel_without_a_way_takes_nothing() -> None:
    delivery = DeliveryByChannel()
    assert not delivery.can_send(ENV, Channel.SMS)
    with pytest.raises(DeliveryFailedError):
        delivery.send(ENV, make_message("+491711234567", Channel.SMS))
