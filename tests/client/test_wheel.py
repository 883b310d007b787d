"""What `pip install ostiary` gives: a command line and an SDK, and nothing of the server."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.server import Server

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment of the built wheel and of what it requires without any extra."""
    directory = tmp_path_factory.mktemp("wheel")
    build: tuple[str | Path, ...] = (
        BIN / "python",
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        directory,
    )
    _run(*build, ROOT)
    (wheel,) = directory.glob("*.whl")
    environment = directory / "environment"
    _run(BIN / "python", "-m", "venv", "--without-pip", environment)
    python = environment / "bin" / "python"
    _run(BIN / "uv", "pip", "install", "--no-deps", "--offline", "--python", python, wheel)
    _link(set(_required("ostiary")), python)
    return environment


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _required(name: str) -> Iterator[str]:
    """Yield the distributions that one needs without extras, and those that they need."""
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name
            yield from _required(requirement.name)


def _link(names: set[str], python: Path) -> None:
    """Put installed distributions into another environment."""
    there = Path(
        _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    )
    here = Path(sysconfig.get_path("purelib"))
    for name in names:
        for first in {file.parts[0] for file in distribution(name).files or ()} - {".."}:
            link = there / first
            if not link.exists():
                link.symlink_to(here / first)


def test_the_wheel_brings_a_command_that_gets_a_token(
    environment: Path, seeds_server: Server
) -> None:
    done = _ostiary_token(environment, seeds_server)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("eyJ")


def test_the_command_imports_no_module_of_the_server(
    environment: Path, seeds_server: Server
) -> None:
    done = _ostiary_token(environment, seeds_server, PYTHONPROFILEIMPORTTIME="1")

    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "ostiary_client.client" in imported
    assert {name for name in imported if name.partition(".")[0] == "ostiary"} == set()


def test_a_server_command_says_how_to_install_the_server(environment: Path) -> None:
    done = subprocess.run(
        [environment / "bin" / "ostiary", "check", "none.toml"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 1
    assert "pip install 'ostiary[server]'" in done.stderr


def test_the_wheel_brings_the_server_s_templates(environment: Path) -> None:
    (installed,) = environment.glob("lib/python*/site-packages/ostiary/web/templates")
    source = ROOT / "src" / "ostiary" / "web" / "templates"

    assert {path.name for path in installed.iterdir()} == {path.name for path in source.iterdir()}


def test_importing_the_sdk_imports_no_third_party_package(environment: Path) -> None:
    program = (
        "import sys; before = set(sys.modules); import ostiary_client;"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    imported = set(_run(environment / "bin" / "python", "-c", program).split())

    assert imported - sys.stdlib_module_names == {"ostiary_client"}


def _ostiary_token(
    environment: Path, server: Server, **variables: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [environment / "bin" / "ostiary", "token", "--scope", "api:read"],
        env={
            "HOME": str(environment),
            "PATH": os.environ["PATH"],
            "OSTIARY_BASE_URL": server.base_url,
            "OSTIARY_CLIENT_ID": "sdk-client-id",
            "OSTIARY_CLIENT_SECRET": "sdk-client-secret",
            "SSL_CERT_FILE": str(server.ca_path),
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
