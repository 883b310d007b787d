"""Device requests of the embedded store."""

from collections.abc import Callable

from ostiary.adapters.stores.device_records import approver_of, from_row, to_row
from ostiary.adapters.stores.records import encode
from ostiary.adapters.stores.sqlite import device_statements as statements
from ostiary.adapters.stores.sqlite.batch import Execute, Write
from ostiary.adapters.stores.sqlite.reader import Read
from ostiary.adapters.stores.sqlite.writer import Writer
from ostiary.core.base.ids import ClientId, HandleKey
from ostiary.core.model.device_request import DeviceDecision, DeviceRequest, WaitingDevices
from ostiary.core.model.environment import Environment

FAULT_POINTS = (
    "sqlite.device_requests.start",
    "sqlite.device_requests.count_open",
    "sqlite.device_requests.find",
    "sqlite.device_requests.find_open",
    "sqlite.device_requests.slow_down",
    "sqlite.device_requests.poll",
    "sqlite.device_requests.decide",
    "sqlite.device_requests.spend",
)


class SqliteDeviceRequests:
    """Implements the `DeviceRequests` port."""

    def __init__(self, read: Read, writer: Callable[[], Writer]) -> None:
        self._read = read
        self._writer = writer

    async def start(self, env: Environment, request: DeviceRequest) -> bool:
        row = to_row(env, request)

        def act(execute: Execute) -> bool:
            return execute("device_requests.start", statements.START, row).rowcount == 1

        return bool(await self._writer().write(Write(act=act)))

    async def count_open(
        self, env: Environment, client_id: ClientId, *, now: float, limit: int
    ) -> WaitingDevices:
        point, statement = "sqlite.device_requests.count_open", statements.COUNT_OPEN
        in_all, of_client = self._read(point, statement, client_id, env.id, now, limit)[0]
        return WaitingDevices(in_all, of_client)

    async def find(self, env: Environment, key: HandleKey, *, now: float) -> DeviceRequest | None:
        rows = self._read("sqlite.device_requests.find", statements.FIND, env.id, key, now)
        return from_row(*rows[0]) if rows else None

    async def find_open(
        self, env: Environment, user_code: bytes, *, now: float
    ) -> DeviceRequest | None:
        point, statement = "sqlite.device_requests.find_open", statements.FIND_OPEN
        rows = self._read(point, statement, env.id, user_code, now)
        return from_row(*rows[0]) if rows else None

    async def poll(
        self, env: Environment, key: HandleKey, *, now: float, tolerance_seconds: float, step: int
    ) -> bool:
        early = (step, now, env.id, key, tolerance_seconds, now)

        def act(execute: Execute) -> bool:
            if execute("device_requests.slow_down", statements.SLOW_DOWN, early).rowcount:
                return True
            execute("device_requests.poll", statements.POLL, (now, env.id, key))
            return False

        return bool(await self._writer().write(Write(act=act)))

    async def decide(
        self, env: Environment, key: HandleKey, decision: DeviceDecision, *, now: float
    ) -> bool:
        values = (encode(decision), approver_of(decision), env.id, key, now)

        def act(execute: Execute) -> bool:
            return execute("device_requests.decide", statements.DECIDE, values).rowcount == 1

        return bool(await self._writer().write(Write(act=act)))
