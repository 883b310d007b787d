"""`ostiary token --cache`: who can read the file, when its token is used, who waits for whom."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from ostiary_cli.token_file import TokenFile
from ostiary_client.errors import ConfigurationError, ServerUnreachableError
from ostiary_client.profiles import Profile
from ostiary_client.secret import Secret
from ostiary_client.tokens import AccessToken
from tests.support.authorization_server import TOKEN, AuthorizationServer, Reply
from tests.support.terminal import Terminal

PROFILE = Profile("https://login.example", client_id="app", client_secret=Secret("hush"))


def _files(terminal: Terminal, suffix: str = ".json") -> list[Path]:
    return sorted(terminal.token_folder.glob(f"*{suffix}"))


def _document(**changed: object) -> bytes:
    usual = {"access_token": "a", "token_type": "Bearer", "expires_at": 9e9, "fetched_at": 1}
    return json.dumps({**usual, "scopes": [], "response": {}, **changed}).encode()


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_tokens_are_kept_only_when_that_is_asked_for(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    assert [at_odds.invoke("token").out for _ in range(2)] == ["token-1\n", "token-2\n"]
    assert not at_odds.token_folder.exists()


def test_S0_29_a_kept_token_is_used_again(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    assert [at_odds.run("token", "--cache").out for _ in range(2)] == ["token-1\n"] * 2
    assert at_odds.invoke("token", "--no-cache").out == "token-2\n"
    assert len(odd_server.requests(TOKEN)) == 2


def test_a_profile_can_ask_for_it(at_odds: Terminal, odd_server: AuthorizationServer) -> None:
    at_odds.write_config(f'[profiles.p]\nbase_url = "{odd_server.base_url}"\ncache = true\n')

    assert [at_odds.invoke("token", "-p", "p").out for _ in range(2)] == ["token-1\n"] * 2


def test_SEC_270_only_its_owner_can_read_a_kept_token(at_odds: Terminal) -> None:
    at_odds.run("token", "--cache")

    for path in at_odds.token_folder.iterdir():
        assert _mode(path) == 0o600
    assert _mode(at_odds.token_folder) == 0o700
    assert _mode(at_odds.token_folder.parent) == 0o700


def test_SEC_270_a_folder_that_others_can_enter_is_closed(at_odds: Terminal) -> None:
    at_odds.token_folder.mkdir(parents=True, mode=0o755)

    at_odds.invoke("token", "--cache")

    assert _mode(at_odds.token_folder) == 0o700
    assert _mode(at_odds.token_folder.parent) == 0o700


def test_SEC_270_a_file_that_others_can_read_is_replaced(at_odds: Terminal) -> None:
    at_odds.invoke("token", "--cache")
    (path,) = _files(at_odds)
    path.chmod(0o644)

    assert at_odds.invoke("token", "--cache").out == "token-2\n"

    assert _mode(path) == 0o600


@pytest.mark.parametrize("suffix", [".json", ".lock"])
def test_SEC_270_a_link_in_the_place_of_a_file_is_refused(at_odds: Terminal, suffix: str) -> None:
    at_odds.invoke("token", "--cache")
    (path,) = _files(at_odds, suffix)
    (token,) = _files(at_odds)
    elsewhere = at_odds.home / "elsewhere"
    elsewhere.write_bytes(path.read_bytes())
    elsewhere.chmod(0o600)
    token.unlink()
    path.unlink(missing_ok=True)
    path.symlink_to(elsewhere)
    before = elsewhere.read_bytes()

    ran = at_odds.invoke("token", "--cache")

    assert (ran.code, ran.out) == (5, "")
    assert str(path) in ran.err
    assert elsewhere.read_bytes() == before


def test_SEC_270_a_link_in_the_place_of_the_folder_is_refused(at_odds: Terminal) -> None:
    elsewhere = at_odds.home / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    at_odds.token_folder.parent.mkdir(parents=True, mode=0o700)
    at_odds.token_folder.symlink_to(elsewhere)

    ran = at_odds.invoke("token", "--cache")

    assert ran.code == 5
    assert "no folder of your own" in ran.err
    assert list(elsewhere.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_SEC_270_a_file_of_another_user_is_refused(at_odds: Terminal) -> None:
    at_odds.invoke("token", "--cache")
    (path,) = _files(at_odds)
    os.chown(path, 12345, 12345)

    ran = at_odds.invoke("token", "--cache")

    assert ran.code == 5
    assert "no plain file of your own" in ran.err


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"access_token": 5}',
        b"[" * 100_000,
        b"\xff\xfe",
        _document(access_token="a\x1b"),
        _document(expires_at=None),
        _document(scopes=[5]),
        _document(response=[]),
    ],
)
def test_SEC_270_a_broken_file_is_replaced(at_odds: Terminal, content: bytes) -> None:
    at_odds.invoke("token", "--cache")
    (path,) = _files(at_odds)
    path.write_bytes(content)

    ran = at_odds.invoke("token", "--cache")

    assert (ran.code, ran.out) == (0, "token-2\n")
    assert json.loads(path.read_text())["access_token"] == "token-2"


CHANGES = [
    ("OSTIARY_CLIENT_SECRET", "rotated"),
    ("OSTIARY_CLIENT_ID", "other"),
    ("OSTIARY_SCOPE", "read"),
    ("OSTIARY_RESOURCE", "urn:api"),
    ("OSTIARY_AUDIENCE", "api"),
    ("OSTIARY_AUTH_METHOD", "client_secret_post"),
    ("OSTIARY_KEY_ID", "k2"),
]


@pytest.mark.parametrize(("variable", "value"), CHANGES, ids=[name for name, _ in CHANGES])
def test_SEC_270_a_token_is_not_used_for_other_settings(
    at_odds: Terminal, variable: str, value: str
) -> None:
    at_odds.invoke("token", "--cache")

    at_odds.environ[variable] = value

    assert at_odds.invoke("token", "--cache").out == "token-2\n"


def test_SEC_270_a_token_is_not_used_for_another_server(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    other = Profile("https://other.example", client_id="app", client_secret=Secret("hush"))
    tilted = Profile(
        "https://login.example", issuer="urn:x", client_id="app", client_secret=Secret("hush")
    )

    places = {TokenFile.of(profile, environ).path for profile in (PROFILE, other, tilted)}

    assert len(places) == 3


def test_SEC_276_neither_names_nor_contents_hold_the_secret(at_odds: Terminal) -> None:
    at_odds.invoke("token", "--cache")

    for path in at_odds.token_folder.iterdir():
        assert "hush" not in path.name
        assert b"hush" not in path.read_bytes()


def test_SEC_276_no_representation_shows_a_token_or_secret() -> None:
    assert "hush" not in repr(PROFILE)
    assert "hush" not in str(PROFILE.client_options())
    assert "value" not in repr(AccessToken("value"))


def test_SEC_275_many_processes_at_once_cause_one_request(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    processes = [at_odds.start("token", "--cache", stdout=subprocess.PIPE) for _ in range(6)]
    tokens = {process.communicate(timeout=60)[0] for process in processes}

    assert tokens == {b"token-1\n"}
    assert len(odd_server.requests(TOKEN)) == 1


def test_a_token_that_is_nearly_over_is_renewed(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    odd_server.expires_in = 0

    assert [at_odds.invoke("token", "--cache").out for _ in range(2)] == ["token-1\n", "token-2\n"]


def _file(folder: Path, now: float) -> TokenFile:
    return TokenFile(folder / "token.json", now=lambda: now)


def _issue(value: str, expires_at: float) -> AccessToken:
    return AccessToken(value, expires_at=expires_at)


def test_a_token_that_is_due_outlasts_a_server_that_is_down(tmp_path: Path) -> None:
    def fail() -> AccessToken:
        raise ServerUnreachableError("down")

    _file(tmp_path, 0).get(lambda: _issue("old", 1000))

    assert _file(tmp_path, 970).get(fail).value == "old"
    assert _file(tmp_path, 970).get(lambda: _issue("new", 2000)).value == "new"


def test_SEC_270_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token.json").mkdir()

    with pytest.raises(ConfigurationError):
        _file(tmp_path, 0).get(lambda: _issue("new", 1000))


def test_a_token_that_cannot_be_kept_is_handed_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fetch() -> AccessToken:
        (tmp_path / "token.json").mkdir()  # so that nothing can be put in its place
        return _issue("new", 1000)

    assert _file(tmp_path, 0).get(fetch).value == "new"

    assert "could not be kept" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".new"] == []


def test_a_revoked_token_is_not_kept(at_odds: Terminal, odd_server: AuthorizationServer) -> None:
    at_odds.invoke("token", "--cache")

    assert at_odds.invoke("revoke", "-", stdin="token-1").code == 0

    assert at_odds.invoke("token", "--cache").out == "token-2\n"


def test_what_is_left_of_a_kept_tokens_life_is_told(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    odd_server.replies[TOKEN] = Reply(
        {"access_token": "a", "token_type": "Bearer", "expires_in": 3600, "tenant": "x"}
    )
    first = at_odds.invoke("token", "--cache", "--json").json()
    again = at_odds.invoke("token", "--cache", "--json").json()

    assert first["tenant"] == again["tenant"] == "x"
    assert first["expires_at"] == again["expires_at"]
    assert again["expires_in"] <= first["expires_in"] <= 3600
