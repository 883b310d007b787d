"""`ostiary apply`: the store says what the configuration says."""

import sys
from collections.abc import Mapping
from pathlib import Path

from ostiary.core.admin.changes import path_of
from ostiary.core.admin.documents import describe_desired
from ostiary.core.base.secret import Secret
from ostiary.core.configuration.problems import render_path
from ostiary.core.ports.configuration import DocumentId
from ostiary.main.administration import Administration, administrate
from ostiary.main.commands.check import read_checked


def run(path: Path, *, yes: bool) -> int:
    """Print the plan, ask, and carry out exactly that; return 1 when nothing was done."""
    configuration = read_checked(path)
    if configuration is None:
        return 1

    async def work(administration: Administration) -> int:
        desired = describe_desired(configuration, administration.surroundings)
        proposal = await administration.editor.propose(desired)
        if proposal.plan.is_empty:
            sys.stderr.write("nothing to change\n")
            return 0
        sys.stdout.writelines(f"{line}\n" for line in proposal.plan.changes)
        sys.stdout.flush()
        if not yes and not _is_wanted():
            sys.stderr.write("nothing was changed\n")
            return 1
        applied = await administration.editor.carry_out(proposal)
        administration.record(applied, "apply")
        _show_once(applied.plan.generated)
        sys.stderr.write(f"the configuration is at version {applied.version} now\n")
        return 0

    return administrate(configuration, work)


def _is_wanted() -> bool:
    if not sys.stdin.isatty():
        sys.stderr.write("nobody is there to ask: add --yes\n")
        return False
    sys.stderr.write("Apply these changes? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _show_once(generated: Mapping[DocumentId, Secret[str]]) -> None:
    """Print the secrets that were made, as assignments: nobody can show them again."""
    if generated:
        sys.stderr.write("new secrets, shown this once:\n")
    for place, secret in generated.items():
        path = render_path((*path_of(place), "secret"))
        sys.stdout.write(f'{path} = "{secret.reveal()}"\n')
