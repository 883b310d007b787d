"""One run, part by part."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.beside_logins import measure_logins
from bench.beside_passwords import measure_passwords
from bench.cores import CoreLayout
from bench.curve import measure_curve
from bench.errors import BenchError
from bench.logins import Logins
from bench.machine import look
from bench.memory_growth import MemoryGrowth, list_memory, watch
from bench.password_grants import PasswordGrants
from bench.plan import Part, Plan
from bench.results import Results, ServerMemory, Start
from bench.rounds import Rounds, Say
from bench.rows import ConnectionsPoint, Row
from bench.running_server import RunningServer, start
from bench.servers.contract import MeasuredServer
from bench.servers.ostiary import WITH_HASHES
from bench.starts import measure_starts
from bench.targets import Target, find_targets
from bench.verify import make_request, verify
from bench.work import Work

_OURS = "ostiary"


@dataclass(slots=True)
class Run:
    """A run in progress; `directory` takes the servers' files and is empty at first."""

    plan: Plan
    cores: CoreLayout
    directory: Path
    say: Say
    rows: list[Row] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    memory: list[ServerMemory] = field(default_factory=list)
    growth: MemoryGrowth | None = None
    curve: tuple[ConnectionsPoint, ...] = ()
    logins: Logins | None = None
    password_grants: PasswordGrants | None = None
    problems: list[str] = field(default_factory=list)

    def carry_out(self) -> Results:
        """Do every part that was planned."""
        started_at = datetime.now(UTC).isoformat(timespec="seconds")
        machine = look(self.directory)
        rounds = Rounds(self.plan, self.cores, self.say)
        if Part.STARTS in self.plan.parts:
            self._measure_starts()
        with self._all_running() as running:
            targets = list(find_targets(running, self.plan.works))
            self._measure_rounds(rounds, targets)
            with self._kept_on_failure():
                self._look_at_memory(running)
        with self._kept_on_failure():
            self._measure_curve()
        with self._kept_on_failure():
            self._measure_with_hashes()
        return Results(
            started_at=started_at,
            machine=machine,
            versions={server.key: dict(server.versions()) for server in self.plan.servers},
            settings=self.plan.settings,
            signatures=tuple(rounds.signatures),
            rows=tuple(self.rows),
            starts=tuple(self.starts),
            memory=tuple(self.memory),
            growth=self.growth,
            curve=self.curve,
            is_pair_shared=self.cores.is_pair_shared,
            logins=self.logins,
            password_grants=self.password_grants,
            problems=tuple(self.problems),
        )

    @contextmanager
    def _kept_on_failure(self) -> Iterator[None]:
        """Let a part fail without losing what the rounds have found."""
        try:
            yield
        except BenchError as error:
            self.problems.append(str(error))

    @contextmanager
    def _all_running(self) -> Iterator[list[RunningServer]]:
        """Start every server on the one core; whoever is not asked does next to nothing."""
        with ExitStack() as stack:
            running = []
            for server in self.plan.servers:
                self.say(f"starting {server.title}")
                where = self.directory / server.key
                running.append(stack.enter_context(start(server, where, cores=[self.cores.server])))
            yield running

    def _measure_starts(self) -> None:
        for server in self.plan.servers:
            self.say(f"start-up of {server.title}")
            where = self.directory / f"{server.key}-starts"
            self.starts.append(
                measure_starts(server, where, core=self.cores.server, count=self.plan.starts)
            )

    def _measure_rounds(self, rounds: Rounds, targets: Sequence[Target]) -> None:
        if Part.ROUNDS not in self.plan.parts:
            return
        self.rows = rounds.measure(targets)
        if Part.HALF in self.plan.parts:
            self.rows = rounds.measure_at_half(targets, self.rows)

    def _look_at_memory(self, running: Sequence[RunningServer]) -> None:
        """Look after the rounds, and then whether Ostiary's worker grows."""
        if Part.MEMORY not in self.plan.parts:
            return
        for one in running:
            self.memory.append(ServerMemory(one.server.key, one.server.title, list_memory(one)))
        for ours in running:
            if ours.server.key == _OURS:
                self.say(f"memory over {self.plan.memory_requests:,} requests")
                self.growth = self._watch(ours)

    def _watch(self, ours: RunningServer) -> MemoryGrowth:
        return watch(
            ours,
            make_request(ours.server, ours.launch, Work.ES256),
            core=self.cores.loader,
            connections=self.plan.settings.connections,
            requests=self.plan.memory_requests,
        )

    def _measure_curve(self) -> None:
        ours = self._find_ours()
        if ours is None or Part.CURVE not in self.plan.parts:
            return
        self.curve = measure_curve(
            ours, self.directory / "curve", plan=self.plan, cores=self.cores, say=self.say
        )

    def _measure_with_hashes(self) -> None:
        """Start a server whose passwords are hashed, and see what that means to all others."""
        if self._find_ours() is None or self.plan.parts.isdisjoint({Part.LOGINS, Part.PASSWORDS}):
            return
        plan, cores, say = self.plan, self.cores, self.say
        where = self.directory / WITH_HASHES.key
        with start(WITH_HASHES, where, cores=[cores.server]) as running:
            verify(running.server, running.launch, Work.ES256)
            if Part.LOGINS in plan.parts:
                self.logins = measure_logins(running, plan=plan, cores=cores, say=say)
            if Part.PASSWORDS in plan.parts:
                self.password_grants = measure_passwords(running, plan=plan, cores=cores, say=say)

    def _find_ours(self) -> MeasuredServer | None:
        return next((server for server in self.plan.servers if server.key == _OURS), None)
