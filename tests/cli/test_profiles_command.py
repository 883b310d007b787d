"""`ostiary profiles`: what is listed, what is hidden, and how the file is written."""

import fcntl
import os
import pty
import stat
import subprocess
import termios
import tomllib
from contextlib import suppress
from typing import Any

import pytest

from ostiary_cli.profile_lock import exclusive
from tests.support.terminal import Terminal

FILE = """\
# mine
default_profile = "shop"

[profiles.shop]
base_url = "https://login.shop.example"
client_id = "app"
client_secret = "hush"

# the other one
[profiles.stage]
base_url = "https://stage.shop.example"
private_key_file = "key.pem"
scope = ["a", "b"]
"""


def _profiles(terminal: Terminal) -> dict[str, Any]:
    profiles: dict[str, Any] = tomllib.loads(terminal.config_file.read_text())["profiles"]
    return profiles


def test_profiles_are_listed_with_the_default_marked(terminal: Terminal) -> None:
    terminal.write_config(FILE)

    lines = terminal.run("profiles", "list").out.splitlines()

    assert lines[1].split() == ["*", "shop", "https://login.shop.example", "app"]
    assert lines[2].split() == ["stage", "https://stage.shop.example"]
    answer = terminal.invoke("profiles", "list", "--json").json()
    assert answer["default"] == "shop"
    assert [profile["name"] for profile in answer["profiles"]] == ["shop", "stage"]


def test_no_profiles_are_an_empty_list(terminal: Terminal) -> None:
    ran = terminal.invoke("profiles", "list", "--json")

    assert (ran.code, ran.json()["profiles"]) == (0, [])


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_S0_29_a_profile_is_shown_without_its_secret(
    terminal: Terminal, options: tuple[str, ...]
) -> None:
    terminal.write_config(FILE)

    ran = terminal.invoke("profiles", "show", *options)

    assert ran.code == 0
    assert "login.shop.example" in ran.out
    assert "hush" not in ran.out
    assert "(hidden)" in ran.out


def test_where_a_secret_comes_from_is_shown(terminal: Terminal) -> None:
    terminal.write_config(FILE)

    settings = terminal.invoke("profiles", "show", "stage", "--json").json()["settings"]

    assert settings["private_key"] == {"file": str(terminal.config_file.parent / "key.pem")}


def test_S0_29_a_new_file_is_for_its_owner_alone(terminal: Terminal) -> None:
    ran = terminal.run(
        *("profiles", "set", "shop", "-u", "https://login.shop.example", "--client-id", "app"),
        "--client-secret-stdin",
        stdin='hu"sh\\\n',
    )

    assert ran.code == 0
    assert stat.S_IMODE(terminal.config_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(terminal.config_file.parent.stat().st_mode) == 0o700
    assert _profiles(terminal)["shop"] == {
        "base_url": "https://login.shop.example",
        "client_id": "app",
        "client_secret": 'hu"sh\\',
    }
    assert "hu" not in ran.out + ran.err.replace("shop", "")


def test_S0_29_a_secret_that_a_person_types_is_not_shown(terminal: Terminal) -> None:
    keyboard, screen = pty.openpty()
    try:
        process = terminal.start(
            *("profiles", "set", "shop", "-u", "https://login.shop.example"),
            "--client-secret-stdin",
            stdin=screen,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that it has no other terminal to ask on
        )
        assert process.stderr is not None
        assert process.stderr.read(15) == b"Client secret: "
        os.write(keyboard, b"hush\n")
        out, err = process.communicate(timeout=60)
        os.set_blocking(keyboard, False)
        shown = b""
        with suppress(BlockingIOError):  # nothing was shown at all
            shown = os.read(keyboard, 1000)
    finally:
        os.close(keyboard)
        os.close(screen)

    assert process.returncode == 0
    assert b"hush" not in shown + out + err
    assert _profiles(terminal)["shop"]["client_secret"] == "hush"


def test_the_first_profile_is_the_default(terminal: Terminal) -> None:
    for name in ("one", "two"):
        terminal.invoke("profiles", "set", name, "-u", f"https://{name}.example")

    assert terminal.invoke("profiles", "list", "--json").json()["default"] == "one"
    terminal.invoke("profiles", "set", "two", "--default")
    assert terminal.invoke("profiles", "list", "--json").json()["default"] == "two"


def test_changing_one_profile_leaves_every_other_line_alone(terminal: Terminal) -> None:
    terminal.write_config(FILE)

    ran = terminal.invoke(
        *("profiles", "set", "shop", "--scope", "x", "--timeout", "5", "--cache"),
        *("--unset", "client-id"),
    )

    assert ran.code == 0
    text = terminal.config_file.read_text()
    assert text.partition("# the other one")[2] == FILE.partition("# the other one")[2]
    assert text.startswith('# mine\ndefault_profile = "shop"\n')
    assert _profiles(terminal)["shop"] == {
        "base_url": "https://login.shop.example",
        "client_secret": "hush",
        "scope": "x",
        "timeout_seconds": 5.0,
        "cache": True,
    }


@pytest.mark.parametrize(
    ("options", "secret"),
    [
        (("--client-secret-env", "SHOP_SECRET"), {"env": "SHOP_SECRET"}),
        (("--client-secret-file", "/run/shop"), {"file": "/run/shop"}),
        (("--client-secret-command", "pass show 'a b'"), {"command": ["pass", "show", "a b"]}),
    ],
)
def test_a_secret_may_come_from_elsewhere(
    terminal: Terminal, options: tuple[str, ...], secret: dict[str, Any]
) -> None:
    terminal.write_config(FILE)

    assert terminal.invoke("profiles", "set", "shop", *options).code == 0

    assert _profiles(terminal)["shop"]["client_secret"] == secret


def test_a_file_written_in_another_way_is_left_alone(terminal: Terminal) -> None:
    text = 'profiles = { shop = { base_url = "https://login.shop.example" } }\n'
    terminal.write_config(text)

    ran = terminal.invoke("profiles", "set", "shop", "--client-id", "app")

    assert ran.code == 5
    assert "by hand" in ran.err
    assert terminal.config_file.read_text() == text


def test_what_is_no_setting_is_not_written(terminal: Terminal) -> None:
    assert terminal.invoke("profiles", "set", "shop", "--timeout", "-5").code == 5
    assert terminal.invoke("profiles", "set", "a.b").code == 2
    assert not terminal.config_file.exists()


def test_a_link_to_the_file_stays_one(terminal: Terminal) -> None:
    terminal.write_config(FILE)
    kept = terminal.home / "dotfiles.toml"
    terminal.config_file.rename(kept)
    terminal.config_file.symlink_to(kept)

    terminal.invoke("profiles", "set", "shop", "--scope", "x")

    assert terminal.config_file.is_symlink()
    assert _profiles(terminal)["shop"]["scope"] == "x"


def test_init_writes_an_explained_file_once(terminal: Terminal) -> None:
    assert terminal.invoke("profiles", "init", "--json").json() == {
        "file": str(terminal.config_file)
    }
    assert stat.S_IMODE(terminal.config_file.stat().st_mode) == 0o600
    assert tomllib.loads(terminal.config_file.read_text()) == {}

    again = terminal.invoke("profiles", "init")

    assert again.code == 1
    assert "is there already" in again.err


def test_a_mistake_in_the_file_is_told(terminal: Terminal) -> None:
    terminal.write_config("[profiles.shop]\nbase_uri = 'x'\n")

    ran = terminal.invoke("profiles", "list")

    assert ran.code == 5
    assert 'did you mean "base_url"?' in ran.err


@pytest.mark.parametrize(
    ("value", "shown"),
    [("2020-01-01", '"2020-01-01"'), (f"0x{'f' * 5000}", "…")],
    ids=["date", "number"],
)
def test_a_value_that_is_no_text_is_listed(terminal: Terminal, value: str, shown: str) -> None:
    terminal.write_config(f"[profiles.shop]\nbase_url = {value}\n")

    ran = terminal.invoke("profiles", "list")

    assert ran.code == 0
    assert ran.out.splitlines()[1].split() == ["shop", shown]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--client-secret-command", 'pass "x'), "no closing quotation"),
        (("--client-secret-command", " "), "it is empty"),
        (("--ca-file", "~nosuchuser/x"), "nobody who is known here"),
        (("--private-key", "~nosuchuser/x"), "nobody who is known here"),
    ],
)
def test_an_option_that_names_nothing_ends_with_2(
    terminal: Terminal, options: tuple[str, str], words: str
) -> None:
    ran = terminal.invoke("profiles", "set", "shop", *options)

    assert ran.code == 2
    assert words in " ".join(ran.err.split())
    assert options[0] in ran.err


def test_profiles_that_are_written_at_the_same_time_are_all_kept(terminal: Terminal) -> None:
    names = [f"shop{number}" for number in range(6)]
    url = ("-u", "https://login.shop.example")
    processes = [
        terminal.start("profiles", "set", n, *url, stderr=subprocess.DEVNULL) for n in names
    ]

    assert [process.wait(60) for process in processes] == [0] * 6

    assert sorted(_profiles(terminal)) == names


def test_a_writer_keeps_the_next_one_out(terminal: Terminal) -> None:
    lock = terminal.config_file.with_name("config.toml.lock")

    with exclusive(terminal.config_file), lock.open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_place_without_a_lock_is_told(terminal: Terminal) -> None:
    terminal.write_config(FILE)
    terminal.config_file.with_name("config.toml.lock").symlink_to(terminal.home)

    ran = terminal.invoke("profiles", "set", "shop", "--client-id", "other")

    assert ran.code == 5
    assert "config.toml.lock cannot be locked" in ran.err
    assert terminal.config_file.read_text() == FILE


@pytest.mark.parametrize(
    "options", [("shop", "--cache"), ("new", "--default", "-u", "https://a.example")], ids=" ".join
)
def test_the_ends_of_lines_stay_as_they_are(terminal: Terminal, options: tuple[str, ...]) -> None:
    terminal.write_config("")
    terminal.config_file.write_bytes(FILE.replace("\n", "\r\n").encode())

    assert terminal.invoke("profiles", "set", *options).code == 0

    written = terminal.config_file.read_bytes()
    assert written.count(b"\r\n") == written.count(b"\n") == written.count(b"\r")


def test_a_heading_with_a_comment_is_found(terminal: Terminal) -> None:
    terminal.write_config('[profiles.shop] # mine\nbase_url = "https://a.example"\n')

    assert terminal.invoke("profiles", "set", "shop", "-u", "https://b.example").code == 0

    assert _profiles(terminal)["shop"] == {"base_url": "https://b.example"}


@pytest.mark.parametrize(
    ("options", "was_for"),
    [
        (("-u", "https://stage.shop.example"), "https://login.shop.example"),
        (("--client-id", "other"), "the client app"),
    ],
)
@pytest.mark.parametrize(
    ("stored", "noun", "remedy"),
    [
        ('client_secret = "hush"', "secret", "--client-secret-stdin, or take it away with --unset"),
        ('client_secret_file = "s"', "secret", "--unset client_secret."),
        ('private_key_file = "k.pem"', "key", "--private-key FILE, or take it away with --unset"),
    ],
)
def test_S0_29_a_stored_credential_is_not_moved_to_another_server_or_client(  # noqa: PLR0917
    terminal: Terminal, stored: str, noun: str, remedy: str, options: tuple[str, str], was_for: str
) -> None:
    text = (
        f'[profiles.shop]\nbase_url = "https://login.shop.example"\nclient_id = "app"\n{stored}\n'
    )
    terminal.write_config(text)

    ran = terminal.invoke("profiles", "set", "shop", *options)

    assert ran.code == 5
    assert f"The {noun} of profile shop was given for {was_for}.\n" in ran.err
    assert remedy in ran.err
    assert terminal.config_file.read_text() == text


@pytest.mark.parametrize(
    "options",
    [
        ("-u", "https://stage.shop.example", "--client-secret-env", "STAGE"),
        ("-u", "https://stage.shop.example", "--unset", "client_secret"),
        ("-u", "https://LOGIN.shop.example:443/"),
        ("--client-id", "app"),
    ],
)
def test_a_profile_moves_without_its_secret_or_stays_where_it_is(
    terminal: Terminal, options: tuple[str, ...]
) -> None:
    terminal.write_config(FILE)

    assert terminal.invoke("profiles", "set", "shop", *options).code == 0


def test_S0_29_a_secret_kept_in_a_file_is_taken_away_by_its_name(terminal: Terminal) -> None:
    terminal.write_config(FILE)

    assert terminal.invoke("profiles", "set", "stage", "--unset", "private-key").code == 0

    assert "private_key_file" not in _profiles(terminal)["stage"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "No base URL is known.\n"),
        (("-u", "login.shop.example"), "login.shop.example is no URL of a server.\n"),
        (("-u", "https://a.example?b"), "A base URL has no query and no fragment.\n"),
        (("-u", "https://a.example", "--unset", "clientid"), 'did you mean "client_id"?\n'),
    ],
)
def test_a_profile_that_no_command_could_use_is_not_written(
    terminal: Terminal, options: tuple[str, ...], words: str
) -> None:
    ran = terminal.invoke("profiles", "set", "shop", *options)

    assert ran.code == 5
    assert words in ran.err
    assert not terminal.config_file.exists()


def test_a_profile_is_removed_and_every_other_line_stays(terminal: Terminal) -> None:
    terminal.write_config(FILE)

    ran = terminal.invoke("profiles", "remove", "shop")

    assert ran.code == 0
    assert "no profile is the default now" in ran.err
    text = terminal.config_file.read_text()
    assert text == "# mine\n\n# the other one" + FILE.partition("# the other one")[2]


def test_the_last_profile_can_be_removed(terminal: Terminal) -> None:
    terminal.write_config('[profiles.shop]\nbase_url = "https://a.example"\n')

    ran = terminal.invoke("profiles", "remove", "shop", "--json")

    assert ran.json() == {"name": "shop", "file": str(terminal.config_file)}
    assert tomllib.loads(terminal.config_file.read_text()) == {}


def test_a_profile_that_is_not_there_is_not_removed(terminal: Terminal) -> None:
    terminal.write_config(FILE)

    ran = terminal.invoke("profiles", "remove", "shpo")

    assert ran.code == 5
    assert 'did you mean "shop"?\n' in ran.err
    assert ran.err.endswith("Profiles there: shop, stage. To make one: ostiary profiles set NAME\n")
    assert terminal.config_file.read_text() == FILE


def test_a_profile_written_in_another_way_is_not_removed(terminal: Terminal) -> None:
    text = 'profiles = { shop = { base_url = "https://login.shop.example" } }\n'
    terminal.write_config(text)

    ran = terminal.invoke("profiles", "remove", "shop")

    assert (ran.code, terminal.config_file.read_text()) == (5, text)
    assert "Take [profiles.shop] out of it by hand" in ran.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--auth-method", "foo"), "'foo' is none of client_secret_basic, "),
        (("--timeout", "foo"), "'foo' is no number"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_plain_words(
    terminal: Terminal, options: tuple[str, str], words: str
) -> None:
    ran = terminal.invoke("profiles", "set", "shop", *options)

    assert ran.code == 2
    assert f"Invalid value for '{options[0]}': {words}" in ran.err


@pytest.mark.parametrize(
    ("key", "code", "words"),
    [
        (b"\x04", 5, b"\nNo secret was given; nothing was changed.\n"),
        (b"\x03", 130, b"\n"),
    ],
    ids=["Ctrl-D", "Ctrl-C"],
)
def test_the_question_for_a_secret_may_be_left(
    terminal: Terminal, key: bytes, code: int, words: bytes
) -> None:
    keyboard, screen = pty.openpty()
    try:
        # Only a process's own terminal sends it a signal for Ctrl-C.
        process = terminal.start(
            *("profiles", "set", "shop", "-u", "https://login.shop.example"),
            "--client-secret-stdin",
            stdin=screen,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        assert process.stderr is not None
        shown = os.read(keyboard, 15)
        assert shown == b"Client secret: "
        os.write(keyboard, key)
        _, err = process.communicate(timeout=60)
    finally:
        os.close(keyboard)
        os.close(screen)

    assert process.returncode == code
    assert err.startswith(words)
    assert not terminal.config_file.exists()
