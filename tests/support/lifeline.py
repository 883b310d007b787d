"""Run a command for as long as someone holds the other end of standard input.

    python lifeline.py [--user NAME] [--signal NAME] [--remove DIRECTORY] -- COMMAND ...

When standard input ends, however its holder died, the command is told to stop
and ten seconds later killed; the directory is removed. What the command leaves
behind when it ends, by whatever cause, is killed too. The first line of standard
output is the command's process id; its own output goes to standard error.
Runs without the project and without its environment.
"""

import argparse
import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_GRACE_SECONDS = 10


def main() -> int:
    """Run the command, stop it when the lifeline ends, answer its exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--user")
    parser.add_argument("--signal", default="SIGTERM", type=signal.Signals.__getitem__)
    parser.add_argument("--remove", type=Path)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    libc = ctypes.CDLL(None, use_errno=True)
    # Orphans of the command become ours, so that they can be found and ended.
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    child = subprocess.Popen(
        options.command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        user=options.user,
        group=options.user,
        extra_groups=None if options.user is None else [],
        # Runs after the change of user, which would undo it. One thread: safe.
        preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, options.signal),  # noqa: PLW1509
    )
    sys.stdout.write(f"{child.pid}\n")
    sys.stdout.flush()
    lifeline_ended = _lifeline_ends_first(child.pid)
    if lifeline_ended:
        _stop(child, options.signal)
    returncode = child.wait()
    _kill_what_is_left()
    if lifeline_ended and options.remove is not None:
        shutil.rmtree(options.remove, ignore_errors=True)
    return returncode if returncode >= 0 else 128 - returncode


def _lifeline_ends_first(pid: int) -> bool:
    ended = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(sys.stdin.fileno(), select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if ended in ready:
            return False
        if os.read(sys.stdin.fileno(), 1024) == b"":
            return True


def _stop(child: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    _signal_descendants(signal.SIGCONT)
    child.send_signal(how)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(_GRACE_SECONDS)
    child.kill()


def _kill_what_is_left() -> None:
    # Children of a killed child turn up one generation at a time.
    while _signal_descendants(signal.SIGKILL):
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        time.sleep(0.01)


def _signal_descendants(how: signal.Signals) -> int:
    pids = descendants(os.getpid())
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
    return len(pids)


def descendants(pid: int) -> list[int]:
    """List the processes below this one, parents before children."""
    found = []
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        text = " ".join((thread / "children").read_text() for thread in threads)
    except (FileNotFoundError, ProcessLookupError):
        return []
    for child in map(int, text.split()):
        found += [child, *descendants(child)]
    return found


if __name__ == "__main__":
    sys.exit(main())
