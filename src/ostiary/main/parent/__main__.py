"""The parent process: owns the sockets, keeps the workers, answers probes; no product code.

`ostiary serve` becomes this process; the one argument is a JSON object that names the inherited
descriptors of the settings and of the bound sockets.
"""

import asyncio
import json
import os
import signal
import socket
import sys

from ostiary.main.parent.admin_listener import AdminListener
from ostiary.main.parent.crew import WorkerRefusedError
from ostiary.main.parent.output import Output
from ostiary.main.parent.supervisor import Supervisor
from ostiary.main.parent.worker_process import Inheritance
from ostiary.main.serving.exit_codes import FAILED
from ostiary.main.serving.listeners import ListenerRefusedError
from ostiary.main.serving.settings import ServeSettings

_INTERRUPT_WINDOW_SECONDS = 0.2
"""Control-C is a person waiting, with no balancer in front."""


def main() -> int:
    """Serve until told to stop; the exit code."""
    os.umask(0o077)
    arguments = json.loads(sys.argv[1])
    sockets = {
        name: socket.socket(fileno=descriptor) for name, descriptor in arguments["sockets"].items()
    }
    try:
        return asyncio.run(_serve(arguments["settings"], sockets))
    except (ListenerRefusedError, WorkerRefusedError) as error:
        sys.stderr.write(f"ostiary: {error}\n")
        return FAILED


async def _serve(descriptor: int, sockets: dict[str, socket.socket]) -> int:
    settings = ServeSettings.take_over(descriptor)
    addresses = {name: str(settings.address(name)) for name in sockets}
    admin = sockets.pop("admin", None)
    # Held by this process alone: its end, however it comes, ends the workers.
    lifeline, _held = os.pipe()
    inheritance = Inheritance(
        descriptor, lifeline, {name: bound.fileno() for name, bound in sockets.items()}
    )
    output = Output()
    supervisor = Supervisor(settings, inheritance, sockets, output.say)
    identity = {"instance": supervisor.instance, "pid": os.getpid()}
    _obey_signals(supervisor, settings)
    if admin is not None:
        await AdminListener(supervisor).start(admin)
    output.say("server_starting", **identity, workers=settings.workers, listeners=addresses)
    try:
        code = await supervisor.run()
        output.say("server_stopped", **identity, exit_code=code)
    finally:
        output.close()
    return code


def _obey_signals(supervisor: Supervisor, settings: ServeSettings) -> None:
    loop = asyncio.get_running_loop()
    short = min(_INTERRUPT_WINDOW_SECONDS, settings.drain_seconds)
    loop.add_signal_handler(signal.SIGTERM, supervisor.stop, settings.drain_seconds)
    loop.add_signal_handler(signal.SIGINT, supervisor.stop, short)
    loop.add_signal_handler(signal.SIGHUP, supervisor.roll)


if __name__ == "__main__":
    sys.exit(main())
