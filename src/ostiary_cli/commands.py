"""Every subcommand of `ostiary`, as data."""

from collections.abc import Callable
from dataclasses import dataclass

from ostiary_cli import (
    completion,
    configuration,
    decode,
    discover,
    flows,
    introspect,
    keys,
    login,
    logout,
    profile_removal,
    profile_setting,
    profiles,
    revoke,
    serve,
    token,
    user_factors,
    users,
    users_import,
    whoami,
)


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand: its name, what it runs, and the heading it stands under.

    The function's signature is its options, its docstring its help.
    """

    name: str
    run: Callable[..., None]
    panel: str


@dataclass(frozen=True, slots=True)
class Group:
    """Subcommands that share a first word."""

    name: str
    help: str
    panel: str
    commands: tuple[Command, ...]


CLIENT = "Client"
CONFIGURATION = "Configuration"
SERVER = "Server"
SHELL = "Shell"

COMMANDS: tuple[Command | Group, ...] = (
    Command("token", token.token, CLIENT),
    Command("login", login.login, CLIENT),
    Command("whoami", whoami.whoami, CLIENT),
    Command("logout", logout.logout, CLIENT),
    Command("introspect", introspect.introspect, CLIENT),
    Command("revoke", revoke.revoke, CLIENT),
    Command("decode", decode.decode, CLIENT),
    Command("discover", discover.discover, CLIENT),
    Group(
        "profiles",
        "List, show and write the settings of clients.",
        CLIENT,
        (
            Command("list", profiles.list_profiles, CLIENT),
            Command("show", profiles.show, CLIENT),
            Command("set", profile_setting.set_profile, CLIENT),
            Command("remove", profile_removal.remove_profile, CLIENT),
            Command("init", profiles.init, CLIENT),
        ),
    ),
    Command("init", configuration.init, CONFIGURATION),
    Command("check", configuration.check, CONFIGURATION),
    Command("diff", configuration.diff, CONFIGURATION),
    Command("apply", configuration.apply, CONFIGURATION),
    Command("export", configuration.export, CONFIGURATION),
    Command("serve", serve.serve, SERVER),
    Command("flows", flows.flows, SERVER),
    Group(
        "keys",
        "List, rotate and import signing keys.",
        SERVER,
        (
            Command("list", keys.list_keys, SERVER),
            Command("rotate", keys.rotate, SERVER),
            Command("import", keys.import_key, SERVER),
        ),
    ),
    Group(
        "user",
        "Add, import, show, unlock and delete users, and set their passwords.",
        SERVER,
        (
            Command("add", users.add, SERVER),
            Command("passwd", users.passwd, SERVER),
            Command("import", users_import.import_users, SERVER),
            Command("list", users.list_users, SERVER),
            Command("show", users.show, SERVER),
            Command("unlock", users.unlock, SERVER),
            Command("factors", user_factors.factors, SERVER),
            Command("disable", users.disable, SERVER),
            Command("enable", users.enable, SERVER),
            Command("delete", users.delete, SERVER),
        ),
    ),
    Command("completion", completion.completion, SHELL),
)
