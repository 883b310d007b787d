"""`ostiary diff`: what `apply` would change."""

import sys
from pathlib import Path

from ostiary.core.admin.configured_users import describe_absent
from ostiary.core.admin.documents import describe_desired
from ostiary.main.administration import Administration, administrate
from ostiary.main.commands.check import read_checked
from ostiary.main.commands.document import show_document

UNCHANGED, REFUSED, CHANGED = 0, 1, 2
"""Exit codes."""


def run(path: Path, *, as_json: bool = False) -> int:
    """Print the plan; return 0 when there is nothing to change, 2 when there is."""
    configuration = read_checked(path)
    if configuration is None:
        return REFUSED

    async def work(administration: Administration) -> int:
        desired = describe_desired(configuration, administration.surroundings)
        proposal = await administration.editor.propose(desired)
        snapshot = administration.plan_snapshot(proposal)
        absent = await administration.configured_users.find_absent(snapshot, desired.users)
        changes = (*proposal.plan.changes, *describe_absent(absent))
        if as_json:
            show_document({"changes": list(changes)})
        else:
            sys.stdout.writelines(f"{line}\n" for line in changes)
        if proposal.plan.is_empty and not absent:
            sys.stderr.write("nothing to change\n")
            return UNCHANGED
        return CHANGED

    return administrate(configuration, work)
