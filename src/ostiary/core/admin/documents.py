"""From the configuration as written to documents: omitted fields filled in, lists put in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace
from pydantic import BaseModel

from ostiary.core.admin.bodies import (
    SERVER_ID,
    THEME_KEY,
    AuthenticationApplicationBody,
    Body,
    ClientAuthorityBody,
    ClientBody,
    DirectoryBody,
    EnvironmentBody,
    PolicyBody,
    PopulationBody,
    ReferenceAdapterBody,
    ResourceBody,
    ServerBody,
    StepBody,
    ThemeBody,
    TokenManagerBody,
    TrustedIssuerBody,
)
from ostiary.core.admin.contents import identify
from ostiary.core.admin.fetched_secrets import want_pass_phrase, want_secrets
from ostiary.core.admin.themes import describe_theme
from ostiary.core.admin.wanted_secrets import WantedSecret, WantedSecrets
from ostiary.core.admin.wanted_users import WantedUser, want_users
from ostiary.core.configuration import implied
from ostiary.core.configuration.certificate_files import read_certificates
from ostiary.core.configuration.policy_trees import chain, read_tree, write_ordered_tree
from ostiary.core.configuration.schema import (
    ClientSettings,
    Configuration,
    DirectorySettings,
    EnvironmentSettings,
    PolicySettings,
    ReferenceAdapterSettings,
    TokenManagerSettings,
)
from ostiary.core.configuration.secret_sources import Surroundings
from ostiary.core.model.environment import Face
from ostiary.core.model.user import DEFAULT_POPULATION
from ostiary.core.ports.configuration import DocumentId

B = TypeVar("B", bound=Body)
SHARED_SERVER_FIELDS = frozenset(
    {"public_url", "mutual_tls_url", "errors_url", "hosts", "default_environment"}
    | {"pingone_default"}
)
_UNORDERED = frozenset(
    {"algorithms", "allowed_origins", "auth_methods", "clients", "grant_types", "hosts"}
    | {"attributes", "managed_populations", "origins", "post_logout_redirect_uris", "redirect_uris"}
    | {"required_scopes", "resources", "response_types", "roles", "scopes", "targets"}
)
_CHILDREN = frozenset(
    {"authentication_applications", "clients", "policies", "resources", "steps"}
    | {
        "client_authorities",
        "directories",
        "reference_adapters",
        "theme",
        "token_managers",
        "trusted_issuers",
    }
    | {"users"}
)
"""Fields of an environment whose objects are documents, or users, of their own."""
"""Lists whose order means nothing: written in any order they give the same document."""


@dataclass(frozen=True, slots=True)
class Desired:
    """What a configuration asks for.

    Args:
        bodies: governed documents, as they shall be but for secrets.
        secrets: what shall become of the secrets of each client.
        users: those that shall be there; they are no documents.
        pass_phrases: what shall become of the pass phrase of each reference adapter.
        populations: made when they are absent, left alone when they are there.
        bind_passwords: what shall become of the password with which each directory is asked.
    """

    bodies: Mapping[DocumentId, Body]
    secrets: Mapping[DocumentId, WantedSecrets]
    users: tuple[WantedUser, ...] = ()
    pass_phrases: Mapping[DocumentId, WantedSecret] = field(default_factory=dict)
    populations: Mapping[DocumentId, PopulationBody] = field(default_factory=dict)
    bind_passwords: Mapping[DocumentId, WantedSecret] = field(default_factory=dict)


def describe_desired(configuration: Configuration, surroundings: Surroundings) -> Desired:
    """Return the documents that a checked configuration asks for, its secrets fetched.

    Raises: CertificatesRefusedError, SecretUnavailableError, ThemeFileRefusedError.
    """
    bodies: dict[DocumentId, Body] = {SERVER_ID: describe_server(configuration)}
    secrets: dict[DocumentId, WantedSecrets] = {}
    pass_phrases: dict[DocumentId, WantedSecret] = {}
    bind_passwords: dict[DocumentId, WantedSecret] = {}
    for key, environment in configuration.environments.items():
        bodies[identify(EnvironmentBody, key, key)] = describe_environment(key, environment)
        bodies |= _children(key, environment)
        for name, source in environment.client_authorities.items():
            place = identify(ClientAuthorityBody, key, name)
            bodies[place] = ClientAuthorityBody(pem=read_certificates(source, surroundings))
        for name, adapter in environment.reference_adapters.items():
            place = identify(ReferenceAdapterBody, key, name)
            bodies[place] = describe_reference_adapter(adapter)
            if adapter.pass_phrase is not None:
                pass_phrases[place] = want_pass_phrase(adapter.pass_phrase, surroundings)
        for name, directory in environment.directories.items():
            place = identify(DirectoryBody, key, name)
            bodies[place] = describe_directory(directory, surroundings)
            if directory.bind_password is not None:
                bind_passwords[place] = want_pass_phrase(directory.bind_password, surroundings)
        if environment.theme is not None:
            place = identify(ThemeBody, key, THEME_KEY)
            bodies[place] = describe_theme(environment.theme, surroundings)
        for client_key, client in environment.clients.items():
            place = identify(ClientBody, key, client_key)
            body = describe_client(key, environment, client_key, client)
            bodies[place] = body = with_certificates(body, surroundings)
            secrets[place] = want_secrets(environment, body.auth_methods, client, surroundings)
    users = want_users(configuration, surroundings)
    populations = dict(_populations(configuration))
    return Desired(bodies, secrets, users, pass_phrases, populations, bind_passwords)


def _children(key: str, environment: EnvironmentSettings) -> dict[DocumentId, Body]:
    children: dict[DocumentId, Body] = {
        identify(TokenManagerBody, key, name): describe_token_manager(environment, name, manager)
        for name, manager in implied.token_managers(environment).items()
    }
    for name, resource in environment.resources.items():
        children[identify(ResourceBody, key, name)] = _convert(ResourceBody, resource)
    for name, step in environment.steps.items():
        children[identify(StepBody, key, name)] = _convert(StepBody, step)
    for name, policy in implied.written_policies(environment).items():
        children[identify(PolicyBody, key, name)] = describe_policy(policy)
    for name, issuer in environment.trusted_issuers.items():
        children[identify(TrustedIssuerBody, key, name)] = _convert(TrustedIssuerBody, issuer)
    for name, application in environment.authentication_applications.items():
        place = identify(AuthenticationApplicationBody, key, name)
        children[place] = _convert(AuthenticationApplicationBody, application)
    return children


def _populations(configuration: Configuration) -> Iterator[tuple[DocumentId, PopulationBody]]:
    """Yield the populations that users, clients and adapters of the file name."""
    for key, environment in configuration.environments.items():
        named = [user.population for user in environment.users.values()]
        named += [name for c in environment.clients.values() for name in c.managed_populations]
        named += [adapter.population for adapter in environment.reference_adapters.values()]
        for name in dict.fromkeys(named):
            if name != DEFAULT_POPULATION:
                yield identify(PopulationBody, key, name), PopulationBody(name=name)


def describe_server(configuration: Configuration) -> ServerBody:
    """Return what every node shares of [server]."""
    return _convert(
        ServerBody,
        configuration.server,
        include=SHARED_SERVER_FIELDS,
        default_environment=implied.default_environment(configuration, Face.PINGFEDERATE),
        pingone_default=implied.default_environment(configuration, Face.PINGONE),
    )


def describe_environment(key: str, environment: EnvironmentSettings) -> EnvironmentBody:
    """Return an environment without the objects in it."""
    return _convert(
        EnvironmentBody,
        environment,
        exclude=_CHILDREN,
        id=implied.environment_id(key, environment),
        organization_id=implied.organization_id(key, environment),
        default_token_manager=implied.default_token_manager(environment),
        management_audience=implied.management_audience(environment),
    )


def describe_token_manager(
    environment: EnvironmentSettings, key: str, manager: TokenManagerSettings
) -> TokenManagerBody:
    """Return a token manager, what its style implies filled in."""
    return _convert(
        TokenManagerBody,
        manager,
        exclude=frozenset({"lifetime_minutes"}),
        style=implied.style(environment, manager),
        lifetime_seconds=implied.lifetime_seconds(environment, manager),
        scope_format=implied.scope_format(environment, manager),
        jwks_path=implied.jwks_path(environment, key, manager),
    )


def describe_policy(policy: PolicySettings) -> PolicyBody:
    """Return a policy, a list of steps as the tree that it is.

    Raises: ValueError for a tree that no check has seen.
    """
    root = chain(policy.steps) if policy.steps is not None else read_tree(policy.tree).root
    if root is None:
        raise ValueError("its tree cannot be read")
    return PolicyBody(acr=policy.acr, tree=write_ordered_tree(root))


def describe_client(
    environment_key: str, environment: EnvironmentSettings, key: str, client: ClientSettings
) -> ClientBody:
    """Return a client without its secrets."""
    return _convert(
        ClientBody,
        client,
        exclude=frozenset({"secret", "previous_secret"}),
        client_id=implied.client_id(environment_key, environment, key, client),
        auth_methods=implied.auth_methods(client),
        grant_types=implied.grant_types(client),
        response_types=implied.response_types(client),
        bypass_approval=implied.bypass_approval(client),
        restrict_scopes=implied.restrict_scopes(client),
        token_managers=implied.client_token_managers(environment, client),
    )


def describe_reference_adapter(adapter: ReferenceAdapterSettings) -> ReferenceAdapterBody:
    """Return a reference adapter without its pass phrase."""
    return _convert(ReferenceAdapterBody, adapter, exclude=frozenset({"pass_phrase"}))


def describe_directory(directory: DirectorySettings, surroundings: Surroundings) -> DirectoryBody:
    """Return a directory without its password.

    Raises: CertificatesRefusedError.
    """
    source = directory.authorities
    return _convert(
        DirectoryBody,
        directory,
        exclude=frozenset({"bind_password"}),
        authorities=None if source is None else read_certificates(source, surroundings),
    )


def with_certificates(body: ClientBody, surroundings: Surroundings) -> ClientBody:
    """Return a client with its own certificates in the place of their paths.

    Raises: CertificatesRefusedError.
    """
    certificate = body.client_certificate
    if certificate is None or not certificate.own:
        return body
    own = tuple(read_certificates(source, surroundings) for source in certificate.own)
    return replace(body, client_certificate=replace(certificate, own=own))


def _convert(
    body_type: type[B],
    settings: BaseModel,
    *,
    include: frozenset[str] | None = None,
    exclude: frozenset[str] | None = None,
    **implied_values: object,
) -> B:
    """Turn a table into a body; what it leaves open is given by name.

    Raises: TypeError for a field that the body does not know: nothing may get lost.
    """
    written = settings.model_dump(mode="json", include=set(include) if include else None)
    members = {name: value for name, value in written.items() if name not in (exclude or ())}
    members.update(implied_values)
    unknown = members.keys() - set(body_type.__struct_fields__)
    if unknown:
        raise TypeError(f"{body_type.__name__} has no field for {', '.join(sorted(unknown))}")
    return msgspec.convert(dict(_put_in_order(members)), body_type)


def _put_in_order(members: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in members.items():
        unordered = name in _UNORDERED and isinstance(value, list | tuple)
        yield name, sorted(set(value)) if unordered else _without_null(value)


def _without_null(value: object) -> object:
    """Drop members that say nothing: TOML, in which an export is written, has no null."""
    if isinstance(value, dict):
        return {name: _without_null(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_without_null(item) for item in value if item is not None]
    return value
