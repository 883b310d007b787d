"""Processes of a run: started on given cores in groups of their own, and ended with certainty."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bench.errors import BenchError

ROOT = Path(__file__).resolve().parents[1]
_GRACE_SECONDS = 10.0
_LOOK_SECONDS = 0.02


def command_on(cores: Sequence[int], command: Sequence[str]) -> list[str]:
    """Return a command that runs on these cores only, and is killed when this process dies."""
    for tool in ("setpriv", "taskset"):
        if shutil.which(tool) is None:
            raise BenchError(f"{tool} is missing; it belongs to util-linux")
    numbers = ",".join(map(str, cores))
    return ["setpriv", "--pdeathsig", "KILL", "taskset", "--cpu-list", numbers, *command]


@contextmanager
def running(
    command: Sequence[str],
    *,
    cores: Sequence[int],
    log: Path,
    environ: Mapping[str, str] | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server for as long as the block lasts; what it writes goes to the file `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command_on(cores, command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, **(environ or {})},
            start_new_session=True,  # its group is its own: an interrupt from the terminal is ours
        )
    try:
        yield process
    finally:
        end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, then kill whatever is left of its group."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _GRACE_SECONDS
    while not _has_ended(process.pid) and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
    # Not waited for yet, so that the number of its group still means its group.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _has_ended(pid: int) -> bool:
    try:
        found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return True
    return found is not None


def ask(
    command: Sequence[str],
    *,
    core: int,
    standard_input: str | None = None,
    environ: Mapping[str, str] | None = None,
    seconds: float,
) -> str:
    """Run a command on one core to its end and return what it printed.

    Raises: BenchError when it fails or takes longer than `seconds`.
    """
    with subprocess.Popen(
        command_on([core], command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **(environ or {})},
        start_new_session=True,
    ) as process:
        try:
            output, errors = process.communicate(standard_input, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise BenchError(f"{command[0]} took longer than {seconds:.0f} s") from None
        finally:
            if process.poll() is None:
                process.kill()
    if process.returncode != 0:
        raise BenchError(f"{' '.join(command[:3])} failed:\n{errors}{output}")
    return output


def free_ports(count: int) -> list[int]:
    """Find ports of the loopback address that nothing listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in sockets]


def install(script: str, *arguments: str) -> None:
    """Run one of the scripts that install what is missing.

    Raises: BenchError with the script's own last words.
    """
    command = [str(ROOT / "scripts" / script), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        raise BenchError(f"scripts/{script} {' '.join(arguments)} failed:\n{words}")
