"""Environments: their ids, addresses and references."""

from collections.abc import Iterator

from ostiary.core.base.addresses import find_address
from ostiary.core.base.hosts import host_of, without_brackets
from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import (
    Subject,
    Uniqueness,
    environments,
    refuse_repeated,
)
from ostiary.core.configuration.field_types import is_loopback
from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error, warning
from ostiary.core.model.environment import Face


def check_presence(subject: Subject) -> Iterator[Problem]:
    """Refuse a file without any environment."""
    if not subject.configuration.environments:
        yield error(("environments",), "must have at least one environment")


def check_ids(subject: Subject) -> Iterator[Problem]:
    """Refuse an environment id that two environments have."""
    ids = Uniqueness()
    for path, key, environment in environments(subject):
        found = implied.environment_id(key, environment)
        yield from refuse_repeated(ids, found, (*path, "id"), "is the id of another environment:")


def check_base_urls(subject: Subject) -> Iterator[Problem]:
    """Refuse plain HTTP, but for loopback in dev mode."""
    server = subject.configuration.server
    urls: list[tuple[Path, str | None]] = [(("server", "public_url"), server.public_url)]
    urls += [((*path, "base_url"), env.base_url) for path, _, env in environments(subject)]
    for path, url in urls:
        if url is None or url.startswith("https://"):
            continue
        if not is_loopback(host_of(url)):
            yield error(path, 'must start with "https://"')
        elif not subject.is_dev:
            yield error(path, 'must start with "https://"', "only dev mode accepts plain HTTP")


def check_public_url(subject: Subject) -> Iterator[Problem]:
    """Refuse to make up a production server's name."""
    server = subject.configuration.server
    if not subject.is_dev and "public_url" not in server.model_fields_set:
        yield error(
            ("server", "public_url"), "is missing", "in production the server must know its name"
        )


def check_hosts(subject: Subject) -> Iterator[Problem]:
    """Refuse PingFederate faces that one request could mean both of, or that none can mean.

    Their paths carry no environment id: the host alone tells them apart. A port does not.
    """
    hosts = Uniqueness()
    default = implied.default_environment(subject.configuration, Face.PINGFEDERATE)
    for path, key, environment in environments(subject):
        if environment.face is not Face.PINGFEDERATE:
            continue
        claimed = implied.claimed_hosts(environment)
        if not claimed and key != default:
            yield error(
                path,
                "cannot be reached: it claims no host and is not server.default_environment",
                "give it a base_url or hosts of its own",
            )
        for host in claimed:
            message = f"claims the host {host}, which belongs to"
            yield from refuse_repeated(
                hosts, host, (*path, _field(environment.base_url, host)), message
            )


def check_issuers(subject: Subject) -> Iterator[Problem]:
    """Refuse two PingFederate faces under one base URL: tokens and assertions name it as issuer."""
    issuers = Uniqueness()
    default = implied.default_environment(subject.configuration, Face.PINGFEDERATE)
    for path, key, environment in environments(subject):
        is_reached = key == default or implied.claimed_hosts(environment)
        if environment.face is Face.PINGFEDERATE and is_reached:
            issuer = environment.base_url or subject.configuration.server.public_url
            message = f"would be {issuer}, the issuer of"
            yield from refuse_repeated(issuers, issuer, (*path, "base_url"), message)


def _field(base_url: str | None, host: str) -> str:
    return "base_url" if base_url and host_of(base_url) == host else "hosts"


def check_resources(subject: Subject) -> Iterator[Problem]:
    """Refuse unknown scopes, and an audience that two resources have."""
    for path, _, environment in environments(subject):
        audiences = Uniqueness()
        for name, resource in environment.resources.items():
            here: Path = (*path, "resources", name)
            yield from refuse_repeated(
                audiences, resource.audience, (*here, "audience"), "is the audience of"
            )
            for index, scope in enumerate(resource.scopes):
                if scope not in environment.scopes:
                    yield error(
                        (*here, "scopes", index),
                        f'"{scope}" is not a scope of this environment',
                        did_you_mean(scope, environment.scopes),
                    )


def check_default_manager(subject: Subject) -> Iterator[Problem]:
    """Refuse a default token manager that does not exist."""
    for path, _, environment in environments(subject):
        known = implied.token_managers(environment)
        chosen = environment.default_token_manager
        if chosen is not None and chosen not in known:
            yield error(
                (*path, "default_token_manager"),
                f'"{chosen}" is not a token manager of this environment',
                did_you_mean(chosen, known),
            )


def check_passkey_domains(subject: Subject) -> Iterator[Problem]:
    """Refuse a domain for passkeys that no browser accepts on the environment's own pages.

    Spec: W3C WebAuthn §5.1.3 (`rp.id`: the host itself, or a registrable domain above it).
    """
    for path, _, environment in environments(subject):
        domain = environment.passkey_domain
        host = host_of(environment.base_url or subject.configuration.server.public_url)
        if domain is None or domain == host:
            continue
        is_name = find_address(without_brackets(host)) is None
        if not is_name or not host.endswith(f".{domain}") or "." not in domain:
            yield error(
                (*path, "passkey_domain"),
                f"must be {host} or a domain above it that is yours",
                "browsers refuse passkeys for any other",
            )


def check_origins(subject: Subject) -> Iterator[Problem]:
    """Warn of browser origins that anybody on the network can pretend to be."""
    for path, _, environment in environments(subject):
        for index, origin in enumerate(environment.allowed_origins):
            if origin.startswith("http://") and not is_loopback(host_of(origin)):
                yield warning(
                    (*path, "allowed_origins", index),
                    "is a page without TLS, which anybody on its network can change",
                    "use https",
                )
