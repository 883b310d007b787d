"""`ostiary profiles`: what is listed, what is hidden, and how the file is written."""

import os
import pty
import stat
import subprocess
import tomllib
from contextlib import suppress
from typing import Any

import pytest

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

    terminal.invoke("profiles", "set", "shop", "--client-id", "other")

    assert terminal.config_file.is_symlink()
    assert _profiles(terminal)["shop"]["client_id"] == "other"


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
