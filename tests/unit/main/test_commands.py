"""`diff`, `apply`, `export` and `keys`: what they print, what they change, how they end."""

import io
import json
import os
import tomllib
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ostiary.core.admin.contents import Draft
from ostiary.core.admin.keys import rotation
from ostiary.core.admin.keys.key_needs import choose_needs
from ostiary.core.crypto.keys import dump_private_pem, generate, thumbprint
from ostiary.main.commands import apply, check, diff, export, keys
from tests.support.administration import ES256, Installation

CONFIGURATION = """
[server]
mode = "dev"
data_directory = "data"
[environments.main]
algorithms = ["ES256"]
[environments.main.token_managers.default]
style = "pingfederate"
algorithm = "ES256"
key_id = "k1"
[environments.main.clients.app]
secret = { generate = true }
grant_types = ["client_credentials"]
"""
CANARY = "canary-0123456789abcdef"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a configuration in its own working directory."""
    monkeypatch.chdir(tmp_path)
    path = Path("ostiary.toml")
    path.write_text(CONFIGURATION)
    return path


def _append(config: Path, text: str) -> None:
    config.write_text(config.read_text() + text)


def test_diff_tells_what_would_change_and_changes_nothing(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert diff.run(config) == 2
        out = capsys.readouterr().out
        assert "+ environments.main.clients.app\n" in out
        assert "+ environments.main.clients.app.secret: generated (hidden)\n" in out


def test_apply_changes_the_store_and_shows_new_secrets_once(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert apply.run(config, yes=True) == 0
    shown = tomllib.loads(capsys.readouterr().out.splitlines()[-1])
    assert len(shown["environments"]["main"]["clients"]["app"]["secret"]) == 64
    assert diff.run(config) == 0
    assert apply.run(config, yes=True) == 0
    assert capsys.readouterr().out == ""


def test_SEC_245_no_secret_lies_readable_in_the_files_of_an_installation(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _append(config, f'[environments.main.clients.other]\nsecret = "{CANARY}"\nscopes = []\n')
    assert apply.run(config, yes=True) == 0
    shown = tomllib.loads(capsys.readouterr().out.splitlines()[-1])
    generated = shown["environments"]["main"]["clients"]["app"]["secret"]
    files = [path for path in Path("data").rglob("*") if path.is_file()]
    assert Path("data", "ostiary.db") in files
    for content in map(Path.read_bytes, files):
        for secret in (CANARY, generated, "PRIVATE KEY"):
            assert secret.encode() not in content


def test_apply_asks_nobody_and_does_nothing_without_a_terminal(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert apply.run(config, yes=False) == 1
    assert "--yes" in capsys.readouterr().err
    assert diff.run(config) == 2


_READABLE = os.open(os.devnull, os.O_RDONLY)
"""What can be read at any time, as a line that was typed can."""


class Terminal(io.StringIO):
    """A person at a keyboard, who has typed already."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return _READABLE


@pytest.mark.parametrize(
    ("answer", "code"), [("y\n", 0), ("YES\n", 0), ("n\n", 1), ("\n", 1), ("", 1)]
)
def test_apply_does_what_the_person_says(
    config: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert apply.run(config, yes=False) == code
    assert diff.run(config) == (2 if code else 0)


class LeavingTerminal:
    """A person who agrees, and lets nobody read what comes next."""

    def __init__(self, reader: int) -> None:
        self.reader = reader

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return _READABLE

    def readline(self) -> str:
        os.close(self.reader)
        return "y\n"


def test_a_new_secret_that_nobody_reads_is_kept_in_a_file(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    monkeypatch.setattr("sys.stdin", LeavingTerminal(reader))
    stdout = os.fdopen(writer, "w")
    monkeypatch.setattr("sys.stdout", stdout)
    assert apply.run(config, yes=False) == 1

    kept = Path("data", "secrets", "main.app.secret")
    said = capsys.readouterr().err
    assert f"environments.main.clients.app.secret: its new secret is in {kept}" in said
    assert "the configuration is at version 1 now" in said
    assert "nothing was changed" not in said
    assert len(kept.read_text()) == 64
    assert kept.stat().st_mode & 0o777 == 0o600
    assert diff.run(config) == 0
    with suppress(BrokenPipeError):
        stdout.close()


def test_apply_changes_nothing_when_its_changes_cannot_be_shown(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stdout = os.fdopen(writer, "w")
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", stdout)
        assert apply.run(config, yes=True) == 1
    with suppress(BrokenPipeError):
        stdout.close()

    assert "nothing was changed" in capsys.readouterr().err
    assert diff.run(config) == 2


def test_what_cannot_be_shown_is_never_said_to_be_undone(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert apply.run(config, yes=True) == 0
    reader, writer = os.pipe()
    os.close(reader)
    stdout = os.fdopen(writer, "w", buffering=1)
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", stdout)
        assert keys.rotate(config, "main", None, None) == 1
    with suppress(BrokenPipeError):
        stdout.close()

    said = capsys.readouterr().err
    assert "not everything could be shown" in said
    assert "nothing was changed" not in said


def test_a_broken_configuration_is_refused_in_the_words_of_check(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apply.run(config, yes=True)
    _append(config, 'token_managers = ["gone"]\n')
    for run in (diff.run, partial(apply.run, yes=True), partial(export.run, output=None)):
        assert run(config) == 1
        assert "environments.main.clients.app.token_managers" in capsys.readouterr().err


def test_an_export_applied_again_changes_nothing(config: Path, tmp_path: Path) -> None:
    assert apply.run(config, yes=True) == 0
    exported = tmp_path / "exported.toml"
    assert export.run(config, exported) == 0
    assert diff.run(exported) == 0
    assert tomllib.loads(exported.read_text())["server"]["data_directory"] == "data"


def test_an_export_is_shown_when_no_file_is_named(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apply.run(config, yes=True)
    capsys.readouterr()
    assert export.run(config, None) == 0
    table = tomllib.loads(capsys.readouterr().out)
    assert table["environments"]["main"]["clients"]["app"]["secret"] == {"stored": True}


def test_an_export_leaves_out_plain_secrets_of_the_server(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    config.write_text(
        CONFIGURATION.replace(
            "[server]", f'[server]\nmaster_key = "{key}"\nstore = "sqlite:///a.db"'
        )
    )
    assert apply.run(config, yes=True) == 0
    capsys.readouterr()
    assert export.run(config, None) == 0
    out = capsys.readouterr().out
    assert key not in out
    assert "server.master_key" in out.partition("[server]")[0]
    assert tomllib.loads(out)["server"]["store"] == "sqlite:///a.db"


def test_SEC_244_an_export_leaves_out_a_store_with_a_password_and_says_so(
    config: Path, capsys: pytest.CaptureFixture[str], postgres_url: str
) -> None:
    password = urlsplit(postgres_url).password
    assert password
    store = f"{postgres_url.replace(f':{password}@', '@')}?password={password}"
    config.write_text(CONFIGURATION.replace("[server]", f'[server]\nstore = "{store}"'))
    assert apply.run(config, yes=True) == 0
    assert "server.store: warning: holds a password in plain text" in capsys.readouterr().err

    assert export.run(config, None) == 0

    shown = capsys.readouterr()
    assert password not in shown.out + shown.err
    assert "store" not in tomllib.loads(shown.out)["server"]
    assert "server.store" in shown.out.partition("[server]")[0]
    assert "server.store is left out" in shown.err


def test_an_export_that_cannot_be_written_says_so(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apply.run(config, yes=True)
    assert export.run(config, Path("missing") / "exported.toml") == 1
    assert "No such file" in capsys.readouterr().err


def test_there_is_nothing_to_export_before_the_first_apply(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export.run(config, None) == 1
    assert "nothing is configured" in capsys.readouterr().err


def test_a_secret_that_the_store_lacks_is_named(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(CONFIGURATION.replace("generate", "stored"))
    assert apply.run(config, yes=True) == 1
    err = capsys.readouterr().err
    assert "environments.main.clients.app.secret: is to be kept, but the store has none" in err


def test_a_store_in_memory_is_nobody_elses_to_change(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(CONFIGURATION.replace("[server]", '[server]\nstore = "memory:"'))
    assert apply.run(config, yes=True) == 1
    assert "memory" in capsys.readouterr().err


def test_a_store_that_is_down_is_reported_in_one_line(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '[server]\nstore = "sqlite:///missing/directory/a.db"'
    config.write_text(CONFIGURATION.replace("[server]", text))
    assert diff.run(config) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_another_master_key_is_reported_and_changes_nothing(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apply.run(config, yes=True)
    Path("data", "master.key").unlink()
    assert apply.run(config, yes=True) == 1
    assert "master key" in capsys.readouterr().err


def _listed(config: Path, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    capsys.readouterr()
    assert keys.list_keys(config) == 0
    return [line.split(maxsplit=4) for line in capsys.readouterr().out.splitlines()[1:]]


def test_keys_are_listed_with_what_they_do(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apply.run(config, yes=True)
    rows = _listed(config, capsys)
    assert [row[:3] for row in rows] == [
        ["main", "environment", "ES256"],
        ["main", "manager:default", "ES256"],
    ]
    assert rows[1][3:] == ["k1", "signs"]


def test_a_rotation_is_told_and_the_second_one_waits(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apply.run(config, yes=True)
    capsys.readouterr()
    assert keys.rotate(config, "main", "manager:default", None) == 0
    assert "k1-2 is published and signs from" in capsys.readouterr().out
    assert keys.rotate(config, "main", "manager:default", "ES256") == 0
    assert "k1-2 is on its way already" in capsys.readouterr().out
    states = {row[3]: row[4] for row in _listed(config, capsys)}
    assert states["k1"].startswith("signs, published until")
    assert states["k1-2"].startswith("published, signs from")
    assert diff.run(config) == 0


def test_without_a_key_set_all_of_the_environment_rotate(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apply.run(config, yes=True)
    capsys.readouterr()
    assert keys.rotate(config, "main", None, None) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in told] == ["main environment ES256", "main manager"]
    assert "main manager:default ES256: k1-2 is published" in told[1]
    assert [row[1] for row in _listed(config, capsys)].count("manager:default") == 2


def test_an_unknown_key_set_is_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    apply.run(config, yes=True)
    assert keys.rotate(config, "main", "manager:gone", None) == 1
    assert 'key set "manager:gone"' in capsys.readouterr().err
    assert keys.rotate(config, "gone", None, None) == 1
    assert 'environment "gone"' in capsys.readouterr().err


def test_a_key_is_imported_from_a_pem_file(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apply.run(config, yes=True)
    private_key = generate("ES256")
    Path("key.pem").write_bytes(dump_private_pem(private_key))
    assert keys.import_key(config, Path("key.pem"), "main", "environment", None, None) == 0
    assert thumbprint(private_key.public_key()) in {row[3] for row in _listed(config, capsys)}


@pytest.mark.parametrize("content", [None, "", "not a key"])
def test_a_file_that_is_no_key_is_not_imported(
    config: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    apply.run(config, yes=True)
    if content is not None:
        Path("key.pem").write_text(content)
    assert keys.import_key(config, Path("key.pem"), "main", None, None, "old") == 1
    assert "key.pem" in capsys.readouterr().err


def test_no_command_on_keys_runs_on_a_broken_configuration(config: Path) -> None:
    _append(config, "unknown = 1\n")
    assert keys.list_keys(config) == 1
    assert keys.rotate(config, "main", None, None) == 1


def test_every_change_is_recorded_with_what_made_it(config: Path) -> None:
    apply.run(config, yes=True)
    apply.run(config, yes=True)
    diff.run(config)
    keys.rotate(config, "main", None, None)
    keys.rotate(config, "main", None, None)
    lines = [json.loads(line) for line in Path("data", "audit.jsonl").read_text().splitlines()]
    assert [(line["event"], line["version"], line["source"]) for line in lines] == [
        ("configuration_applied", 1, "apply"),
        ("configuration_applied", 2, "keys rotate"),
    ]
    assert all(line["changes"] for line in lines)


def test_a_change_that_cannot_be_recorded_is_made_and_pointed_out(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("data", "audit.jsonl").mkdir(parents=True)
    assert apply.run(config, yes=True) == 0
    assert "audit.jsonl" in capsys.readouterr().err
    assert diff.run(config) == 0


async def test_the_list_of_keys_follows_a_rotation() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))

    def change(draft: Draft, now: float) -> float:
        needs = choose_needs(draft, "main", "manager:default")
        (done,) = rotation.rotate(draft, installation.sealer, needs, now=now)
        return done.active_from

    active_from = (await installation.editor.edit(change)).outcome
    contents = await installation.contents()
    for later, old, new in (
        (-1, "signs, published until", "published, signs from"),
        (0, "signs no more, published until", "signs"),
        (10**6, "over since", "signs"),
    ):
        rows = keys._rows(contents, active_from + later)
        states = [row[4] for row in rows if row[1] == "manager:default"]
        assert states[0].startswith(old)
        assert states[1].startswith(new)


def test_plain_secrets_are_counted_in_one_line_and_listed_by_check(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("other", "third"):
        secret = f'secret = "{CANARY}"\nmay_introspect = true\n'
        _append(config, f"[environments.main.clients.{name}]\n{secret}")
    config.chmod(0o600)

    diff.run(config)

    said = "2 warnings about secrets in plain text; `ostiary check ostiary.toml` lists them"
    assert capsys.readouterr().err == f"ostiary.toml: {said}\n"
    check.run(config)
    assert capsys.readouterr().out.count("stands here in plain text") == 2


def test_warnings_are_for_whoever_puts_a_configuration_to_use(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _append(config, f'[environments.main.users.joe]\npassword = "{CANARY}"\n')
    config.chmod(0o600)
    assert apply.run(config, yes=True) == 0
    assert "warning" in capsys.readouterr().err

    assert keys.list_keys(config) == 0
    assert export.run(config, None) == 0

    assert "warning" not in capsys.readouterr().err


def test_plain_secrets_are_all_told_where_they_are_refused(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("other", "third"):
        _append(config, f'[environments.main.clients.{name}]\nsecret = "{CANARY}"\n')
    config.write_text(config.read_text().replace('"dev"', '"production"'))

    assert diff.run(config) == 1

    assert capsys.readouterr().err.count("stands here in plain text") == 2


def test_a_data_directory_that_cannot_be_made_is_named_with_a_way_out(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("data").write_text("a file is in the way")

    assert apply.run(config, yes=True) == 1

    assert capsys.readouterr().err == (
        "the data directory data cannot be made: File exists; "
        "choose another with server.data_directory; nothing was changed\n"
    )
