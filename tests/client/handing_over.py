"""Handing attributes over with either kind of client, under either event loop."""

from collections.abc import Callable
from typing import Any

import anyio

from ostiary_client import NO_RETRIES, AsyncReferenceId, ReferenceId
from tests.client.asking import NO_TLS, PATIENCE_SECONDS


def hand_over(kind: str, base_url: str, *calls: Callable[[Any], Any], **options: Any) -> list[Any]:
    """Set up an application, have functions call its adapter in turn, and return what each gets.

    Args: options are those of the client; without them it waits long, tries once and trusts no
        certificate.
    """
    usual = {"verify": NO_TLS, "timeout_seconds": PATIENCE_SECONDS, "retries": NO_RETRIES}
    whole: Any = usual | options
    if kind == "threads":
        with ReferenceId(base_url, **whole) as references:
            return [call(references) for call in calls]

    async def hold() -> list[Any]:
        async with AsyncReferenceId(base_url, **whole) as references:
            return [await call(references) for call in calls]

    return anyio.run(hold, backend=kind)
