"""`ostiary whoami`, `logout` and `token --user`: what is done for whoever signed on."""

import json
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ostiary_cli.kept_person import KeptPerson
from ostiary_cli.token_file import TokenFile
from ostiary_client.errors import ConfigurationError
from ostiary_client.profiles import Profile
from ostiary_client.signon.token_set import TokenSet
from tests.support.authorization_server import REVOKE, TOKEN, Received, Reply
from tests.support.server import wait_for
from tests.support.sign_on_play import query_of
from tests.support.sign_on_server import LOGOUT, USERINFO, SignOnServer, running_sign_on_server
from tests.support.terminal import Terminal

SECONDS = 60


@pytest.fixture
def issuer() -> Iterator[SignOnServer]:
    with running_sign_on_server() as server:
        server.issued = 1
        yield server


@pytest.fixture
def at_issuer(terminal: Terminal, issuer: SignOnServer) -> Terminal:
    """Give the test a shell whose variables name that issuer and a public client."""
    terminal.environ.update(OSTIARY_BASE_URL=issuer.base_url, OSTIARY_CLIENT_ID="app")
    return terminal


def signed_on(terminal: Terminal, issuer: SignOnServer, *, left: float = 3600) -> None:
    """Keep joe's first tokens as `ostiary login` does."""
    token, now = issuer.id_token(), time.time()
    response = {"access_token": "access-1", "refresh_token": "refresh-1", "id_token": token}
    tokens = TokenSet(
        "access-1", "refresh-1", token, now + left, ("openid",), obtained_at=now, response=response
    )
    profile = Profile(issuer.base_url, client_id="app")
    KeptPerson.of(profile, terminal.variables).keep(tokens)


def kept_files(terminal: Terminal) -> list[Path]:
    return sorted(terminal.token_folder.glob("*.json"))


def test_whoami_says_who_is_signed_on(at_issuer: Terminal, issuer: SignOnServer) -> None:
    signed_on(at_issuer, issuer)
    ran = at_issuer.run("whoami")

    assert (ran.code, ran.out) == (0, "sub    joe\nemail  joe@example.com\n")
    assert at_issuer.invoke("whoami", "--json").json()["email"] == "joe@example.com"


def test_whoami_refuses_an_answer_about_somebody_else(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    signed_on(at_issuer, issuer)
    issuer.server.replies[USERINFO] = Reply({"sub": "mallory"})

    ran = at_issuer.invoke("whoami")
    assert (ran.code, ran.out) == (1, "")
    assert "somebody else" in ran.err


def test_token_prints_the_persons_token_when_that_is_asked_for(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    signed_on(at_issuer, issuer)

    assert at_issuer.run("token", "--user").out == "access-1\n"
    header = at_issuer.invoke("token", "--user", "--header")
    assert header.out == "Authorization: Bearer access-1\n"


def test_SEC_276_token_shows_no_refresh_token(at_issuer: Terminal, issuer: SignOnServer) -> None:
    signed_on(at_issuer, issuer)
    ran = at_issuer.invoke("token", "--user", "--json")

    assert ran.json()["access_token"] == "access-1"
    assert "refresh-1" not in ran.out
    assert "id_token" not in ran.json()


@pytest.mark.parametrize("option", [("--scope", "a"), ("--resource", "urn:a"), ("--no-cache",)])
def test_a_persons_token_is_the_one_that_login_asked_for(
    at_issuer: Terminal, option: tuple[str, ...]
) -> None:
    assert at_issuer.invoke("token", "--user", *option).code == 2


def test_a_token_that_is_over_is_refreshed_and_kept(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    signed_on(at_issuer, issuer, left=0)

    assert [at_issuer.invoke("token", "--user").out for _ in range(2)] == ["access-2\n"] * 2
    assert at_issuer.invoke("whoami").code == 0
    assert [form["refresh_token"] for form in issuer.forms()] == ["refresh-1"]


def test_SEC_275_many_processes_at_once_cause_one_refresh(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    signed_on(at_issuer, issuer, left=0)
    processes = [at_issuer.start("token", "--user", stdout=subprocess.PIPE) for _ in range(5)]

    assert {process.communicate(timeout=SECONDS)[0] for process in processes} == {b"access-2\n"}
    assert len(issuer.forms()) == 1


def test_a_refresh_token_that_is_refused_means_to_log_in_again(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    signed_on(at_issuer, issuer, left=0)
    issuer.server.replies[TOKEN] = Reply({"error": "invalid_grant"}, 400)

    ran = at_issuer.invoke("token", "--user")
    assert (ran.code, ran.out) == (1, "")
    assert "Run ostiary login" in ran.err
    assert kept_files(at_issuer) == []


@pytest.mark.parametrize("command", [("whoami",), ("token", "--user")])
def test_whoever_is_not_signed_on_is_told_how(
    at_issuer: Terminal, command: tuple[str, ...]
) -> None:
    ran = at_issuer.invoke(*command, "--json")

    assert ran.code == 1
    told = ran.error()
    assert (told["kind"], told["remedy"]) == ("sign_on_required", "Run   ostiary login")


@pytest.mark.parametrize(
    ("variable", "value"), [("OSTIARY_CLIENT_ID", "other"), ("OSTIARY_CLIENT_SECRET", "rotated")]
)
def test_SEC_270_a_persons_tokens_are_not_used_for_another_client(
    at_issuer: Terminal, issuer: SignOnServer, variable: str, value: str
) -> None:
    signed_on(at_issuer, issuer)
    at_issuer.environ[variable] = value

    assert "Nobody is signed on" in at_issuer.invoke("whoami").err


def test_SEC_270_a_kept_file_that_others_can_read_signs_nobody_on(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    signed_on(at_issuer, issuer)
    kept_files(at_issuer)[0].chmod(0o644)

    assert "Nobody is signed on" in at_issuer.invoke("whoami").err


def test_logout_revokes_the_refresh_token_and_forgets(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    signed_on(at_issuer, issuer)
    ran = at_issuer.run("logout")

    assert (ran.code, ran.out, ran.err) == (0, "", "Signed off.\n")
    (form,) = issuer.forms(REVOKE)
    assert (form["token"], form["token_type_hint"]) == ("refresh-1", "refresh_token")
    assert kept_files(at_issuer) == []
    assert at_issuer.invoke("whoami").code == 1


def has_open(pid: int, path: Path) -> bool:
    """Tell whether a process has a file open."""
    with suppress(OSError):
        return path in {fd.readlink() for fd in Path(f"/proc/{pid}/fd").iterdir()}
    return False


def test_logout_waits_for_a_refresh_so_that_nothing_comes_back(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    signed_on(at_issuer, issuer, left=0)
    asked, may_answer = threading.Event(), threading.Event()

    def slowly(request: Received) -> Reply:
        asked.set()
        assert may_answer.wait(SECONDS)
        return issuer.give_tokens(request)

    issuer.server.replies[TOKEN] = slowly
    refresh = at_issuer.start("token", "--user", stdout=subprocess.PIPE)
    assert asked.wait(SECONDS)
    logout = at_issuer.start("logout", stderr=subprocess.PIPE)
    (lock,) = at_issuer.token_folder.glob("*.lock")
    wait_for(lambda: has_open(logout.pid, lock), SECONDS)
    may_answer.set()

    assert refresh.communicate(timeout=SECONDS)[0] == b"access-2\n"
    logout.communicate(timeout=SECONDS)
    assert kept_files(at_issuer) == []
    assert issuer.forms(REVOKE)[0]["token"] == "refresh-2"


def test_tokens_that_cannot_be_kept_sign_nobody_on(tmp_path: Path) -> None:
    (tmp_path / "person.json").mkdir()

    with pytest.raises(ConfigurationError):
        KeptPerson(TokenFile(tmp_path / "person.json")).keep(TokenSet("access-1"))


def test_logout_of_nobody_is_no_error(at_issuer: Terminal) -> None:
    ran = at_issuer.invoke("logout")

    assert (ran.code, ran.err) == (0, "Nobody was signed on with this server, client and secret.\n")
    assert at_issuer.invoke("logout", "--json").json() == {"signed_off": False}


def test_logout_forgets_even_if_the_server_does_not_answer(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    signed_on(at_issuer, issuer)
    issuer.server.replies[REVOKE] = Reply(b"", 500)

    assert at_issuer.invoke("logout").code == 1
    assert kept_files(at_issuer) == []


def test_logout_can_sign_off_in_the_browser(at_issuer: Terminal, issuer: SignOnServer) -> None:
    signed_on(at_issuer, issuer)
    ran = at_issuer.invoke("logout", "--browser", "--json")

    url = ran.json()["logout_url"]
    assert url.startswith(f"{issuer.base_url}{LOGOUT}?")
    assert query_of(url)["id_token_hint"].count(".") == 2


def test_a_long_url_is_told_whole(at_issuer: Terminal, issuer: SignOnServer) -> None:
    issuer.claims["picture"] = "x" * 6000
    signed_on(at_issuer, issuer)
    kept = json.loads(kept_files(at_issuer)[0].read_text())["response"]["id_token"]
    ran = at_issuer.invoke("logout", "--browser")

    assert query_of(ran.err.splitlines()[1])["id_token_hint"] == kept


def test_a_revoked_refresh_token_is_not_kept(at_issuer: Terminal, issuer: SignOnServer) -> None:
    signed_on(at_issuer, issuer)

    assert at_issuer.invoke("revoke", "-", stdin="refresh-1").code == 0
    assert kept_files(at_issuer) == []


def test_SEC_274_a_servers_words_about_a_person_cannot_steer_the_terminal(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    signed_on(at_issuer, issuer)
    issuer.server.replies[USERINFO] = Reply({"sub": "joe", "na\x1bme": "\x1b[2J\r\nroot"})
    ran = at_issuer.invoke("whoami")
    assert ran.code == 0
    assert not re.search(r"[^\x20-\x7e\n]", ran.out)
