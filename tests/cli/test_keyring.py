"""`token_store = "keyring"`: tokens in the system's keyring, a real one, and in no file."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ostiary_cli.kept_person import KeptPerson
from ostiary_client.profiles import Profile
from ostiary_client.signon.token_set import TokenSet
from tests.support.authorization_server import REVOKE, TOKEN, AuthorizationServer, Reply
from tests.support.secret_service import SecretService, running_secret_service
from tests.support.terminal import Terminal

FORGETFUL = "keyring.backends.null.Keyring"
NONE = "keyring.backends.fail.Keyring"
PLAIN = """
from pathlib import Path
from keyring.backend import KeyringBackend

class PlainFile(KeyringBackend):
    priority = 0.5

    def get_password(self, service, username):
        return Path("plain.txt").read_text()

    def set_password(self, service, username, password):
        Path("plain.txt").write_text(password)
"""
"""What extensions of the package bring: a backend that is better than nothing, it says."""


@pytest.fixture
def keyring() -> Iterator[SecretService]:
    with running_secret_service() as service:
        yield service


@pytest.fixture
def with_keyring(at_odds: Terminal, keyring: SecretService) -> Terminal:
    at_odds.environ.update(OSTIARY_TOKEN_STORE="keyring", OSTIARY_CACHE="1", **keyring.variables)
    return at_odds


def _kept(keyring: SecretService) -> list[str]:
    return sorted(json.loads(text)["access_token"] for text in keyring.entries().values())


def _files_with(terminal: Terminal, text: str) -> list[Path]:
    files = [path for path in terminal.home.rglob("*") if path.is_file()]
    return [path for path in files if text.encode() in path.read_bytes()]


def test_SEC_270_a_token_is_kept_in_the_keyring_and_in_no_file(
    with_keyring: Terminal, keyring: SecretService, odd_server: AuthorizationServer
) -> None:
    assert [with_keyring.run("token").out for _ in range(2)] == ["token-1\n"] * 2

    assert _kept(keyring) == ["token-1"]
    assert _files_with(with_keyring, "token-1") == []
    assert len(odd_server.requests(TOKEN)) == 1


def test_SEC_270_other_settings_have_an_entry_of_their_own(
    with_keyring: Terminal, keyring: SecretService
) -> None:
    with_keyring.run("token")
    with_keyring.run("token", environ={"OSTIARY_CLIENT_SECRET": "another"})
    with_keyring.run("token", "--scope", "read")

    assert _kept(keyring) == ["token-1", "token-2", "token-3"]


def test_SEC_270_a_profile_asks_for_it(
    with_keyring: Terminal, keyring: SecretService, odd_server: AuthorizationServer
) -> None:
    del with_keyring.environ["OSTIARY_TOKEN_STORE"]
    url = odd_server.base_url
    options = ("--base-url", url, "--cache", "--token-store", "keyring")
    assert with_keyring.run("profiles", "set", "p", *options).code == 0

    assert with_keyring.run("token", "-p", "p").out == "token-1\n"

    assert 'token_store = "keyring"' in with_keyring.config_file.read_text()
    assert _kept(keyring) == ["token-1"]


def test_SEC_270_a_token_that_lay_in_a_file_goes_with_the_move_to_the_keyring(
    with_keyring: Terminal,
) -> None:
    with_keyring.run("token", environ={"OSTIARY_TOKEN_STORE": "file"})
    assert len(_files_with(with_keyring, "token-1")) == 1

    assert with_keyring.run("token").out == "token-2\n"

    assert _files_with(with_keyring, "token-1") == []


def test_SEC_270_a_revoked_token_leaves_the_keyring(
    with_keyring: Terminal, keyring: SecretService, odd_server: AuthorizationServer
) -> None:
    odd_server.replies[REVOKE] = Reply({})
    with_keyring.run("token")
    with_keyring.run("token", "--scope", "read")

    assert with_keyring.run("revoke", stdin="token-1\n").code == 0

    assert _kept(keyring) == ["token-2"]


def test_SEC_270_a_person_who_signs_off_leaves_nothing_in_the_keyring(
    keyring: SecretService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in keyring.variables.items():
        monkeypatch.setenv(name, value)
    profile = Profile("https://login.example", client_id="app", token_store="keyring")
    person = KeptPerson.of(profile, {"HOME": str(tmp_path)})

    person.keep(TokenSet("access-1", "refresh-1"))
    assert _kept(keyring) == ["access-1"]
    taken = person.take()

    assert (taken and taken.refresh_token) == "refresh-1"
    assert keyring.entries() == {}


def test_SEC_270_an_entry_that_is_no_token_is_replaced(
    with_keyring: Terminal, keyring: SecretService
) -> None:
    with_keyring.run("token")
    keyring.spoil("no token")

    assert with_keyring.run("token").out == "token-2\n"

    assert _kept(keyring) == ["token-2"]


def test_SEC_270_a_closed_keyring_is_told_with_a_remedy(
    with_keyring: Terminal, keyring: SecretService, odd_server: AuthorizationServer
) -> None:
    with_keyring.run("token")
    keyring.close()

    ran = with_keyring.run("token")

    assert (ran.code, ran.out) == (5, "")
    assert "The keyring cannot be used" in ran.err
    assert 'token_store = "file"' in ran.err
    assert _files_with(with_keyring, "token-1") == []
    assert len(odd_server.requests(TOKEN)) == 1


@pytest.mark.parametrize("backend", [FORGETFUL, NONE])
def test_SEC_270_without_a_keyring_nothing_is_asked_and_the_remedy_is_named(
    at_odds: Terminal, odd_server: AuthorizationServer, backend: str
) -> None:
    at_odds.environ.update(OSTIARY_TOKEN_STORE="keyring", PYTHON_KEYRING_BACKEND=backend)

    ran = at_odds.invoke("token", "--cache", "--json")

    assert ran.code == 5
    assert ran.error()["message"] == "This system has no keyring that can be used."
    assert "--no-cache" in ran.error()["remedy"]
    assert odd_server.requests(TOKEN) == []


def test_SEC_270_a_plain_file_that_is_found_is_no_keyring(at_odds: Terminal) -> None:
    """The package would take one where it finds nothing better."""
    source = at_odds.home / "installed"
    (source / "plain-1.0.dist-info").mkdir(parents=True)
    (source / "plain-1.0.dist-info" / "METADATA").write_text("Name: plain\nVersion: 1.0\n")
    (source / "plain-1.0.dist-info" / "entry_points.txt").write_text(
        "[keyring.backends]\nplain = plain\n"
    )
    (source / "plain.py").write_text(PLAIN)
    paths = f"{source}:{at_odds.variables['PYTHONPATH']}"
    at_odds.environ.update(OSTIARY_TOKEN_STORE="keyring", PYTHONPATH=paths)
    found = at_odds.run_words([sys.executable, "-m", "keyring", "set", "a", "b"], stdin="c")
    assert found.code == 0, found.err

    ran = at_odds.run("token", "--cache")

    assert (ran.code, ran.out) == (5, "")
    assert "no keyring that can be used" in ran.err


def test_SEC_270_a_keyring_that_does_not_load_is_told(at_odds: Terminal) -> None:
    at_odds.environ.update(OSTIARY_TOKEN_STORE="keyring", PYTHON_KEYRING_BACKEND="no.such.Thing")

    ran = at_odds.invoke("token", "--cache")

    assert ran.code == 5
    assert "The keyring cannot be used: No module named 'no'" in ran.err


def test_SEC_270_without_the_package_its_extra_is_named(
    at_odds: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_odds.environ["OSTIARY_TOKEN_STORE"] = "keyring"
    monkeypatch.setitem(sys.modules, "keyring.backends", None)

    ran = at_odds.invoke("token", "--cache")

    assert ran.code == 5
    assert 'pip install "ostiary[keyring]"' in ran.err


def test_any_other_place_for_tokens_is_refused(at_odds: Terminal) -> None:
    at_odds.environ["OSTIARY_TOKEN_STORE"] = "cloud"

    ran = at_odds.invoke("token")

    assert ran.code == 5
    assert "token_store in the environment has to be 'file' or 'keyring'" in ran.err
