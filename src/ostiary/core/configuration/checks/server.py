"""[server]: where it listens, what it stores in, which environments answer by default."""

from collections.abc import Iterator
from ipaddress import ip_network

from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import Subject
from ostiary.core.configuration.field_types import is_loopback, split_address
from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error, warning
from ostiary.core.configuration.secret_sources import SecretUnavailableError, resolve
from ostiary.core.model.environment import Face

_LISTENERS = ("tls", "mutual_tls", "admin", "http")


def check_listeners(subject: Subject) -> Iterator[Problem]:
    """Refuse addresses that a mode does not allow, and two listeners at one address."""
    listeners = subject.configuration.server.listeners
    addresses = {name: getattr(listeners, name) for name in _LISTENERS}
    if addresses["tls"] is None and addresses["http"] is None:
        yield error(("server", "listeners"), "must name an address for tls or http")
    taken: dict[str, str] = {}
    for name, address in addresses.items():
        if address is None:
            continue
        path: Path = ("server", "listeners", name)
        if address in taken and split_address(address)[1]:
            yield error(path, f"is the address of {taken[address]} too")
        taken[address] = name
        if not is_loopback(split_address(address)[0]):
            yield from _check_open_address(subject, path, name)


def _check_open_address(subject: Subject, path: Path, name: str) -> Iterator[Problem]:
    if subject.is_dev:
        yield error(
            path,
            "must be a loopback address in dev mode, whose secrets and certificates are no secret",
            'use "127.0.0.1", or mode = "production"',
        )
    elif name == "http" and not subject.configuration.server.proxies.trusted:
        yield warning(
            path,
            "answers plain HTTP to other machines, and secrets travel readable",
            "let a proxy end TLS and name it in server.proxies.trusted, or listen with tls only",
        )
    elif name == "admin":
        yield warning(
            path,
            "opens health, metrics and administration to other machines",
            "bind it to a private network only",
        )


def check_proxies(subject: Subject) -> Iterator[Problem]:
    """Warn of believing everybody."""
    for index, network in enumerate(subject.configuration.server.proxies.trusted):
        if ip_network(network).prefixlen == 0:
            yield warning(
                ("server", "proxies", "trusted", index),
                "believes forwarded headers of anybody",
                "name the networks of your proxies",
            )


def check_store(subject: Subject) -> Iterator[Problem]:
    """Refuse an unknown kind of store, and several workers on one that serves a single process."""
    server = subject.configuration.server
    url = implied.default_store(server)
    if server.store is not None:
        try:
            secret = resolve(server.store, subject.surroundings)
        except SecretUnavailableError:
            secret = None
        if secret is None:
            return  # The check of secrets says why.
        url = secret.reveal()
    scheme = url.partition(":")[0]
    if scheme not in subject.vocabulary.store_schemes:
        known = ", ".join(sorted(subject.vocabulary.store_schemes))
        yield error(
            ("server", "store"),
            f"must be the URL of a store; known are {known}",
            did_you_mean(scheme, subject.vocabulary.store_schemes),
        )
    if "\0" in url:
        yield error(("server", "store"), "must be the URL of a store, which holds no NUL character")
    if server.workers > 1:
        yield from _check_several_workers(subject, scheme)


def _check_several_workers(subject: Subject, scheme: str) -> Iterator[Problem]:
    path: Path = ("server", "workers")
    if scheme == "memory":
        yield error(
            path,
            "must be 1 with a store in memory: each worker would have its own",
            'use PostgreSQL: store = "postgresql://…"',
        )
    elif scheme == "sqlite":
        message = "several workers wait for each other on SQLite"
        hint = 'use PostgreSQL: store = "postgresql://…"'
        if subject.configuration.server.force_workers:
            yield warning(path, message, hint)
        else:
            yield error(
                path, message, f"{hint}, or accept it with force_workers = true (--force-workers)"
            )


def check_defaults(subject: Subject) -> Iterator[Problem]:
    """Refuse a default environment that does not exist or has the other face."""
    server = subject.configuration.server
    for name, key, face in (
        ("default_environment", server.default_environment, Face.PINGFEDERATE),
        ("pingone_default", server.pingone_default, Face.PINGONE),
    ):
        if key is None:
            continue
        environments = subject.configuration.environments
        if key not in environments:
            yield error(("server", name), "names no environment", did_you_mean(key, environments))
        elif environments[key].face is not face:
            yield error(("server", name), f'must name an environment with face = "{face}"')
