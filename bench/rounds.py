"""The rounds: every server at every work in turn, again and again: all share the weather."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from bench.cores import CoreLayout
from bench.cpu import core_seconds, tree_seconds
from bench.load.fixed_rate import Pace, hold_rate
from bench.load.requests import ChainedRequests
from bench.load.saturation import saturate
from bench.plan import Plan
from bench.rows import Row, Sample
from bench.running_server import RunningServer
from bench.signatures import SignatureRates, measure
from bench.targets import Dose, Target
from bench.work import PostRequest

Say = Callable[[str], None]
_FIRST_RATE = 1500.0
"""So much is expected of a server before anything is known of it."""
_START_SECONDS = 0.1
"""What the loader may take beside its work."""


@dataclass(slots=True)
class Rounds:
    """Measures targets; `signatures` collects the raw rates around every round."""

    plan: Plan
    cores: CoreLayout
    say: Say
    signatures: list[SignatureRates] = field(default_factory=list)
    rates: dict[str, float] = field(default_factory=dict)

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
            dose = Dose(self.plan.settings.connections, self.plan.settle_seconds)
            load = saturate(
                target.url,
                target.prepare(dose, _FIRST_RATE),
                core=self.cores.loader,
                connections=dose.connections,
                seconds=dose.seconds,
            )
            self.rates[target.label] = max(load.rate, 1.0)

    def _add_half(self, target: Target, row: Row, number: int) -> Row:
        half = Dose(0, 0)
        request = target.prepare(half, 0.0) if target.has_half and row.is_valid else None
        if not isinstance(request, PostRequest):
            return row
        self.say(f"round {number} at half load: {target.label}")
        measured = hold_rate(
            target.url,
            request,
            core=self.cores.loader,
            pace=Pace(row.rate / 2, self.plan.settings.half_seconds, seed=number),
        )
        return msgspec.structs.replace(row, at_half=(*row.at_half, measured))

    def _sample(self, target: Target) -> Sample:
        """Warm a target up and measure it; what each of both spends is prepared just before."""
        settings, rate = self.plan.settings, self.rates[target.label]
        if settings.warm_up_seconds:
            dose = Dose(settings.connections, settings.warm_up_seconds)
            warm_up(target.url, target.prepare(dose, rate), core=self.cores.loader, dose=dose)
        dose = Dose(settings.connections, settings.seconds)
        request = target.prepare(dose, rate)
        sample = take_sample(target.running, target.url, request, cores=self.cores, dose=dose)
        self.rates[target.label] = max(rate, sample.load.rate)
        return sample

    def _take_signatures(self) -> None:
        self.signatures.append(measure(self.cores.server, self.plan.signature_seconds))


def warm_up(url: str, request: PostRequest | ChainedRequests, *, core: int, dose: Dose) -> None:
    """Load a server a little, and forget what came of it."""
    saturate(url, request, core=core, connections=dose.connections, seconds=dose.seconds)


def take_sample(
    running: RunningServer,
    url: str,
    request: PostRequest | ChainedRequests,
    *,
    cores: CoreLayout,
    dose: Dose,
) -> Sample:
    """Load a server, and account for the CPU time of its process tree."""
    cpu, wall = tree_seconds(running.pid), time.perf_counter()
    core = core_seconds(cores.server)
    load = saturate(
        url, request, core=cores.loader, connections=dose.connections, seconds=dose.seconds
    )
    used = tree_seconds(running.pid) - cpu
    waited = time.perf_counter() - wall
    return Sample(
        load=load,
        cpu_seconds=used,
        others_seconds=max(core_seconds(cores.server) - core - used, 0.0),
        # Where the requests ran out before the time, the server rested from then on.
        wall_seconds=min(waited, load.seconds + _START_SECONDS),
    )
