"""`--json` of the server commands: one document on standard output, refusals on the other."""

import json

import pytest

from tests.support.server import free_port, wait_for
from tests.support.terminal import Terminal

CONFIGURATION = """
[server]
mode = "dev"
[environments.main.token_managers.default]
style = "rfc9068"
algorithm = "ES256"
key_id = "k1"
[environments.main.clients.app]
secret = { generate = true }
grant_types = ["client_credentials"]
"""


@pytest.fixture
def site(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Give the test a shell in a folder with a configuration."""
    monkeypatch.chdir(terminal.home)
    (terminal.home / "ostiary.toml").write_text(CONFIGURATION)
    return terminal


def test_init_says_what_it_wrote(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(terminal.home)

    assert terminal.invoke("init", "--json").json() == {"file": "ostiary.toml"}
    refused = terminal.invoke("init", "--json")
    assert (refused.code, refused.out) == (1, "")
    assert "is there already" in refused.error()["message"]


def test_check_lists_every_problem(site: Terminal) -> None:
    (site.home / "ostiary.toml").write_text(CONFIGURATION.replace("key_id", "key_ids"))

    ran = site.invoke("check", "--json")

    assert ran.code == 1
    (problem,) = ran.json()["problems"]
    assert problem == {
        "file": "ostiary.toml",
        "line": 7,
        "path": "environments.main.token_managers.default.key_ids",
        "severity": "error",
        "message": "is not a known field",
        "hint": 'did you mean "key_id"?',
    }
    assert ran.error()["kind"] == "refused"


def test_diff_lists_the_changes_and_keeps_its_exit_codes(site: Terminal) -> None:
    ran = site.invoke("diff", "--json")

    assert ran.code == 2
    assert "+ environments.main.clients.app" in ran.json()["changes"]
    site.invoke("apply", "--yes")
    done = site.invoke("diff", "--json")
    assert (done.code, done.json()) == (0, {"changes": []})


def test_apply_tells_changes_version_and_new_secrets_in_one_document(site: Terminal) -> None:
    ran = site.invoke("apply", "--yes", "--json")

    answer = ran.json()
    assert ran.code == 0
    assert answer["version"] == 1
    assert "+ environments.main.clients.app" in answer["changes"]
    (secret,) = answer["secrets"]
    assert secret["path"] == "environments.main.clients.app.secret"
    assert len(secret["secret"]) >= 32
    again = site.invoke("apply", "--yes", "--json").json()
    assert again == {"changes": [], "version": 1, "secrets": []}


def test_apply_asks_nobody_in_json(site: Terminal) -> None:
    ran = site.invoke("apply", "--json")

    assert (ran.code, ran.out) == (1, "")
    assert "--yes" in ran.error()["message"]


def test_export_is_a_document_too(site: Terminal) -> None:
    site.invoke("apply", "--yes")

    configuration = site.invoke("export", "--json").json()["configuration"]

    assert configuration["environments"]["main"]["clients"]["app"]["secret"] == {"stored": True}
    assert site.invoke("export", "-o", "x.toml", "--json").json() == {"file": "x.toml"}


def test_keys_are_listed_and_rotated(site: Terminal) -> None:
    site.invoke("apply", "--yes")

    keys = site.invoke("keys", "list", "--json").json()["keys"]
    rotated = site.invoke("keys", "rotate", "-e", "main", "--json").json()["rotations"]

    (key,) = [key for key in keys if key["kid"] == "k1"]
    assert key["key_set"] == "manager:default"
    assert key["is_signing"] is True
    assert key["is_published"] is True
    assert {"k1-2"} < {done["kid"] for done in rotated}
    assert all(done["is_new"] for done in rotated)


def test_a_refused_rotation_is_one_error(site: Terminal) -> None:
    site.invoke("apply", "--yes")

    ran = site.invoke("keys", "rotate", "-e", "gone", "--json")

    assert (ran.code, ran.out) == (1, "")
    assert 'environment "gone"' in ran.error()["message"]


def test_serve_refuses_in_json(site: Terminal) -> None:
    ran = site.invoke("serve", "--config", "missing.toml", "--json")

    assert (ran.code, ran.out) == (1, "")
    assert "No such file" in ran.error()["message"]


def test_what_serve_says_at_its_start_is_json(site: Terminal) -> None:
    port = free_port()
    (site.home / "ostiary.toml").write_text(
        CONFIGURATION + f'[server.listeners]\ntls = "127.0.0.1:{port}"\nadmin = "off"\n'
    )
    with (site.home / "out").open("wb") as out, (site.home / "err").open("wb") as err:
        process = site.start("serve", "--json", stdout=out, stderr=err)
        try:
            wait_for(lambda: "configuration_loaded" in (site.home / "out").read_text(), 60)
        finally:
            process.terminate()
            process.wait(60)

    (notes,) = [json.loads(line) for line in (site.home / "err").read_text().splitlines()]
    assert [note for note in notes["notes"] if note.startswith("ostiary: serving https://")]
    assert all(json.loads(line)["event"] for line in (site.home / "out").read_text().splitlines())
