"""What the commands about users share: the environment that they are about, and their record."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from ostiary.core.admin.compiler.snapshot_compiler import compile_snapshot
from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.model.audit.event import Event
from ostiary.core.model.environment import Environment
from ostiary.core.model.snapshot import Snapshot
from ostiary.main.administration import Administration, CommandRefusedError, administrate
from ostiary.main.commands.check import read_checked

Work = Callable[[UserAdministration, Environment, str | None], Awaitable[int]]
"""What a command does in an environment, with the password that was given for it, if any."""


@dataclass(slots=True)
class _Gathered:
    """Implements the `Events` port: keeps what happened until it is written down."""

    events: list[Event] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        self.events.append(event)


def no_password() -> None:
    """Ask for no password: what most of the commands do."""


def run(
    config: Path,
    environment: str | None,
    work: Work,
    read_password: Callable[[], str | None] = no_password,
) -> int:
    """Run a command about the users of one environment; 1 when it is refused.

    Args: environment is its name; None means the only one there is.
    """
    configuration = read_checked(config, warns=False)
    if configuration is None:
        return 1
    given = read_password()

    async def inner(administration: Administration) -> int:
        editor, gathered = administration.editor, _Gathered()
        stored = await editor.configurations.load()
        snapshot = compile_snapshot(stored, editor.sealer, now=editor.clock.now())
        env = _choose(snapshot, environment)
        try:
            return await work(administration.administrate_users(gathered), env, given)
        finally:
            administration.emit(gathered.events)

    return administrate(configuration, inner)


def _choose(snapshot: Snapshot, name: str | None) -> Environment:
    environments = {env.key: env for env in snapshot.environments.values()}
    if name is None and len(environments) == 1:
        return next(iter(environments.values()))
    if name in environments:
        return environments[name]
    known = ", ".join(sorted(environments))
    if name is None:
        raise CommandRefusedError(f"there are several environments ({known}): name one with -e")
    raise CommandRefusedError(f'there is no environment "{name}", but {known}')
