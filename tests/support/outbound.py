"""The server's own HTTPS client, with a resolver and rules that a test sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import pytest

from ostiary.adapters.outbound.https import HTTPSFetcher
from ostiary.core.base.addresses import IPAddress
from ostiary.core.base.outbound import make_rules
from ostiary.core.ports.fetcher import (
    MAX_ANSWER_BYTES,
    FetchFailedError,
    FetchFailure,
    FetchRequest,
)
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment

ENV = make_environment()


@dataclass
class PlayedResolver:
    """Implements `Resolve`: each host's answers in turn, the last one again and again."""

    answers: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str) -> Sequence[IPAddress]:
        turns = self.answers.get(host, ())
        if not turns:
            raise OSError("nobody has this name")
        turn = turns[min(self.asked.count(host), len(turns) - 1)]
        self.asked.append(host)
        return [ip_address(text) for text in turn]


@dataclass
class Fetching:
    """A fetcher, and what became of what it was asked."""

    fetcher: HTTPSFetcher
    events: RecordedEvents

    async def get(
        self, url: str, *, max_bytes: int = MAX_ANSWER_BYTES, skips_host_name_check: bool = False
    ) -> tuple[int, bytes]:
        """Fetch, and return status and body."""
        request = FetchRequest(
            "test", url, max_bytes=max_bytes, skips_host_name_check=skips_host_name_check
        )
        answer = await self.fetcher.fetch(ENV, request)
        return answer.status, answer.body

    async def refusal(self, url: str, *, max_bytes: int = MAX_ANSWER_BYTES) -> FetchFailure:
        """Fetch what is not to be had, and return why."""
        with pytest.raises(FetchFailedError) as failed:
            await self.get(url, max_bytes=max_bytes)
        return failed.value.reason


def make_fetching(
    *,
    resolver: PlayedResolver | None = None,
    allow: Sequence[str] = (),
    ports: Sequence[int] | None = None,
    is_dev: bool = False,
    ca_file: Path | None = None,
) -> Fetching:
    """Make a fetcher as a configuration would."""
    events = RecordedEvents()
    rules = make_rules(tuple(allow), None if ports is None else tuple(ports), is_dev=is_dev)
    fetcher = HTTPSFetcher(rules, events, ca_file=ca_file, resolve=resolver)
    return Fetching(fetcher, events)
