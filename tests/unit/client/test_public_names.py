"""The names of the package: each there, none slow."""

import subprocess
import sys
from importlib import import_module

import pytest

import ostiary_client

HEAVY = ("httpx2", "httpx", "joserfc", "cryptography", "requests", "fastapi", "ostiary", "rich")


def loaded_after(program: str) -> set[str]:
    """Return the top-level modules that an interpreter has loaded after a program."""
    whole = f"{program}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", whole], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("name", ostiary_client.__all__)
def test_every_public_name_can_be_imported_from_where_it_lives(name: str) -> None:
    home = import_module(f"ostiary_client.{ostiary_client._HOMES[name]}")
    value = getattr(ostiary_client, name)

    assert value is getattr(home, name)
    assert getattr(value, "__module__", home.__name__) == home.__name__


def test_the_list_of_names_and_the_table_of_homes_agree() -> None:
    assert set(ostiary_client.__all__) == set(ostiary_client._HOMES)
    assert len(ostiary_client.__all__) == len(set(ostiary_client.__all__))
    assert set(ostiary_client.__all__) <= set(dir(ostiary_client))


def test_a_name_that_does_not_exist_is_missed_as_usual() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Klient'"):
        ostiary_client.Klient  # noqa: B018 - the access is the test


def test_the_package_itself_loads_nothing_heavy() -> None:
    assert loaded_after("import ostiary_client").isdisjoint(HEAVY)


def test_errors_and_values_load_nothing_heavy() -> None:
    program = "from ostiary_client import OAuthError, AccessToken, Secret, RetryPolicy, Metadata"

    assert loaded_after(program).isdisjoint(HEAVY)


def test_a_client_with_a_secret_loads_no_signatures_and_nothing_of_the_server() -> None:
    program = """
from ostiary_client import AsyncClient, Client
Client("https://localhost:1", client_id="a", client_secret="b").close()
"""
    loaded = loaded_after(program)

    assert "httpx2" in loaded
    assert loaded.isdisjoint({"joserfc", "cryptography", "ostiary", "httpx", "requests"})
