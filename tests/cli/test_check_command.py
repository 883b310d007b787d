"""`ostiary check` and `ostiary init`, as a user runs them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ostiary_cli import app

BROKEN = """\
[server]
mode = "dev"
[environments.main.clients.app]
grant_types = ["client_credentials"]
secret = { generate = true }
scopes = ["a"]
[environments.main.scopes]
a = "Do a"
b = "Do b"
[environments.main.token_managers.default]
algoritm = "ES256"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("ostiary.toml")


def _invoke(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app.build(), arguments)
    return result.exit_code, result.stdout, result.stderr


def test_S0_33_check_shows_every_problem_with_file_line_path_and_hint(file: Path) -> None:
    file.write_text(BROKEN.replace('scopes = ["a"]', 'scopes = ["a", "c1"]\nscoops = []'))

    code, shown, summary = _invoke("check")

    app_path = "environments.main.clients.app"
    assert code == 1
    assert shown.splitlines() == [
        f'ostiary.toml:6: {app_path}.scopes[1]: error: "c1" is not a scope of this environment',
        f'ostiary.toml:7: {app_path}.scoops: error: is not a known field; did you mean "scopes"?',
        (
            "ostiary.toml:12: environments.main.token_managers.default.algoritm: error: is not a "
            'known field; did you mean "algorithm"?'
        ),
    ]
    assert summary == "ostiary.toml: 3 errors\n"


def test_check_takes_the_file_by_position_or_by_option(file: Path) -> None:
    other = file.with_name("other.toml")
    other.write_text(BROKEN)

    by_position = _invoke("check", "other.toml")
    by_option = _invoke("check", "--config", "other.toml")

    assert by_position == by_option
    assert by_position[0] == 1
    assert _invoke("check", "other.toml", "--config", "third.toml")[0] == 2


def test_check_ends_well_when_there_are_warnings_only(file: Path) -> None:
    file.write_text(
        BROKEN.replace("algoritm", "algorithm").replace("{ generate = true }", '"short"')
    )
    file.chmod(0o600)

    code, shown, summary = _invoke("check")

    assert code == 0
    assert all(": warning: " in line for line in shown.splitlines())
    assert summary == "ostiary.toml: 2 warnings\n"


def test_check_shows_no_secret(file: Path) -> None:
    file.write_text(BROKEN.replace("{ generate = true }", '"very-hidden"'))

    _, shown, summary = _invoke("check")

    assert "very-hidden" not in shown + summary


def test_serve_refuses_a_broken_file_in_the_words_of_check(file: Path) -> None:
    file.write_text(BROKEN)

    _, shown, _ = _invoke("check")
    code, output, refusal = _invoke("serve")

    assert (code, output) == (1, "")
    assert refusal.startswith(shown)


def test_SEC_253_serve_does_not_open_dev_mode_to_other_machines(file: Path) -> None:
    file.write_text(BROKEN.replace("algoritm", "algorithm"))

    code, _, refusal = _invoke("serve", "--http", "0.0.0.0:9080")

    assert code == 1
    assert "--http: error: must be a loopback address in dev mode" in refusal


def test_init_writes_a_configuration_that_check_accepts(file: Path) -> None:
    code, shown, _ = _invoke("init")

    assert code == 0
    assert "ostiary serve --config ostiary.toml" in shown
    assert _invoke("check") == (0, "", "ostiary.toml: no problems\n")


def test_init_replaces_nothing_unless_it_is_told_to(file: Path) -> None:
    file.write_text("mine")

    code, _, refusal = _invoke("init")

    assert code == 1
    assert "is there already" in refusal
    assert file.read_text() == "mine"
    assert _invoke("init", "--force")[0] == 0
    assert file.read_text() != "mine"


def test_init_refuses_what_it_cannot_write(file: Path) -> None:
    assert _invoke("init", "ostiary.yaml")[0] == 1
    code, _, refusal = _invoke("init", "no/such/directory/ostiary.toml")

    assert code == 1
    assert "cannot be written: No such file or directory" in refusal
