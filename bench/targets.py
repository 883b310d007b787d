"""The rows to be: one server at one work, and what it is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.assertions import make_assertions, verify_assertion
from bench.devices import WaitingDevices, make_devices, verify_devices
from bench.handover import make_handover, verify_handover
from bench.load.requests import ChainedRequests
from bench.rows import Row, Sample
from bench.running_server import RunningServer
from bench.signon.chains import make_chain, verify_sign_on
from bench.signon.password_requests import make_grants
from bench.verify import make_request, verify
from bench.work import CHAINED, DEVICES, HANDOVERS, SIGN_ON, PostRequest, Work

_SPARE = 1.5
"""So many times what the rate so far would use up."""


@dataclass(frozen=True, slots=True)
class Dose:
    """How much load, for how long."""

    connections: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Target:
    """A row to be: one server, one work, one transport.

    Args: waiting: devices that the server lets wait, once there are any.
    """

    running: RunningServer
    work: Work
    is_tls: bool
    answer_bytes: int
    waiting: WaitingDevices = field(default_factory=WaitingDevices, repr=False)

    @property
    def url(self) -> str:
        return self.running.launch.tls_url if self.is_tls else self.running.launch.url

    @property
    def label(self) -> str:
        return f"{self.work} {self.running.server.title}{' over TLS' if self.is_tls else ''}"

    @property
    def has_half(self) -> bool:
        """Whether its requests are all the same, so that they can be sent at a fixed rate."""
        return self.work not in CHAINED

    def prepare(self, dose: Dose, rate: float) -> PostRequest | ChainedRequests:
        """Return what to send, with a fresh token where it is about one: peers forget theirs.

        Args: rate is how many a second are expected, to be prepared where they differ.
        """
        self.running.check_alive()
        server, launch = self.running.server, self.running.launch
        expected = rate * dose.seconds
        if self.work not in CHAINED:
            return make_request(server, launch, self.work)
        if self.work in SIGN_ON:
            return make_chain(
                server, launch, self.work, connections=dose.connections, expected=expected
            )
        if self.work in HANDOVERS:
            return make_handover(launch, self.work)
        if self.work is Work.DEVICE_POLL:
            return self.waiting.make_polls(launch)
        if self.work is Work.DEVICE:
            return make_devices(launch)
        count = max(dose.connections, int(_SPARE * expected))
        if self.work is Work.JWT_BEARER:
            return make_assertions(server.endpoint(self.work), count)
        return make_grants(server, count)

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
            size = _verify(one, work)
            yield Target(one, work, is_tls=False, answer_bytes=size)
            if work is Work.ES256 and one.launch.tls_url:
                yield Target(one, work, is_tls=True, answer_bytes=size)


def _verify(running: RunningServer, work: Work) -> int:
    """Do a work once, check everything, and return the size of the answer's JSON in bytes."""
    server, launch = running.server, running.launch
    if work in HANDOVERS:
        return verify_handover(launch, work)
    if work in DEVICES:
        return verify_devices(server, launch, work)
    if work is Work.JWT_BEARER:
        return verify_assertion(server, launch)
    check = verify_sign_on if work in SIGN_ON else verify
    return check(server, launch, work)
