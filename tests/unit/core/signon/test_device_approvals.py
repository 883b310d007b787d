"""Codes that people type: guesses at the same time are all counted before any is looked up."""

import asyncio
from dataclasses import dataclass, field

from ostiary.adapters.limiter import DEFAULT_ALLOWANCES, WindowLimiter
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.errors import TooManyAttemptsError, UnavailableError
from ostiary.core.base.ids import UserId
from ostiary.core.model.device_request import DeviceRequest
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Authentication
from ostiary.core.signon.device_approvals import DeviceApprovals
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment

ENV = make_environment()
WRONG = "BCDFGHJK"
JOE = UserId("4f9a7a0e-0d0b-4f0e-8a39-0c5e6bb1f001")
GUESSES = 500


@dataclass
class SlowRequests:
    """Finds nothing, and only once the gate is open; or is out of reach."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    is_down: bool = False
    asked: int = 0

    async def find_open(
        self, env: Environment, user_code: bytes, *, now: float
    ) -> DeviceRequest | None:
        self.asked += 1
        await self.gate.wait()
        if self.is_down:
            raise UnavailableError("It cannot be reached.", retry_after_seconds=1, reason="down")
        return None


def make_approvals(requests: SlowRequests) -> DeviceApprovals:
    store = MemoryStore()
    store.device_requests.find_open = requests.find_open  # type: ignore[method-assign]
    clock = FrozenClock()
    return DeviceApprovals(store.device_requests, WindowLimiter(clock), RecordedEvents(), clock)


async def guess(approvals: DeviceApprovals) -> str:
    by = Authentication(user_id=JOE, credential=0.0, at=0.0, methods=("pwd",))
    try:
        await approvals.find(ENV, WRONG, by, "192.0.2.1")
    except (TooManyAttemptsError, UnavailableError) as error:
        return type(error).__name__
    return "wrong"


async def test_SEC_107_guesses_at_the_same_time_are_no_more_than_one_after_the_other() -> None:
    requests = SlowRequests()
    approvals = make_approvals(requests)
    guesses = [asyncio.create_task(guess(approvals)) for _ in range(GUESSES)]
    await asyncio.sleep(0.01)
    requests.gate.set()
    said = await asyncio.gather(*guesses)
    allowance = DEFAULT_ALLOWANCES["user code of"]
    assert allowance is not None
    assert requests.asked == said.count("wrong") == allowance.times
    assert said.count("TooManyAttemptsError") == GUESSES - allowance.times


async def test_a_store_out_of_reach_uses_up_no_guesses() -> None:
    requests = SlowRequests(is_down=True)
    requests.gate.set()
    approvals = make_approvals(requests)
    assert {await guess(approvals) for _ in range(9)} == {"UnavailableError"}
    requests.is_down = False
    assert await guess(approvals) == "wrong"
