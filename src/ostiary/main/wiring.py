"""Wiring: every object of a serving process, built with exactly the ports its fields name."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

from ostiary.core.base.clock import Clock
from ostiary.core.clientauth import catalog as client_authentication_methods
from ostiary.core.clientauth.assertion import AssertionVerifier
from ostiary.core.clientauth.decoys import Decoys
from ostiary.core.crypto.foreign_jws import HMAC_BYTES, PUBLIC_KEY_ALGORITHMS
from ostiary.core.grants import catalog as grant_types
from ostiary.core.oauth.client_authentication import ClientAuthentication
from ostiary.core.oauth.introspect import Introspection
from ostiary.core.oauth.metadata import Metadata
from ostiary.core.oauth.revocation import Revocation
from ostiary.core.oauth.token import TokenEndpoint
from ostiary.core.ports.configuration import Snapshots
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.events import Events
from ostiary.core.ports.limiter import Limiter
from ostiary.core.ports.password_hashing import PasswordHashing
from ostiary.core.ports.readiness import Readiness
from ostiary.core.ports.signing import Signer
from ostiary.core.ports.stores import AccessTokens, Issuances
from ostiary.core.ports.users import PasswordAttempts
from ostiary.core.signon.password import PasswordSignOn
from ostiary.core.tokens.inspect import TokenInspector
from ostiary.core.tokens.issue import TokenIssuer
from ostiary.dialects.pingfederate.routes import PingFederate
from ostiary.dialects.pingone.routes import PingOne
from ostiary.http.application import Application, Observe, unobserved
from ostiary.http.boundary import Report
from ostiary.http.proxies import TrustedProxies
from ostiary.http.route import Route, RouteTable

Extension = TypeVar("Extension")


@dataclass(frozen=True, slots=True)
class Ports:
    """What the core needs from outside, under the names that constructors use for it."""

    snapshots: Snapshots
    readiness: Readiness
    issuances: Issuances
    tokens: AccessTokens
    events: Events
    limiter: Limiter
    signer: Signer
    directory: Directory
    attempts: PasswordAttempts
    hashing: PasswordHashing
    clock: Clock


def build_application(
    ports: Ports,
    *,
    report: Report,
    observe: Observe = unobserved,
    proxies: TrustedProxies | None = None,
    is_dev: bool = False,
) -> Application:
    """Build the server: both faces over one core."""
    return Application(
        RouteTable(build_routes(ports)),
        allowed_hosts=lambda: ports.snapshots.current.allowed_hosts,
        report=report,
        observe=observe,
        proxies=proxies,
        is_dev=is_dev,
    )


def build_routes(ports: Ports) -> tuple[Route, ...]:
    """Build both faces and return every route they serve."""
    available: dict[str, Any] = {field.name: getattr(ports, field.name) for field in fields(ports)}
    available["decoys"] = Decoys.make()
    available["passwords"] = PasswordSignOn(
        ports.directory, ports.attempts, ports.hashing, ports.events, ports.clock
    )
    available["assertions"] = AssertionVerifier(ports.issuances, ports.clock)
    authenticators = [
        build_extension(method, available) for method in client_authentication_methods.ALL
    ]
    grants = {
        grant.grant_type: grant
        for grant in (build_extension(grant, available) for grant in grant_types.ALL)
    }
    clients = ClientAuthentication(tuple(authenticators), ports.limiter)
    inspector = TokenInspector(ports.tokens, ports.clock)
    issuer = TokenIssuer(ports.issuances, ports.signer, ports.events, ports.clock)
    endpoints: dict[str, Any] = {
        "snapshots": ports.snapshots,
        "clock": ports.clock,
        "token": TokenEndpoint(clients, grants, issuer, ports.events),
        "introspection": Introspection(clients, inspector, ports.events),
        "revocation": Revocation(clients, inspector, ports.tokens, ports.events),
        "metadata": Metadata(
            grant_types=tuple(grants),
            auth_methods=tuple(method.method for method in authenticators),
            assertion_algorithms=(*PUBLIC_KEY_ALGORITHMS, *HMAC_BYTES),
        ),
    }
    pingfederate = PingFederate(readiness=ports.readiness, **endpoints)
    return (*pingfederate.routes(), *PingOne(**endpoints).routes())


def build_extension(extension: type[Extension], available: Mapping[str, Any]) -> Extension:
    """Build one catalog entry: a dataclass whose fields name the ports it needs.

    Raises: KeyError naming a port that does not exist.
    """
    if not is_dataclass(extension):
        raise TypeError(f"{extension.__name__} must be a dataclass: its fields say what it needs")
    return extension(**{field.name: available[field.name] for field in fields(extension)})
