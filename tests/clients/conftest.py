"""A server for other people's clients, and the reports of those that were run against it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.clients.installation import Installation
from tests.clients.running import Case, Report, find_programs, run
from tests.support.server import Server, running_server


@dataclass(frozen=True, slots=True)
class Reports:
    """Every program's report on every face; each is run once, when it is first asked for."""

    server: Server
    installation: Installation
    directory: Path
    made: dict[Case, Report] = field(default_factory=dict)

    def of(self, case: Case) -> Report:
        if case not in self.made:
            settings = self.installation.settings(
                case.program.name, case.face, self.server.base_url
            )
            told = self.directory / f"{case.program.name}-{case.face}.json"
            self.made[case] = run(case.program, settings, told, self.server.ca_path)
        return self.made[case]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of one case side by side: a worker that takes a stretch runs few programs."""
    places = [place for place, item in enumerate(items) if _name_case(item)]
    in_order = sorted((items[place] for place in places), key=_name_case)
    for place, item in zip(places, in_order, strict=True):
        items[place] = item


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reports]:
    """Serve both faces, with clients for every program."""
    names = tuple(program.name for program in find_programs())
    installation = Installation(names, ECKey.generate_key("P-256"))
    directory = tmp_path_factory.mktemp("clients")
    with running_server(directory, installation.configuration()) as server:
        yield Reports(server, installation, directory)


@pytest.fixture
def report(reports: Reports, case: Case) -> Report:
    """Return what the program of the test's case saw."""
    return reports.of(case)


@pytest.fixture
def facts(report: Report, check: str) -> Mapping[str, Any]:
    """Return what the client saw in the check that the test is about."""
    return report.facts(check)


def _name_case(item: pytest.Item) -> str:
    case = item.callspec.params.get("case") if hasattr(item, "callspec") else None
    return f"{case.program.name} {case.face}" if isinstance(case, Case) else ""
