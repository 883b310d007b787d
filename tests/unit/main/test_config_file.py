"""The configuration file: read, checked, and every problem tied to its line."""

import re
from pathlib import Path

import pytest

from ostiary.main.commands import init
from ostiary.main.config_file import CheckedConfiguration, check_file
from ostiary.main.starter import STARTER
from ostiary.main.vocabulary import built_in_vocabulary

BROKEN_TOML = """\
[server]
mode = "dev"
wrokers = 2

[environments.main.scopes]
"api:read" = "Read"

[environments.main.clients.app]
grant_types = ["client_credentials"]
scopes = [
    "api:read",
    "api:reed",
]
secret = { env = "NO_SUCH_VARIABLE" }
"""
BROKEN_YAML = """\
server:
  mode: dev
  wrokers: 2
environments:
  main:
    scopes:
      "api:read": Read
    clients:
      app:
        grant_types: [client_credentials]
        scopes:
          - api:read
          - api:reed
        secret: {env: NO_SUCH_VARIABLE}
"""


def _check(
    directory: Path, text: str | bytes, name: str = "ostiary.toml"
) -> tuple[CheckedConfiguration, list[str]]:
    path = directory / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(0o600)
    checked = check_file(path, built_in_vocabulary(), {})
    return checked, [str(problem).removeprefix(f"{directory}/") for problem in checked.problems]


def test_S0_33_every_problem_of_a_toml_file_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    checked, problems = _check(tmp_path, BROKEN_TOML)

    assert checked.configuration is None
    app = "environments.main.clients.app"
    assert problems == [
        'ostiary.toml:3: server.wrokers: error: is not a known field; did you mean "workers"?',
        (
            f'ostiary.toml:12: {app}.scopes[1]: error: "api:reed" is not a scope of this '
            'environment; did you mean "api:read"?'
        ),
        (
            f"ostiary.toml:14: {app}.secret: error: the environment variable NO_SUCH_VARIABLE "
            "is not set"
        ),
    ]


def test_a_yaml_file_has_the_same_problems(tmp_path: Path) -> None:
    _, in_toml = _check(tmp_path, BROKEN_TOML)
    _, in_yaml = _check(tmp_path, BROKEN_YAML, "ostiary.yaml")

    assert [problem.split(": ", 1)[1] for problem in in_yaml] == [
        problem.split(": ", 1)[1] for problem in in_toml
    ]
    assert [problem.split(":")[1] for problem in in_yaml] == ["3", "13", "14"]


def test_a_good_file_in_either_language_gives_the_same_configuration(tmp_path: Path) -> None:
    toml = 'server.mode = "dev"\nserver.listeners.admin = "off"\n[environments.main]\n'
    yaml = "server: {mode: dev, listeners: {admin: off}}\nenvironments: {main: {}}\n"

    from_toml, _ = _check(tmp_path, toml)
    from_yaml, _ = _check(tmp_path, yaml, "ostiary.yml")

    assert from_toml.configuration is not None
    assert from_toml.configuration == from_yaml.configuration


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.toml", "[server]\nmode = dev\n", "a.toml:2: error: is not TOML: Invalid value"),
        ("a.toml", "a = 1\n\na = 2\n", "a.toml:3: error: is not TOML: Cannot overwrite a value"),
        ("a.toml", '[server]\nmode = "dev', "a.toml:2: error: is not TOML: "),
        ("a.toml", "[server", "a.toml:1: error: is not TOML: "),
        ("a.toml", "a = " + "[" * 10_000, "a.toml:1: error: is nested too deeply"),
        ("a.toml", ".".join(["a"] * 5_000) + " = 1", "a.toml:1: error: is nested too deeply"),
        ("a.toml", b"a = '\xff'", "a.toml:1: error: cannot be read: it is not UTF-8 text"),
        ("a.yaml", "server:\n  mode: 'dev", "a.yaml:2: error: is not accepted as YAML: "),
        (
            "a.yaml",
            "a: 1\na: 2",
            'a.yaml:2: error: is not accepted as YAML: the key "a" stands twice',
        ),
        ("a.yaml", "- a", "a.yaml:1: error: must be a table with server and environments"),
        ("a.yaml", "[" * 10_000, "a.yaml:1: error: is n"),
        ("a.json", "{}", "a.json:1: error: must have a name that ends with .toml, .yaml or .yml"),
    ],
)
def test_a_file_that_is_not_in_its_language_is_refused_in_the_same_shape(
    tmp_path: Path, name: str, text: str | bytes, expected: str
) -> None:
    checked, problems = _check(tmp_path, text, name)

    assert checked.configuration is None
    assert len(problems) == 1
    assert problems[0].startswith(expected)


def test_a_missing_file_is_refused_with_a_way_to_get_one(tmp_path: Path) -> None:
    checked = check_file(tmp_path / "ostiary.toml", built_in_vocabulary(), {})

    assert [str(problem) for problem in checked.problems] == [
        (
            f"{tmp_path}/ostiary.toml:1: error: cannot be read: No such file or directory; "
            "`ostiary init` writes one to start from"
        )
    ]


def test_a_directory_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "a.toml").mkdir()
    checked = check_file(tmp_path / "a.toml", built_in_vocabulary(), {})

    assert "it is not a regular file" in str(checked.problems[0])


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = "\ufeff" + BROKEN_TOML.replace("\n", "\r\n")

    _, problems = _check(tmp_path, text)

    assert [problem.split(":")[1] for problem in problems] == ["3", "12", "14"]


def test_SEC_252_file_modes_are_those_of_the_machine(tmp_path: Path) -> None:
    secret_file = tmp_path / "app.secret"
    secret_file.write_text("0123456789abcdef0123456789abcdef\n")
    text = (
        'server.mode = "dev"\n[environments.main.clients.app]\n'
        f'grant_types = ["client_credentials"]\nsecret = {{ file = "{secret_file}" }}\n'
    )

    secret_file.chmod(0o600)
    assert _check(tmp_path, text)[1] == []

    for mode in (0o640, 0o604, 0o644):
        secret_file.chmod(mode)
        (problem,) = _check(tmp_path, text)[1]
        assert "can be read by other users of this machine" in problem


def test_what_the_command_line_sets_is_checked_like_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "ostiary.toml"
    path.write_text('server.mode = "dev"\n[environments.main]\n')

    checked = check_file(
        path,
        built_in_vocabulary(),
        {},
        {("server", "listeners", "http"): "0.0.0.0:9080", ("server", "workers"): 2},
    )

    assert checked.configuration is None
    assert {str(problem).split(": ")[0] for problem in checked.problems} == {
        "--http",
        "--workers",
    }


def test_a_table_that_is_none_is_reported_and_not_overridden(tmp_path: Path) -> None:
    path = tmp_path / "ostiary.toml"
    path.write_text("server = 5\n[environments.main]\n")

    checked = check_file(path, built_in_vocabulary(), {}, {("server", "workers"): 2})

    assert any("server: error: must be a table" in str(problem) for problem in checked.problems)


def test_the_starter_has_no_problems(tmp_path: Path) -> None:
    path = tmp_path / "ostiary.toml"
    assert init.run(path, force=False) == 0

    checked = check_file(path, built_in_vocabulary(), {})

    assert checked.problems == ()
    assert checked.configuration is not None
    (environment,) = checked.configuration.environments.values()
    (client,) = environment.clients.values()
    assert client.secret is not None
    assert client.secret.generate


def test_the_client_that_the_starter_suggests_signs_users_on(tmp_path: Path) -> None:
    path = tmp_path / "ostiary.toml"
    head, mark, suggested = STARTER.partition("# [environments.default.clients.my-site]\n")
    path.write_text(head + re.sub(r"^# ", "", mark + suggested, flags=re.MULTILINE))

    checked = check_file(path, built_in_vocabulary(), {})

    assert checked.problems == ()
    assert checked.configuration is not None
    assert "my-site" in checked.configuration.environments["default"].clients


def test_a_number_that_python_does_not_read_is_refused_on_its_line(tmp_path: Path) -> None:
    _, problems = _check(tmp_path, "[server]\nworkers = " + "9" * 10_000)

    assert problems == ["ostiary.toml:2: error: holds a number that is too large"]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (r'data_directory = "a\u0000b"', "server.data_directory: error: must be a path"),
        (r'store = "sqlite:///a\u0000b"', "server.store: error: must be the URL of a store"),
        (r'store = { file = "a\u0000b" }', "server.store.file: error: must be a path"),
        (r'audit.file = "a\u0000b"', "server.audit.file: error: must be a path"),
    ],
)
def test_a_nul_in_a_path_is_refused_on_its_line(tmp_path: Path, line: str, place: str) -> None:
    checked, problems = _check(tmp_path, f"[environments.main]\n[server]\n{line}\n")

    assert checked.configuration is None
    assert any(
        problem.startswith(f"ostiary.toml:3: {place}") and problem.endswith("no NUL character")
        for problem in problems
    ), problems
