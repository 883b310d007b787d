"""One worker, assembled: store, snapshot, events and the application on its listeners."""

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import SystemRandom

from ostiary.adapters.directories.catalog import open_directory
from ostiary.adapters.directories.composed import ComposedDirectory
from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.flow_recorder import FlowRecorder
from ostiary.adapters.limiter import WindowLimiter, with_flows_per_minute
from ostiary.adapters.outbound.foreign_keys import FetchedKeys
from ostiary.adapters.outbound.https import HTTPSFetcher
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.signing import PooledSigner
from ostiary.adapters.steady_pace import SteadyPace
from ostiary.adapters.stores.backend import StoreBackend, StoreRefusedError
from ostiary.adapters.stores.catalog import find_backend
from ostiary.core.admin.compiler.snapshot_compiler import compile_snapshot
from ostiary.core.base import b64
from ostiary.core.base.clock import SystemClock
from ostiary.core.base.outbound import make_rules
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.oidc.adapter_notices import AdapterNotifier
from ostiary.core.oidc.logout_notices import LogoutNotifier
from ostiary.core.ports.flow_log import CLOSED
from ostiary.core.signon.reference import ReferenceHandover
from ostiary.dialects.pingfederate.single_logout import logout_call_url
from ostiary.http.protocol import DevelopmentEdgeProtocol, EdgeProtocol
from ostiary.http.proxies import TrustedProxies
from ostiary.main.hashing_threads import hashing_threads
from ostiary.main.serving.channel import Channel
from ostiary.main.serving.settings import ServeSettings
from ostiary.main.wiring import Ports, build_application
from ostiary.main.worker.acceptor import ChooseTLS, Room, connection_limit
from ostiary.main.worker.audit_guard import AuditGuard
from ostiary.main.worker.configuration_keeper import ConfigurationKeeper
from ostiary.main.worker.delivery import open_delivery
from ostiary.main.worker.flow_courier import FlowCourier
from ostiary.main.worker.http_server import HTTPServer
from ostiary.main.worker.logout_courier import LogoutCourier
from ostiary.main.worker.mutual_tls import MutualTLS
from ostiary.main.worker.passkey_library import PasskeyLibrary
from ostiary.main.worker.preparation import fill, prepare_in_child
from ostiary.main.worker.readiness import Readiness
from ostiary.main.worker.record import Record
from ostiary.main.worker.service import Parts
from ostiary.main.worker.snapshot_copy import SnapshotCopy
from ostiary.main.worker.snapshots import SnapshotHolder
from ostiary.main.worker.tls_context import server_context


@dataclass(frozen=True, slots=True)
class Birth:
    """What the parent gave this worker.

    Args:
        prepare: bring schema and configuration file into the store when it can be reached.
        settings, lifeline, channel, listeners: inherited descriptors.
    """

    index: int
    instance: str
    prepare: bool
    settings: int
    lifeline: int
    channel: int
    listeners: Mapping[str, int]


def assemble(birth: Birth, settings: ServeSettings, channel: Channel, record: Record) -> Parts:
    """Build everything that a worker needs; nothing is connected yet.

    Raises: StoreRefusedError, OSError.
    """
    clock, sealer, holder = SystemClock(), _sealer(settings), SnapshotHolder()
    store = _store(settings)
    readiness = Readiness(birth.instance, partial(_tell, channel))
    hashing = PooledHashing(hashing_threads(settings.workers))
    signer, fetcher = PooledSigner(), _fetcher(settings, record)
    recorder = FlowRecorder(record.events) if settings.has_flow_log else None
    delivery = open_delivery(settings, record.events, clock, fetcher)
    ports = Ports(
        snapshots=holder,
        readiness=readiness,
        issuances=store,
        tokens=store,
        events=recorder or record.events,
        limiter=WindowLimiter(clock, with_flows_per_minute(settings.flows_per_minute)),
        signer=signer,
        directory=ComposedDirectory(
            LocalDirectory(store.users, hashing), record.events, open_directory
        ),
        attempts=store.attempts,
        authenticators=store.authenticators,
        hashing=hashing,
        flows=store.flows,
        sessions=store.sessions,
        codes=store.codes,
        user_grants=store.user_grants,
        consents=store.consents,
        logout_notices=store.logout_notices,
        references=store.references,
        device_requests=store.device_requests,
        configurations=store,
        sealer=sealer,
        foreign_keys=FetchedKeys(fetcher, clock),
        delivery=delivery,
        pace=SteadyPace(),
        clock=clock,
        flow_log=recorder or CLOSED,
    )
    adapters = AdapterNotifier(ReferenceHandover(store.references, clock), fetcher, logout_call_url)
    chance = SystemRandom().random
    notifier = LogoutNotifier(
        store.logout_notices, fetcher, signer, adapters, record.events, clock, chance
    )
    application = build_application(
        ports,
        report=record.report,
        observe=record.request_meter.observe,
        proxies=TrustedProxies(
            map(ipaddress.ip_network, settings.trusted_proxies), settings.certificate_header
        ),
        is_dev=settings.is_dev,
        has_explorer=settings.is_dev,
    )
    keeper = ConfigurationKeeper(
        store=store,
        compile=lambda stored: compile_snapshot(stored, sealer, now=clock.now()),
        holder=holder,
        readiness=readiness,
        events=record.events,
        copy=SnapshotCopy(Path(settings.data_directory), sealer, settings.store),
        keeps_copy=birth.index == 0 and not settings.initial,
        prepare=_preparation(birth, store, settings, sealer),
    )
    protocol = DevelopmentEdgeProtocol if settings.is_dev else EdgeProtocol
    return Parts(
        channel=channel,
        store=store,
        keeper=keeper,
        readiness=readiness,
        events=record.events,
        delivery=delivery,
        courier=LogoutCourier(notifier, holder) if birth.index == 0 else None,
        flow_courier=None if recorder is None else FlowCourier(recorder, channel),
        server=HTTPServer(application, protocol, Room(connection_limit())),
        listeners=_listeners(birth, settings, holder),
        meters=record.families,
        audit_guard=AuditGuard(record.audit, holder, readiness, settings.is_audit_required),
        passkey_library=PasskeyLibrary(holder),
        finish_seconds=settings.finish_seconds,
        prunes=birth.index == 0,
    )


def _fetcher(settings: ServeSettings, record: Record) -> HTTPSFetcher:
    rules = make_rules(settings.outbound_allow, settings.outbound_ports, is_dev=settings.is_dev)
    ca_file = settings.outbound_ca_file
    return HTTPSFetcher(rules, record.events, ca_file=Path(ca_file) if ca_file else None)


def _tell(channel: Channel, readiness: Readiness) -> None:
    channel.send(
        "status",
        accepting=readiness.is_accepting,
        ready=readiness.is_ready,
        reasons=readiness.missing,
    )


def _sealer(settings: ServeSettings) -> Sealer:
    keys = {name: Secret(b64.decode(key)) for name, key in settings.master_keys.items()}
    return Sealer(keys, settings.active_master_key)


def _store(settings: ServeSettings) -> StoreBackend:
    try:
        store = find_backend(settings.store)
    except ValueError as error:
        raise StoreRefusedError(str(error)) from error
    if store is None:
        raise StoreRefusedError("The store's URL names no known kind of store.")
    return store


def _listeners(
    birth: Birth, settings: ServeSettings, holder: SnapshotHolder
) -> tuple[tuple[socket.socket, ChooseTLS], ...]:
    return tuple(
        (socket.socket(fileno=descriptor), _tls_of(name, settings, holder))
        for name, descriptor in birth.listeners.items()
    )


def _tls_of(name: str, settings: ServeSettings, holder: SnapshotHolder) -> ChooseTLS:
    files = settings.certificate, settings.private_key
    match name:
        case "tls":
            context = server_context(*files)
            return lambda: context
        case "mutual_tls":
            return MutualTLS(*files, holder).choose
        case _:
            return lambda: None


def _preparation(
    birth: Birth, store: StoreBackend, settings: ServeSettings, sealer: Sealer
) -> Callable[[], Awaitable[None]] | None:
    if settings.initial:
        return lambda: fill(store, settings.initial, sealer)
    return partial(prepare_in_child, birth.settings) if birth.prepare else None
