"""Messages on their way: taken at once, carried a moment later, tried again when that fails.

Nothing of a message is done before a random moment after it was taken: by then the request that
sent it is answered, so how long an answer takes does not tell whether anybody was written to.

They wait in memory. A server that is killed loses them, which is no more than a mail that a spam
filter swallows: people ask for another code. Nothing that must not get lost goes this way.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from ostiary.adapters.delivery.carrier import Carrier, CarryFailedError
from ostiary.adapters.delivery.texts import Text, write
from ostiary.core.base.clock import Clock
from ostiary.core.model.audit.outbound import MessageDelivered, MessageFailed
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Channel, DeliveryFailedError, Message
from ostiary.core.ports.events import Events

CAPACITY = 1000
CARRIED_AT_ONCE = 4
PAUSE_SECONDS = (0.05, 0.25)
"""Between taking a message and writing it: at least, at most."""
WAITS_SECONDS = (2.0, 10.0)
"""Between one try and the next; a message is tried once more often."""
TRY_SECONDS = 20.0
MAX_AGE_SECONDS = 300.0
"""Older, a code would come when nobody waits for it any more."""
FLOOD_MESSAGES = 20
FLOOD_SECONDS = 600.0
"""More of one kind to one address in so long are dropped, whoever asked for them: the last line of
defence behind the limits of each use. Apart by kind, so that what strangers can have sent uses up
nothing of what only the user can ask for."""

_FloodKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Waiting:
    env: Environment
    message: Message
    since: float
    begins_at: float
    """By the event loop's clock."""


class DeliveryQueue:
    """Implements the `Delivery` port for one channel; to be used on the event loop's thread.

    Each channel has a queue of its own, so that mail which is stuck holds up no text message.
    """

    def __init__(  # noqa: PLR0913 - one parameter a fact
        self,
        channel: Channel,
        carrier: Carrier,
        events: Events,
        clock: Clock,
        *,
        pause_seconds: tuple[float, float] = PAUSE_SECONDS,
        waits_seconds: Sequence[float] = WAITS_SECONDS,
    ) -> None:
        self._channel = channel
        self._carrier = carrier
        self._events = events
        self._clock = clock
        self._pause_seconds = pause_seconds
        self._waits_seconds = waits_seconds
        self._random = random.SystemRandom()
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(CAPACITY)
        self._begun: asyncio.Queue[_Waiting] = asyncio.Queue(1)
        self._recent: deque[tuple[float, _FloodKey]] = deque()
        self._recently_to: Counter[_FloodKey] = Counter()

    def can_send(self, env: Environment, channel: Channel) -> bool:
        return channel is self._channel

    def send(self, env: Environment, message: Message) -> None:
        if message.channel is not self._channel:
            raise DeliveryFailedError(channel=message.channel)
        waiting = _Waiting(env, message, self._clock.now(), self._begins_at())
        if self._is_flood(waiting):
            self._fail(waiting, "flood", 0)
        elif self._queue.full():
            self._fail(waiting, "full", 0)
        else:
            self._queue.put_nowait(waiting)

    async def run(self) -> None:
        """Carry messages until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._let_begin())
            for _ in range(CARRIED_AT_ONCE):
                group.create_task(self._carry_all())

    async def finish(self, seconds: float) -> None:
        """Wait for what is on its way, and give up what is not away by then."""
        try:
            async with asyncio.timeout(seconds):
                await self._queue.join()
        except TimeoutError:
            while not (self._begun.empty() and self._queue.empty()):
                for queue in (self._begun, self._queue):
                    while not queue.empty():
                        self._fail(queue.get_nowait(), "stopped", 0)
                await asyncio.sleep(0)  # what waited for room comes in now

    async def _carry_all(self) -> None:
        while True:
            waiting = await self._begun.get()
            try:
                await self._carry(waiting)
            finally:
                self._queue.task_done()

    def _begins_at(self) -> float:
        return asyncio.get_running_loop().time() + self._random.uniform(*self._pause_seconds)

    async def _let_begin(self) -> None:
        """Let messages begin when it is time, each after those that were sent before it."""
        while True:
            waiting = await self._queue.get()
            try:
                await asyncio.sleep(waiting.begins_at - asyncio.get_running_loop().time())
                await self._begun.put(waiting)
            except asyncio.CancelledError:
                self._fail(waiting, "stopped", 0)
                self._queue.task_done()
                raise

    async def _carry(self, waiting: _Waiting) -> None:
        """Try until it works, cannot work, or is too late."""
        attempts, text = 0, write(waiting.env, waiting.message)
        try:
            for wait in (*self._waits_seconds, None):
                attempts += 1
                if self._clock.now() - waiting.since > MAX_AGE_SECONDS:
                    return self._fail(waiting, "late", attempts - 1)
                failure = await self._try(waiting, text)
                if failure is None:
                    return self._tell(waiting, attempts)
                if failure.is_final or wait is None:
                    return self._fail(waiting, failure.reason, attempts)
                await asyncio.sleep(wait)
        except asyncio.CancelledError:
            self._fail(waiting, "stopped", attempts)
            raise

    async def _try(self, waiting: _Waiting, text: Text) -> CarryFailedError | None:
        try:
            async with asyncio.timeout(TRY_SECONDS):
                await self._carrier.carry(waiting.env, waiting.message, text)
        except TimeoutError:
            return CarryFailedError("unreachable", is_final=False)
        except CarryFailedError as failure:
            return failure
        return None

    def _is_flood(self, waiting: _Waiting) -> bool:
        """Count a message of its kind to an address; nothing is kept longer than the window."""
        now = waiting.since
        while self._recent and not 0 <= now - self._recent[0][0] < FLOOD_SECONDS:
            _, old = self._recent.popleft()
            self._recently_to[old] -= 1
            if not self._recently_to[old]:
                del self._recently_to[old]
        message = waiting.message
        key = (waiting.env.id, message.template, message.to.lower())
        if self._recently_to[key] >= FLOOD_MESSAGES:
            return True
        self._recent.append((now, key))
        self._recently_to[key] += 1
        return False

    def _tell(self, waiting: _Waiting, attempts: int) -> None:
        message = waiting.message
        self._events.emit(
            MessageDelivered(
                waiting.env.id, message.user, message.channel, message.template, attempts
            )
        )

    def _fail(self, waiting: _Waiting, reason: str, attempts: int) -> None:
        message = waiting.message
        self._events.emit(
            MessageFailed(
                waiting.env.id, message.user, message.channel, message.template, reason, attempts
            )
        )
