"""What a serving process must know before it can read the store, handed down without a trace.

The settings hold secrets (the store's password, the master key), so they travel in an anonymous
file whose descriptor is inherited: never in arguments, the environment or on disk.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

LISTENERS = ("tls", "mutual_tls", "http", "admin")
Overrides = dict[tuple[str | int, ...], object]
"""What the command line sets in place of the configuration file's values, by their place there."""
_MAX_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where a listener listens; `host` is a name or an address without brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """Everything local to one node; what all nodes share lies in the store.

    Args:
        store: URL of the store; it may hold a password.
        master_keys: 32 bytes in base64url by key id.
        certificate, private_key: paths of the PEM files of the TLS listener.
        trusted_proxies: networks whose forwarded headers are believed.
        certificate_header: in which they hand on certificates of their clients.
        outbound_allow, outbound_ports, outbound_ca_file: as `[server.outbound]` has them.
        mail, sms: fields of `MailServer` and `SMSGateway`, which this module need not know.
        configuration_file: applied to the store at start; None serves what the store holds.
        overrides: what the command line sets in place of the file's values.
        is_prepared: schema and configuration file are in the store; False when it was down.
        initial: what a store in memory begins with, in base64; "" for every other store.
        environ: the variables of the process that was started, for the configuration file may
            refer to any of them when it is read anew.
        flows_per_minute: how many sign-ons one address may begin; 0 for any number.
        has_flow_log: the parent keeps what the last flows came to.
        drain_seconds: how long a stopping server says "not ready" and still accepts.
        finish_seconds: how long requests in flight may take after that.
    """

    mode: str
    data_directory: str
    store: str = field(repr=False)
    master_keys: Mapping[str, str] = field(repr=False)
    active_master_key: str
    audit_file: str
    is_audit_required: bool = False
    workers: int = 1
    tls: ListenAddress | None = None
    mutual_tls: ListenAddress | None = None
    http: ListenAddress | None = None
    admin: ListenAddress | None = None
    certificate: str = ""
    private_key: str = ""
    trusted_proxies: tuple[str, ...] = ()
    certificate_header: str | None = None
    outbound_allow: tuple[str, ...] = ()
    outbound_ports: tuple[int, ...] | None = None
    outbound_ca_file: str | None = None
    mail: Mapping[str, Any] | None = field(default=None, repr=False)
    sms: Mapping[str, Any] | None = field(default=None, repr=False)
    configuration_file: str | None = None
    overrides: tuple[tuple[tuple[str | int, ...], object], ...] = ()
    is_prepared: bool = True
    initial: str = field(default="", repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    flows_per_minute: int = 600
    has_flow_log: bool = False
    drain_seconds: float = 5.0
    finish_seconds: float = 30.0

    @property
    def is_dev(self) -> bool:
        return self.mode == "dev"

    def address(self, listener: str) -> ListenAddress | None:
        """Return where a listener listens, None when it is off."""
        addresses = (self.tls, self.mutual_tls, self.http, self.admin)
        return dict(zip(LISTENERS, addresses, strict=True))[listener]

    def hand_down(self) -> int:
        """Write the settings into an anonymous file; its descriptor may be inherited."""
        descriptor = os.memfd_create("ostiary-settings", 0)
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(json.dumps(asdict(self)).encode())
        return descriptor

    @classmethod
    def take_over(cls, descriptor: int) -> "ServeSettings":
        """Read what `hand_down` wrote; the descriptor stays usable for the next process."""
        members: dict[str, Any] = json.loads(os.pread(descriptor, _MAX_BYTES, 0))
        for listener in LISTENERS:
            if members[listener] is not None:
                members[listener] = ListenAddress(**members[listener])
        members["trusted_proxies"] = tuple(members["trusted_proxies"])
        members["outbound_allow"] = tuple(members["outbound_allow"])
        if members["outbound_ports"] is not None:
            members["outbound_ports"] = tuple(members["outbound_ports"])
        members["overrides"] = tuple((tuple(path), value) for path, value in members["overrides"])
        return cls(**members)
