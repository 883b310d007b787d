"""`ostiary apply`: the store says what the configuration says."""

import select
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ostiary.core.admin.apply import Applied
from ostiary.core.admin.configured_users import describe_absent
from ostiary.core.admin.documents import describe_desired
from ostiary.main import new_secrets
from ostiary.main.administration import Administration, administrate
from ostiary.main.commands.check import read_checked
from ostiary.main.commands.document import show_document

INTERRUPTED = 130
"""Exit code of a command that was interrupted, as shells have it."""

_LOOK_SECONDS = 0.2


def run(path: Path, *, yes: bool, as_json: bool = False) -> int:
    """Print the plan, ask, and carry out exactly that; return 1 when nothing was done.

    As JSON nobody is asked, and the plan comes with what was done, in one document.
    """
    configuration = read_checked(path)
    if configuration is None:
        return 1

    async def work(administration: Administration) -> int:
        desired = describe_desired(configuration, administration.surroundings)
        proposal = await administration.editor.propose(desired)
        snapshot = administration.plan_snapshot(proposal)
        absent = await administration.configured_users.find_absent(snapshot, desired.users)
        changes = (*proposal.plan.changes, *describe_absent(absent))
        if proposal.plan.is_empty and not absent:
            if as_json:
                show_document({"changes": [], "version": proposal.plan.version, "secrets": []})
            sys.stderr.write("nothing to change\n")
            return 0
        if not as_json and not _show(changes):
            return 1
        try:
            is_wanted = yes or _is_wanted(may_ask=not as_json)
        except KeyboardInterrupt:
            sys.stderr.write("\nnothing was changed\n")
            return INTERRUPTED
        if not is_wanted:
            sys.stderr.write("nothing was changed\n")
            return 1
        applied = await administration.editor.carry_out(proposal)
        administration.record(applied, "apply")
        # Whatever becomes of the users, new secrets must not be lost.
        code = _report(applied, changes, administration.data_directory, as_json=as_json)
        administration.emit(await administration.configured_users.add(snapshot, absent))
        return code

    return administrate(configuration, work)


def _show(changes: Sequence[str]) -> bool:
    """Show what is to be changed; whoever cannot see it gets no change."""
    try:
        sys.stdout.writelines(f"{line}\n" for line in changes)
        sys.stdout.flush()
    except OSError as error:
        sys.stderr.write(f"the changes cannot be shown: {error.strerror}; nothing was changed\n")
        return False
    return True


def _is_wanted(*, may_ask: bool) -> bool:
    if not may_ask or not sys.stdin.isatty():
        sys.stderr.write("nobody is there to ask: add --yes\n")
        return False
    with _interruptible():
        sys.stderr.write("Apply these changes? [y/N] ")
        sys.stderr.flush()
        # An interrupt in the moment before a read begins would be noticed only after it.
        while not select.select([sys.stdin], [], [], _LOOK_SECONDS)[0]:
            pass
        return sys.stdin.readline().strip().lower() in {"y", "yes"}


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let an interrupt end what blocks: the event loop's own handler only notes the first one."""
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _report(
    applied: Applied[None], changes: Sequence[str], data_directory: Path, *, as_json: bool
) -> int:
    """Say what was done, and hand out new secrets; return 1 when nobody takes them."""
    generated, code = applied.plan.generated, 0
    try:
        if as_json:
            show_document(_describe(applied, changes))
        else:
            new_secrets.show(generated, sys.stdout)
    except OSError:
        new_secrets.keep(generated, data_directory)
        code = 1
    sys.stderr.write(f"the configuration is at version {applied.version} now\n")
    return code


def _describe(applied: Applied[None], changes: Sequence[str]) -> dict[str, object]:
    return {
        "changes": list(changes),
        "version": applied.version,
        "secrets": new_secrets.describe(applied.plan.generated),
    }
