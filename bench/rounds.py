"""The rounds: every server at every work in turn, again and again: all share the weather."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from bench.cores import CoreLayout
from bench.cpu import core_seconds, tree_seconds
from bench.load.fixed_rate import Pace, hold_rate
from bench.load.saturation import saturate
from bench.plan import Plan
from bench.rows import Row, Sample
from bench.running_server import RunningServer
from bench.signatures import SignatureRates, measure
from bench.verify import make_request, verify
from bench.work import PostRequest, Work

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Dose:
    """How much load, for how long."""

    connections: int
    warm_up_seconds: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Target:
    """A row to be: one server, one work, one transport."""

    running: RunningServer
    work: Work
    is_tls: bool
    answer_bytes: int

    @property
    def url(self) -> str:
        return self.running.launch.tls_url if self.is_tls else self.running.launch.url

    @property
    def label(self) -> str:
        return f"{self.work} {self.running.server.title}{' over TLS' if self.is_tls else ''}"

    def request(self) -> PostRequest:
        """Return the request, with a fresh token where it is about one: peers forget theirs."""
        self.running.check_alive()
        return make_request(self.running.server, self.running.launch, self.work)

    def row(self, samples: Sequence[Sample]) -> Row:
        server = self.running.server
        return Row(
            server=server.key,
            title=server.title,
            work=self.work,
            is_tls=self.is_tls,
            persistence=server.persistence,
            setting=server.setting,
            answer_bytes=self.answer_bytes,
            samples=tuple(samples),
        )


def find_targets(running: Sequence[RunningServer], works: Sequence[Work]) -> Iterator[Target]:
    """Yield the rows in the order of measuring, each verified first."""
    for work in works:
        for one in running:
            if work not in one.server.works:
                continue
            size = verify(one.server, one.launch, work)
            yield Target(one, work, is_tls=False, answer_bytes=size)
            if work is Work.ES256 and one.launch.tls_url:
                yield Target(one, work, is_tls=True, answer_bytes=size)


@dataclass(slots=True)
class Rounds:
    """Measures targets; `signatures` collects the raw rates around every round."""

    plan: Plan
    cores: CoreLayout
    say: Say
    signatures: list[SignatureRates] = field(default_factory=list)

    def measure(self, targets: Sequence[Target]) -> list[Row]:
        """Load every target to its limit, round by round."""
        taken: list[list[Sample]] = [[] for _ in targets]
        self._settle(targets)
        self._take_signatures()
        for number in range(1, self.plan.settings.rounds + 1):
            for target, samples in zip(targets, taken, strict=True):
                self.say(f"round {number}: {target.label}")
                samples.append(self._sample(target))
            self._take_signatures()
        return [target.row(samples) for target, samples in zip(targets, taken, strict=True)]

    def measure_at_half(self, targets: Sequence[Target], rows: Sequence[Row]) -> list[Row]:
        """Hold half of each row's rate, round by round; rows with errors stay as they are."""
        pairs = list(zip(targets, rows, strict=True))
        for number in range(1, self.plan.settings.rounds + 1):
            pairs = [(target, self._add_half(target, row, number)) for target, row in pairs]
            self._take_signatures()
        return [row for _, row in pairs]

    def _settle(self, targets: Sequence[Target]) -> None:
        """Let every server compile and cache what it does only once, before anything counts."""
        for target in targets:
            self.say(f"warming up: {target.label}")
            saturate(
                target.url,
                target.request(),
                core=self.cores.loader,
                connections=self.plan.settings.connections,
                seconds=self.plan.settle_seconds,
            )

    def _add_half(self, target: Target, row: Row, number: int) -> Row:
        if not row.is_valid:
            return row
        self.say(f"round {number} at half load: {target.label}")
        measured = hold_rate(
            target.url,
            target.request(),
            core=self.cores.loader,
            pace=Pace(row.rate / 2, self.plan.settings.half_seconds, seed=number),
        )
        return msgspec.structs.replace(row, at_half=(*row.at_half, measured))

    def _sample(self, target: Target) -> Sample:
        settings = self.plan.settings
        return take_sample(
            target.running,
            target.url,
            target.request(),
            cores=self.cores,
            dose=Dose(settings.connections, settings.warm_up_seconds, settings.seconds),
        )

    def _take_signatures(self) -> None:
        self.signatures.append(measure(self.cores.server, self.plan.signature_seconds))


def take_sample(
    running: RunningServer,
    url: str,
    request: PostRequest,
    *,
    cores: CoreLayout,
    dose: Dose,
) -> Sample:
    """Warm a server up, load it, and account for the CPU time of its process tree."""
    connections = dose.connections
    if dose.warm_up_seconds:
        saturate(
            url, request, core=cores.loader, connections=connections, seconds=dose.warm_up_seconds
        )
    cpu, wall = tree_seconds(running.pid), time.perf_counter()
    core = core_seconds(cores.server)
    load = saturate(url, request, core=cores.loader, connections=connections, seconds=dose.seconds)
    used = tree_seconds(running.pid) - cpu
    return Sample(
        load=load,
        cpu_seconds=used,
        others_seconds=max(core_seconds(cores.server) - core - used, 0.0),
        wall_seconds=time.perf_counter() - wall,
    )
