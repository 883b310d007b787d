"""What tests of the command line share: a terminal, and servers to talk to."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.applied_site import CONFIGURATION, Site
from tests.support.authorization_server import AuthorizationServer, running_authorization_server
from tests.support.server import Server
from tests.support.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Give the test a shell in an empty home."""
    return Terminal(tmp_path)


@pytest.fixture
def odd_server() -> Iterator[AuthorizationServer]:
    """Give the test a server whose answers it chooses."""
    with running_authorization_server() as server:
        yield server


@pytest.fixture
def at_odds(terminal: Terminal, odd_server: AuthorizationServer) -> Terminal:
    """Give the test a shell whose variables name that server."""
    terminal.environ.update(
        OSTIARY_BASE_URL=odd_server.base_url, OSTIARY_CLIENT_ID="app", OSTIARY_CLIENT_SECRET="hush"
    )
    return terminal


@pytest.fixture
def at_home(terminal: Terminal, seeds_server: Server) -> Terminal:
    """Give the test a shell with two profiles for a real server: `app`, the default, and `api`."""
    common = f'base_url = "{seeds_server.base_url}"\nca_file = "{seeds_server.ca_path}"\n'
    terminal.write_config(
        'default_profile = "app"\n'
        f'[profiles.app]\n{common}client_id = "sdk-client-id"\n'
        'client_secret = "sdk-client-secret"\n'
        f'[profiles.api]\n{common}client_id = "rs_client"\nclient_secret = "rs-client-secret"\n'
    )
    return terminal


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a site to copy: nothing in it names its place."""
    site = Site(tmp_path_factory.mktemp("applied"))
    (site.directory / "ostiary.toml").write_text(CONFIGURATION)
    assert site.run("apply", "--yes").returncode == 0
    return site.directory


@pytest.fixture
def site(applied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Go to a site of the test's own."""
    directory = tmp_path / "site"
    shutil.copytree(applied, directory)
    monkeypatch.chdir(directory)
    return Site(directory)
