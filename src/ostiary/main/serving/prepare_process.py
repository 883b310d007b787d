"""Preparing the store in a process of its own: it loads what no other process needs."""

import asyncio
import sys

_MODULE = "ostiary.main.serving.prepare"


async def run_prepare(settings: int) -> int:
    """Run `prepare` with inherited settings; its exit code. What it has to say is on our stderr."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", _MODULE, str(settings)),
        stdin=asyncio.subprocess.DEVNULL,
        pass_fds=(settings,),
    )
    try:
        return await child.wait()
    except asyncio.CancelledError:
        child.kill()
        await child.wait()
        raise
