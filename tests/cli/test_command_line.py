"""The `ostiary` command: its table, its help, and what it says when something is missing."""

import importlib
import importlib.util
import inspect
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ostiary_cli import app
from ostiary_cli.commands import COMMANDS, CONFIGURATION, SERVER, Command, Group

REPOSITORY = Path(__file__).parents[2]


def _commands(*panels: str) -> Iterator[tuple[str, ...]]:
    """Yield every subcommand, or those under some headings."""
    for entry in COMMANDS:
        if panels and entry.panel not in panels:
            continue
        match entry:
            case Command():
                yield (entry.name,)
            case Group():
                yield from ((entry.name, command.name) for command in entry.commands)


def _run_python(code: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_default_in_words_stands_in_one_pair_of_brackets() -> None:
    shown = CliRunner().invoke(app.build(), ["token", "--help"])

    assert "[default: POST]" in shown.output


def test_help_names_every_subcommand() -> None:
    shown = CliRunner().invoke(app.build(), ["--help"])

    assert shown.exit_code == 0
    for name, *_ in _commands():
        assert name in shown.output


@pytest.mark.parametrize("command", list(_commands()), ids=" ".join)
def test_every_subcommand_explains_itself(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app.build(), [*command, "--help"])

    assert shown.exit_code == 0
    assert " ".join(("Usage: root", *command)) in " ".join(shown.output.split())


@pytest.mark.parametrize("command", list(_commands(CONFIGURATION, SERVER)), ids=" ".join)
def test_every_server_command_reaches_its_function(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a configuration each one says so, but init, which writes one."""
    monkeypatch.chdir(tmp_path)
    required = {
        "keys": {"rotate": ["-e", "main"], "import": ["-e", "main", "none.pem"]},
        "user": {"import": ["none.csv"], "list": []},
    }
    by_default = ["joe"] if command[0] == "user" else []
    options = required.get(command[0], {}).get(command[-1], by_default)

    result = CliRunner().invoke(app.build(), [*command, *options])

    if command == ("init",):
        assert result.exit_code == 0
        assert (tmp_path / "ostiary.toml").exists()
    else:
        assert result.exit_code == 1
        assert "No such file or directory" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", list(_commands()), ids=" ".join)
def test_every_subcommand_but_completion_answers_in_json(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app.build(), [*command, "--help"])

    assert ("--json" in shown.output) == (command != ("completion",))


def test_a_misspelt_subcommand_is_answered_with_the_closest_one() -> None:
    result = CliRunner().invoke(app.build(), ["chekc"])

    assert result.exit_code == 2
    assert "Did you mean 'check'?" in result.output


def test_the_version_is_shown() -> None:
    result = CliRunner().invoke(app.build(), ["--version"])

    assert result.exit_code == 0
    assert result.output == f"ostiary {importlib.metadata.version('ostiary')}\n"


def test_the_command_line_starts_without_the_servers_packages(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from ostiary_cli import app\n"
        "app.build()\n"
        "heavy = {'pydantic', 'sqlalchemy', 'yaml', 'uvicorn', 'cryptography', 'ostiary'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )

    result = _run_python(code, cwd=tmp_path)

    assert (result.returncode, result.stdout) == (0, "[]\n"), result.stderr


@pytest.mark.parametrize("missing", ["yaml", "msgspec"])
def test_without_the_servers_packages_a_command_says_how_to_get_them(
    tmp_path: Path, missing: str
) -> None:
    code = f"import sys\nsys.modules['{missing}'] = None\nfrom ostiary_cli.app import main\nmain()"

    result = _run_python(code, "apply", "ostiary.toml", cwd=tmp_path)

    assert result.returncode == 1
    assert f"its package {missing} is not installed" in result.stderr
    assert "pip install 'ostiary[server]'" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", [("--help",), ("check",), ("diff",)], ids=" ".join)
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_closed_output_is_a_failure_without_a_traceback(
    tmp_path: Path, command: tuple[str, ...], unbuffered: str
) -> None:
    (tmp_path / "ostiary.toml").write_text('[environments.main]\nface = "wrong"\nname = 1\n')
    if command == ("diff",):
        (tmp_path / "ostiary.toml").write_text('server.mode = "dev"\n[environments.main]\n')
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-c", "from ostiary_cli.app import main\nmain()", *command],
            cwd=tmp_path,
            stdout=writer,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writer)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_names_that_the_output_has_no_letters_for_are_shown(tmp_path: Path) -> None:
    (tmp_path / "ostiary.toml").write_text(
        'server.mode = "dev"\n[environments.main]\nalgorithms = ["ES256"]\nname = "Ä €"\n'
        '[environments.main.token_managers.default]\nalgorithm = "ES256"\n',
        encoding="utf-8",
    )
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    outputs = []
    for command in (("diff",), ("apply", "--yes"), ("export",)):
        code = "from ostiary_cli.app import main\nmain()"
        done = subprocess.run(
            [sys.executable, "-c", code, *command],
            cwd=tmp_path,
            capture_output=True,
            env=ascii_only,
            timeout=60,
            check=False,
        )
        assert done.returncode == (2 if command == ("diff",) else 0), done.stderr
        outputs.append(done.stdout)

    assert b'environments.main.name: "\\xc4 \\u20ac"' in outputs[0]
    assert tomllib.loads(outputs[2].decode())["environments"]["main"]["name"] == "Ä €"


def test_commands_take_only_options_that_their_functions_know() -> None:
    """The command line and the functions behind it are written in different rooms."""
    for module, function, parameters in (
        ("init", "run", {"path", "force", "as_json"}),
        ("check", "run", {"path", "as_json"}),
        ("diff", "run", {"path", "as_json"}),
        ("apply", "run", {"path", "yes", "as_json"}),
        ("export", "run", {"config", "output", "as_json"}),
        ("serve", "run", {"config", "http", "workers", "force_workers", "data_directory"}),
        ("keys", "list_keys", {"config", "as_json"}),
        ("keys", "rotate", {"config", "environment", "key_set", "algorithm", "as_json"}),
    ):
        target = getattr(importlib.import_module(f"ostiary.main.commands.{module}"), function)
        assert set(inspect.signature(target).parameters) == parameters
