"""A worker process: started by the parent, serves on the sockets that it inherits.

Its one argument is a JSON object: what it is called, and the descriptors that it inherits.
"""

import asyncio
import json
import logging
import signal
import socket
import sys
from collections.abc import Mapping
from typing import Any

import uvloop

from ostiary.adapters.outbound.events_log import EventsLog
from ostiary.adapters.stores.backend import StoreRefusedError
from ostiary.main.serving.channel import Channel
from ostiary.main.serving.settings import ServeSettings
from ostiary.main.worker.assembly import Birth, assemble
from ostiary.main.worker.lifeline import hang_on
from ostiary.main.worker.log_bridge import LogBridge, describe
from ostiary.main.worker.record import Record
from ostiary.main.worker.service import Service, refuse


def main() -> int:
    """Serve until the parent ends us, or ends."""
    birth = Birth(**json.loads(sys.argv[1]))
    settings = ServeSettings.take_over(birth.settings)
    for ours in (signal.SIGINT, signal.SIGHUP):
        # A terminal sends these to parent and workers alike; the parent decides.
        signal.signal(ours, signal.SIG_IGN)
    record = Record.open(settings.audit_file)
    events = record.events
    hang_on(birth.lifeline, events.close)
    logging.basicConfig(handlers=[LogBridge(events)], level=logging.WARNING)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_run(birth, settings, record))
    finally:
        events.close()


async def _run(birth: Birth, settings: ServeSettings, record: Record) -> int:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: _note_loop_error(record.events, context))
    channel = await Channel.over(socket.socket(fileno=birth.channel))
    try:
        service = Service(assemble(birth, settings, channel, record))
    except (StoreRefusedError, OSError) as error:
        return await refuse(channel, str(error))
    loop.add_signal_handler(
        signal.SIGTERM, lambda: service.drain(settings.drain_seconds, retires=False)
    )
    return await service.run()


def _note_loop_error(events: EventsLog, context: Mapping[str, Any]) -> None:
    failure = context.get("exception")
    events.note(
        "loop_error",
        message=str(context.get("message", "")),
        failure=None if failure is None else describe(failure),
    )


if __name__ == "__main__":
    sys.exit(main())
