"""The stored configuration written as a file: applied again, it changes nothing."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from ostiary.core.admin.bodies import (
    SERVER_ID,
    AuthenticationApplicationBody,
    Body,
    ClientAuthorityBody,
    ClientBody,
    DirectoryBody,
    EnvironmentBody,
    PolicyBody,
    ReferenceAdapterBody,
    ResourceBody,
    SecretBody,
    ServerBody,
    StepBody,
    ThemeBody,
    TokenManagerBody,
    TrustedIssuerBody,
    default_of,
)
from ostiary.core.admin.contents import ConfigurationBrokenError, Contents, select
from ostiary.core.admin.documents import (
    describe_client,
    describe_environment,
    describe_policy,
    describe_server,
    describe_token_manager,
)
from ostiary.core.admin.toml_text import render_toml
from ostiary.core.configuration import implied
from ostiary.core.configuration.policy_trees import find_chain, read_tree, write_tree
from ostiary.core.configuration.schema import (
    ClientSettings,
    Configuration,
    EnvironmentSettings,
    TokenManagerSettings,
)

Table = dict[str, Any]
INLINE = frozenset(
    {"bind_password", "cases", "master_key", "pass_phrase", "previous_secret", "secret", "store"}
)
"""Tables on one line: of cases the order counts, and a table by its own heading would lose it."""
_HEADER = """\
# The configuration of the store at version {version}.
# Secrets stay in the store: {{ stored = true }} keeps the one that is there.
"""
_LEFT_OUT = """\
# Left out, for it stands in the file in plain text: server.{name}. Refer to it: {{ env = "NAME" }}.
"""
_IMPLIED_BY_ENVIRONMENT = (
    *("id", "organization_id", "default_token_manager", "management_audience"),
)
_IMPLIED_BY_MANAGER = ("style", "lifetime_seconds", "jwks_path", "scope_format")
_IMPLIED_BY_CLIENT = (
    "client_id", "auth_methods", "grant_types", "response_types", "token_managers",
    "bypass_approval", "restrict_scopes",
)  # fmt: skip
_IMPLIED_BY_SERVER = ("default_environment", "pingone_default")


def export_toml(
    version: int, contents: Contents, local: Mapping[str, Any], left_out: Iterable[str] = ()
) -> str:
    """Write the stored configuration as TOML.

    Args:
        local: what [server] says of this node alone, which no store holds.
        left_out: fields of [server] that are not in `local` because they hold secrets.
    Raises: ConfigurationBrokenError when nothing is stored.
    """
    table = export_table(contents)
    table["server"] = {**local, **table["server"]}
    header = _HEADER.format(version=version)
    header += "".join(_LEFT_OUT.format(name=name) for name in left_out)
    return header + "\n" + render_toml(table, inline=INLINE)


def export_table(contents: Contents) -> Table:
    """Return the stored configuration as a file's tables, without what goes without saying.

    Raises: ConfigurationBrokenError when nothing is stored.
    """
    server = contents.get(SERVER_ID)
    if not isinstance(server, ServerBody):
        raise ConfigurationBrokenError("nothing is configured: there is nothing to export")
    environments = dict(select(contents, EnvironmentBody))
    faces = {place.key: {"face": body.face} for place, body in environments.items()}

    def says_the_same(table: Table) -> bool:
        tables = {"server": table, "environments": faces}
        return describe_server(Configuration.model_validate(tables)) == server

    return {
        "server": _without_implied(_members(server), _IMPLIED_BY_SERVER, says_the_same),
        "environments": {
            place.key: _environment(contents, place.key, body)
            for place, body in environments.items()
        },
    }


def _environment(contents: Contents, key: str, body: EnvironmentBody) -> Table:
    managers = _token_managers(contents, key, body)

    def says_the_same(table: Table) -> bool:
        settings = EnvironmentSettings.model_validate({**table, "token_managers": managers})
        return describe_environment(key, settings) == body

    table = _without_implied(_members(body), _IMPLIED_BY_ENVIRONMENT, says_the_same)
    settings = EnvironmentSettings.model_validate({**table, "token_managers": managers})
    steps = _tables(contents, StepBody, key)
    children = {
        "resources": _tables(contents, ResourceBody, key),
        "token_managers": managers,
        "steps": steps,
        "policies": _policies(contents, key, body, steps),
        "client_authorities": {
            place.key: authority.pem
            for place, authority in select(contents, ClientAuthorityBody, key)
        },
        "reference_adapters": _tables(contents, ReferenceAdapterBody, key),
        "directories": _tables(contents, DirectoryBody, key),
        "trusted_issuers": _tables(contents, TrustedIssuerBody, key),
        "authentication_applications": _tables(contents, AuthenticationApplicationBody, key),
        "clients": {
            place.key: _client(key, settings, place.key, client)
            for place, client in select(contents, ClientBody, key)
        },
    }
    for _, theme in select(contents, ThemeBody, key):
        table["theme"] = _members(theme)
    return table | {name: child for name, child in children.items() if child}


def _tables(contents: Contents, body_type: type[Body], key: str) -> Table:
    return {place.key: _members(body) for place, body in select(contents, body_type, key)}


def _policies(contents: Contents, key: str, body: EnvironmentBody, steps: Table) -> Table:
    """Return the policies of an environment; none when it has just the one that it implies."""
    bodies = {place.key: body for place, body in select(contents, PolicyBody, key)}
    settings = EnvironmentSettings.model_validate({"face": body.face, "steps": steps})
    bare = implied.written_policies(settings)
    if bodies == {name: describe_policy(policy) for name, policy in bare.items()}:
        return {}
    return {name: _policy(body) for name, body in bodies.items()}


def _policy(body: PolicyBody) -> Table:
    root = read_tree(body.tree).root
    if root is None:
        return _members(body)
    steps = find_chain(root)
    said = {"tree": write_tree(root)} if steps is None else {"steps": list(steps)}
    return {**_without(_members(body), "tree"), **said}


def _token_managers(contents: Contents, key: str, body: EnvironmentBody) -> Table:
    """Return the managers of an environment; none when it has just the one that it implies."""
    bare = EnvironmentSettings(face=body.face)
    bodies = {place.key: manager for place, manager in select(contents, TokenManagerBody, key)}
    implied_bodies = {
        name: describe_token_manager(bare, name, manager)
        for name, manager in implied.token_managers(bare).items()
    }
    if bodies == implied_bodies:
        return {}
    return {name: _token_manager(bare, name, manager) for name, manager in bodies.items()}


def _token_manager(environment: EnvironmentSettings, key: str, body: TokenManagerBody) -> Table:
    def says_the_same(table: Table) -> bool:
        settings = TokenManagerSettings.model_validate(table)
        return describe_token_manager(environment, key, settings) == body

    return _without_implied(_members(body), _IMPLIED_BY_MANAGER, says_the_same)


def _client(
    environment_key: str, environment: EnvironmentSettings, key: str, body: ClientBody
) -> Table:
    bare = msgspec.structs.replace(body, secret=None, previous_secret=None)

    def says_the_same(table: Table) -> bool:
        settings = ClientSettings.model_validate(table)
        return describe_client(environment_key, environment, key, settings) == bare

    return _without_implied(_members(body), _IMPLIED_BY_CLIENT, says_the_same)


def _members(body: Body) -> Table:
    """Return the fields that say more than their default."""
    table: Table = {}
    for info in msgspec.structs.fields(body):
        value = getattr(body, info.name)
        if isinstance(value, SecretBody):
            table[info.name] = _keep(value)
        elif value != default_of(info):
            table[info.name] = _without_none(msgspec.to_builtins(value))
    return table


def _without_none(value: object) -> object:
    """Leave out what is not said: TOML has no null."""
    if isinstance(value, dict):
        return {name: _without_none(item) for name, item in value.items() if item is not None}
    return value


def _keep(secret: SecretBody) -> Table:
    if secret.expires_at is None:
        return {"stored": True}
    return {"stored": True, "expires_at": datetime.fromtimestamp(secret.expires_at, UTC)}


def _without_implied(
    table: Table, names: Iterable[str], says_the_same: Callable[[Table], bool]
) -> Table:
    """Leave out each named field without which the table says the same."""
    for name in names:
        shorter = _without(table, name)
        if name in table and says_the_same(shorter):
            table = shorter
    return table


def _without(table: Table, name: str) -> Table:
    return {other: value for other, value in table.items() if other != name}
