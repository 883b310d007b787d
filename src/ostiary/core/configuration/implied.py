"""What omitted fields of the configuration mean: one answer for checks, compiler and console."""

from collections.abc import Mapping

from ostiary.core.base.hosts import host_of
from ostiary.core.base.ids import stable_uuid
from ostiary.core.base.usernames import username_key
from ostiary.core.configuration.schema import (
    ClientSettings,
    Configuration,
    EnvironmentSettings,
    PolicySettings,
    ServerSettings,
    StepSettings,
    TokenManagerSettings,
    UserSettings,
)
from ostiary.core.model.client import AuthMethod
from ostiary.core.model.environment import Face
from ostiary.core.model.faces import FACES
from ostiary.core.model.ldap_directory import LOCAL
from ostiary.core.model.token_manager import ClaimStyle, ScopeFormat, TokenKind

DEFAULT_MANAGER = "default"
WORKER_GRANT = "client_credentials"
CODE_GRANT = "authorization_code"
_LIFETIME_SECONDS = {
    ClaimStyle.RFC9068: 7200,
    ClaimStyle.PINGFEDERATE: 7200,
    ClaimStyle.PINGONE: 3600,
}
_OWN_MANAGER_STYLE = {
    Face.PINGFEDERATE: ClaimStyle.PINGFEDERATE,
    Face.PINGONE: ClaimStyle.PINGONE,
}
_STYLE_OF_NEW_MANAGERS = {
    Face.PINGFEDERATE: ClaimStyle.RFC9068,
    Face.PINGONE: ClaimStyle.PINGONE,
}


def directory_order(environment: EnvironmentSettings) -> tuple[str, ...]:
    """Return the directories of an environment in the order in which they are asked."""
    if environment.directory_order is not None:
        return environment.directory_order
    return (LOCAL, *environment.directories)


def management_audience(environment: EnvironmentSettings) -> str | None:
    """Return the audience of tokens for the management API: given, or as the face has it."""
    return environment.management_audience or FACES[environment.face].management_audience


def default_store(server: ServerSettings) -> str:
    """Return the URL of the store of a server that names none: SQLite in its data directory."""
    return f"sqlite:///{server.data_directory.rstrip('/')}/ostiary.db"


def has_flow_log(server: ServerSettings) -> bool:
    """Tell whether what flows come to is kept: as the file says, otherwise in dev mode."""
    return server.mode == "dev" if server.flow_log is None else server.flow_log


def user_id(environment_key: str, username: str, user: UserSettings) -> str:
    """Return the id of a user, whatever way its name is written."""
    return user.id or stable_uuid(environment_key, "user", username_key(username))


def environment_id(key: str, environment: EnvironmentSettings) -> str:
    """Return an environment's id: given, or derived from its key."""
    return environment.id or stable_uuid("environment", key)


def organization_id(key: str, environment: EnvironmentSettings) -> str:
    """Return the id of an environment's organization: given, or derived from its key."""
    return environment.organization_id or stable_uuid("organization", key)


def base_url(configuration: Configuration, environment: EnvironmentSettings) -> str:
    """Return an environment's public URL: its own, or the server's."""
    return environment.base_url or configuration.server.public_url


def claimed_hosts(environment: EnvironmentSettings) -> tuple[str, ...]:
    """Return the host names that an environment claims for itself, its own URL's first."""
    own = (host_of(environment.base_url),) if environment.base_url else ()
    return tuple(dict.fromkeys(own + environment.hosts))


def allowed_hosts(configuration: Configuration) -> frozenset[str]:
    """Return every host that requests may be addressed to, as it stands in a URL, without port."""
    claimed = {
        host
        for environment in configuration.environments.values()
        for host in claimed_hosts(environment)
    }
    return frozenset(
        {host_of(configuration.server.public_url), *configuration.server.hosts, *claimed}
    )


def default_environment(configuration: Configuration, face: Face) -> str | None:
    """Return the key of the environment that answers where none is named, or None.

    Without a choice in the file it is the only environment with that face.
    """
    server = configuration.server
    chosen = server.default_environment if face is Face.PINGFEDERATE else server.pingone_default
    if chosen is not None:
        return chosen
    keys = [key for key, env in configuration.environments.items() if env.face is face]
    return keys[0] if len(keys) == 1 else None


def token_managers(environment: EnvironmentSettings) -> Mapping[str, TokenManagerSettings]:
    """Return an environment's token managers; one without any has `default`."""
    if environment.token_managers:
        return environment.token_managers
    return {DEFAULT_MANAGER: TokenManagerSettings(style=_OWN_MANAGER_STYLE[environment.face])}


def default_token_manager(environment: EnvironmentSettings) -> str:
    """Return the manager of clients that name none: chosen, or `default`, or the first."""
    managers = token_managers(environment)
    if environment.default_token_manager is not None:
        return environment.default_token_manager
    return DEFAULT_MANAGER if DEFAULT_MANAGER in managers else next(iter(managers))


def style(environment: EnvironmentSettings, manager: TokenManagerSettings) -> ClaimStyle:
    """Return whose claims a manager writes: given, or as the environment's face has it."""
    return manager.style or _STYLE_OF_NEW_MANAGERS[environment.face]


def lifetime_seconds(environment: EnvironmentSettings, manager: TokenManagerSettings) -> int:
    """Return how long a manager's tokens live."""
    if manager.lifetime_seconds is not None:
        return manager.lifetime_seconds
    if manager.lifetime_minutes is not None:
        return manager.lifetime_minutes * 60
    return _LIFETIME_SECONDS[style(environment, manager)]


def scope_format(environment: EnvironmentSettings, manager: TokenManagerSettings) -> ScopeFormat:
    """Return how a manager writes scopes: given, or as its style has it."""
    if manager.scope_format is not None:
        return manager.scope_format
    own = style(environment, manager) is ClaimStyle.PINGFEDERATE
    return ScopeFormat.ARRAY if own else ScopeFormat.STRING


def jwks_path(
    environment: EnvironmentSettings, key: str, manager: TokenManagerSettings
) -> str | None:
    """Return the path below `/ext/` where a manager's keys are published alone, or None.

    The keys of every other style are published with those of the environment.
    """
    if manager.kind is not TokenKind.JWT:
        return None
    if style(environment, manager) is not ClaimStyle.PINGFEDERATE:
        return None
    return manager.jwks_path or ("oauth/jwks" if key == DEFAULT_MANAGER else f"{key}/jwks")


def client_uuid(environment_key: str, key: str) -> str:
    """Return the stable UUID of a client."""
    return stable_uuid(environment_key, "client", key)


def client_id(
    environment_key: str, environment: EnvironmentSettings, key: str, client: ClientSettings
) -> str:
    """Return what a client calls itself: given, its key, or in PingOne's face its UUID."""
    if client.client_id is not None:
        return client.client_id
    return key if environment.face is Face.PINGFEDERATE else client_uuid(environment_key, key)


def auth_methods(client: ClientSettings) -> tuple[str, ...]:
    """Return how a client proves who it is: given, or what its secret and keys allow."""
    if client.auth_methods is not None:
        return client.auth_methods
    methods: tuple[str, ...] = ()
    if client.secret is not None:
        methods += (AuthMethod.CLIENT_SECRET_BASIC.value, AuthMethod.CLIENT_SECRET_POST.value)
    if client.jwks is not None:
        methods += (AuthMethod.PRIVATE_KEY_JWT.value,)
    if client.client_certificate is not None:
        is_own = client.client_certificate.own
        method = AuthMethod.SELF_SIGNED_TLS_CLIENT_AUTH if is_own else AuthMethod.TLS_CLIENT_AUTH
        methods += (method.value,)
    return methods or (AuthMethod.NONE.value,)


def grant_types(client: ClientSettings) -> tuple[str, ...]:
    """Return the grants a client may use: given, or what its application type implies."""
    if client.grant_types is not None:
        return client.grant_types
    return (WORKER_GRANT,) if client.type == "worker" else ()


def client_token_managers(
    environment: EnvironmentSettings, client: ClientSettings
) -> tuple[str, ...]:
    """Return the managers open to a client, its default first."""
    return client.token_managers or (default_token_manager(environment),)


def response_types(client: ClientSettings) -> tuple[str, ...]:
    """Return what a client may ask for when a user signs on: given, or as its grants need."""
    if client.response_types is not None:
        return client.response_types
    return ("code",) if CODE_GRANT in grant_types(client) else ()


def bypass_approval(client: ClientSettings) -> bool:
    """Tell whether users are not asked: a flow without a browser has no page to ask on."""
    return client.bypass_approval or client.allow_redirectless


def restrict_scopes(client: ClientSettings) -> bool:
    """Tell what the switch says; it comes with `allow_redirectless`, as PingFederate's does."""
    return client.restrict_scopes or client.allow_redirectless


def steps(environment: EnvironmentSettings) -> Mapping[str, StepSettings]:
    """Return an environment's authentication steps; one without any has its face's."""
    if environment.steps:
        return environment.steps
    return {key: StepSettings(type=kind) for key, kind in FACES[environment.face].steps.items()}


def policies(environment: EnvironmentSettings) -> Mapping[str, PolicySettings]:
    """Return an environment's policies; one without any has its face's.

    One with steps has the first of those alone, and it asks every step.
    """
    if environment.policies:
        return environment.policies
    face = FACES[environment.face]
    if environment.steps:
        return {face.policy: PolicySettings(steps=tuple(environment.steps))}
    return {key: PolicySettings(steps=keys) for key, keys in face.policies.items()}


def written_policies(environment: EnvironmentSettings) -> Mapping[str, PolicySettings]:
    """Return the policies to be stored: none where there are neither steps nor policies."""
    return policies(environment) if environment.policies or environment.steps else {}


def default_policy(environment: EnvironmentSettings) -> str | None:
    """Return the policy of clients that name none: chosen, or the face's own, or the only one."""
    if environment.default_policy is not None:
        return environment.default_policy
    keys, standard = list(policies(environment)), FACES[environment.face].policy
    return standard if standard in keys else keys[0] if len(keys) == 1 else None
