"""Device requests of the shared store."""

from ostiary.adapters.stores.device_records import approver_of, from_row, to_row
from ostiary.adapters.stores.postgres import device_statements as statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.running import Runner
from ostiary.adapters.stores.records import encode
from ostiary.core.base.ids import ClientId, HandleKey
from ostiary.core.model.device_request import DeviceDecision, DeviceRequest, WaitingDevices
from ostiary.core.model.environment import Environment

FAULT_POINTS = (
    "postgres.device_requests.count_open",
    "postgres.device_requests.find",
    "postgres.device_requests.find_open",
    *(f"postgres.device_requests.poll.{moment}" for moment in ("begin", "commit", "committed")),
    *(
        f"postgres.device_requests.{verb}.{moment}"
        for verb in ("start", "decide")
        for moment in ("execute", "executed")
    ),
    "postgres.device_requests.spend",
)


class PostgresDeviceRequests:
    """Implements the `DeviceRequests` port."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def start(self, env: Environment, request: DeviceRequest) -> bool:
        verb, row = "device_requests.start", to_row(env, request)
        return await self._runner.write_at_once(verb, statements.START, row) == 1

    async def count_open(
        self, env: Environment, client_id: ClientId, *, now: float, limit: int
    ) -> WaitingDevices:
        values = (client_id, env.id, now, limit)
        rows = await self._runner.read("device_requests.count_open", statements.COUNT_OPEN, *values)
        in_all, of_client = rows[0]
        return WaitingDevices(int(in_all), int(of_client))

    async def find(self, env: Environment, key: HandleKey, *, now: float) -> DeviceRequest | None:
        rows = await self._runner.read("device_requests.find", statements.FIND, env.id, key, now)
        return from_row(*rows[0]) if rows else None

    async def find_open(
        self, env: Environment, user_code: bytes, *, now: float
    ) -> DeviceRequest | None:
        verb, statement = "device_requests.find_open", statements.FIND_OPEN
        rows = await self._runner.read(verb, statement, env.id, user_code, now)
        return from_row(*rows[0]) if rows else None

    async def poll(
        self, env: Environment, key: HandleKey, *, now: float, tolerance_seconds: float, step: int
    ) -> bool:
        values = (now, tolerance_seconds, step, env.id, key)

        async def work(connection: Connection) -> bool:
            rows = (await connection.execute(statements.POLL, values)).rows
            return bool(rows and rows[0][0])

        return await self._runner.write("device_requests.poll", work)

    async def decide(
        self, env: Environment, key: HandleKey, decision: DeviceDecision, *, now: float
    ) -> bool:
        values = (encode(decision), approver_of(decision), env.id, key, now)
        verb = "device_requests.decide"
        return await self._runner.write_at_once(verb, statements.DECIDE, values) == 1
