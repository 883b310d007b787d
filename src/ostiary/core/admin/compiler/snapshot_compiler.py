"""The snapshot compiled from the stored documents, whole or not at all.

Workers do this at every start and every new version, so nothing here imports Pydantic.
"""

from collections.abc import Iterable, Mapping

from ostiary.core.admin.bodies import (
    SERVER_ID,
    ClientAuthorityBody,
    ClientBody,
    EnvironmentBody,
    ServerBody,
)
from ostiary.core.admin.compiler.environment_compiler import EnvironmentCompiler
from ostiary.core.admin.contents import (
    ConfigurationBrokenError,
    Contents,
    Draft,
    read,
    select,
)
from ostiary.core.base.hosts import host_of, without_brackets
from ostiary.core.base.ids import EnvironmentId
from ostiary.core.crypto.certificate_authorities import CertificateAuthorities
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.ports.configuration import StoredConfiguration


def compile_snapshot(stored: StoredConfiguration, sealer: Sealer, *, now: float) -> Snapshot:
    """Return the whole configuration, ready to serve requests.

    Args: now tells which keys may sign.
    Raises: ConfigurationBrokenError naming what is wrong; nothing is left half-compiled.
    """
    contents = read(stored.documents)
    server = contents.get(SERVER_ID)
    if not isinstance(server, ServerBody):
        raise ConfigurationBrokenError("nothing is configured: apply a configuration first")
    bodies = {place.key: body for place, body in select(contents, EnvironmentBody)}
    compiled: dict[str, Environment] = {}
    for key, documents in _by_environment(contents).items():
        if key in bodies:
            is_default = key == server.default_environment
            compiler = EnvironmentCompiler(
                key, bodies[key], documents, server, sealer, now, is_default
            )
            compiled[key] = _compile(compiler)
    return Snapshot(
        version=stored.version,
        environments=_by_id(compiled.values()),
        by_host=_by_host(bodies, compiled),
        default=_find_default(compiled, server.default_environment, Face.PINGFEDERATE),
        pingone_default=_find_default(compiled, server.pingone_default, Face.PINGONE),
        allowed_hosts=_allowed_hosts(server, bodies.values()),
        client_authorities=_client_authorities(contents),
        errors_url=server.errors_url,
    )


def _client_authorities(contents: Contents) -> frozenset[bytes]:
    """Return what a handshake trusts; whose certificate it is, each environment asks again."""
    texts = [body.pem for _, body in select(contents, ClientAuthorityBody)]
    for _, client in select(contents, ClientBody):
        texts += client.client_certificate.own if client.client_certificate else ()
    return CertificateAuthorities.parse(texts).dump()


def _compile(compiler: EnvironmentCompiler) -> Environment:
    try:
        return compiler.compile()
    except (ValueError, LookupError, ConfigurationBrokenError) as error:
        raise ConfigurationBrokenError(f"environment {compiler.key}: {error}") from error


def _by_environment(contents: Contents) -> dict[str, Draft]:
    groups: dict[str, Draft] = {}
    for place, body in contents.items():
        groups.setdefault(place.environment, {})[place] = body
    return groups


def _by_id(environments: Iterable[Environment]) -> dict[EnvironmentId, Environment]:
    found: dict[EnvironmentId, Environment] = {}
    for environment in environments:
        if found.setdefault(environment.id, environment) is not environment:
            raise ConfigurationBrokenError(f"environment {environment.key}: its id is taken")
    return found


def _claimed_hosts(body: EnvironmentBody) -> tuple[str, ...]:
    own = (host_of(body.base_url),) if body.base_url else ()
    return tuple(map(without_brackets, own + body.hosts))


def _by_host(
    bodies: Mapping[str, EnvironmentBody], compiled: Mapping[str, Environment]
) -> dict[str, Environment]:
    """Return which environment a host means: PingFederate's paths do not say it themselves."""
    found: dict[str, Environment] = {}
    for key, body in bodies.items():
        if body.face is Face.PINGFEDERATE:
            for host in _claimed_hosts(body):
                if found.setdefault(host, compiled[key]) is not compiled[key]:
                    raise ConfigurationBrokenError(f"environment {key}: the host {host} is taken")
    return found


def _find_default(
    compiled: Mapping[str, Environment], key: str | None, face: Face
) -> Environment | None:
    if key is None:
        return None
    found = compiled.get(key)
    if found is None or found.face is not face:
        raise ConfigurationBrokenError(f"the default environment {key} is no {face} environment")
    return found


def _allowed_hosts(server: ServerBody, bodies: Iterable[EnvironmentBody]) -> frozenset[str]:
    claimed = {host for body in bodies for host in _claimed_hosts(body)}
    names = (host_of(server.public_url), *server.hosts)
    return frozenset({*map(without_brackets, names), *claimed})
