"""`ostiary user`, as an administrator types it."""

import asyncio
import json
import os
import pty
from collections.abc import Sequence
from contextlib import suppress

import pytest
from msgspec.structs import replace

from ostiary.core.base.clock import SystemClock
from ostiary.core.base.ids import UserId
from ostiary.core.model.token import Issuance, SessionChange
from tests.cli.applied_site import CONFIGURATION, Site
from tests.support.environments import make_environment
from tests.support.server import OSTIARY
from tests.support.stored_sign_on import make_grant, make_session
from tests.support.stores import opened
from tests.support.users import HASH

CANARY = "canary correct horse"


async def sign_on(site: Site, user: str, *, sessions: int = 0, grants: int = 0) -> tuple[int, int]:
    """Store sessions and grants of a user; return how many there were before."""
    env, user_id = make_environment("main"), UserId(user)
    async with opened(f"sqlite:///{site.directory}/data/ostiary.db") as store:
        now = SystemClock().now()
        before = await store.user_grants.revoke_of_user(env, user_id)
        ended = await store.sessions.end_of_user(env, user_id)
        for number in range(sessions):
            session = make_session(number)
            proof = replace(session.authentication, user_id=user_id)
            change = SessionChange(replace(session, authentication=proof), now + 60)
            await store.commit(env, Issuance(session=change), now=now)
        made = [make_grant(n, user_id=user_id, expires_at=now + 60) for n in range(grants)]
        await store.commit(env, Issuance(grants=tuple(made)), now=now)
    return ended, before


def type_in(site: Site, arguments: Sequence[str], *lines: str) -> tuple[int, str]:
    """Run a command at a terminal and type lines in; return its exit code and what was shown."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(site.directory)
        os.execv(OSTIARY[0], [*OSTIARY, *arguments])  # noqa: S606 - no shell is wanted
    shown = b""
    with os.fdopen(terminal, "r+b", buffering=0) as screen:
        for line in lines:
            prompt = b""
            # What is typed before a prompt is thrown away.
            while not prompt.endswith(b": "):
                prompt += screen.read(1000)
            shown += prompt
            screen.write(line.encode() + b"\n")
        # The other end has gone when reading fails.
        with suppress(OSError):
            while more := screen.read(1000):
                shown += more
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown.decode()


def test_a_password_is_typed_twice_and_never_shown(site: Site) -> None:
    code, shown = type_in(site, ["user", "add", "joe"], CANARY, CANARY)

    assert code == 0, shown
    assert "joe (" in shown
    assert CANARY not in shown
    assert site.answer("user", "show", "joe")["password"] == "set"


def test_two_different_passwords_change_nothing(site: Site) -> None:
    code, shown = type_in(site, ["user", "add", "joe"], CANARY, CANARY + "x")

    assert code == 2
    assert "the two passwords differ" in shown
    assert site.names() == []


def test_a_user_is_added_shown_changed_and_deleted(site: Site) -> None:
    added = site.run(
        *("user", "add", "Joe", "--population", "staff", "--attribute", "mail=joe@example.com"),
        *("--password-stdin", "--must-change"),
        stdin=CANARY + "\n",
    )
    assert added.returncode == 0, added.stderr

    joe = site.answer("user", "show", "JOE")
    assert (joe["username"], joe["population"], joe["enabled"]) == ("Joe", "staff", True)
    assert joe["attributes"] == {"mail": "joe@example.com"}
    assert joe["password"] == "to be changed"
    assert (joe["failures"], joe["locked_until"]) == (0, None)
    (site.directory / "new").write_text(CANARY * 2)
    changed = site.answer("user", "passwd", "joe", "--password-file", "new")
    assert changed["user"]["password"] == "set"
    assert site.answer("user", "disable", "joe")["user"]["enabled"] is False
    assert site.answer("user", "enable", "joe")["user"]["enabled"] is True
    assert site.run("user", "unlock", "joe").stdout == f"Joe ({joe['id']}): unlocked\n"
    assert "mail = joe@example.com" in site.run("user", "show", "joe").stdout
    assert site.run("user", "delete", "joe").returncode == 0
    assert site.names() == []
    assert site.audited() == [
        *("configuration_applied", "user_added", "password_changed", "user_changed"),
        *("user_changed", "user_unlocked", "user_deleted"),
    ]


@pytest.mark.parametrize(
    ("command", "done"),
    [
        (("passwd", "joe", "--password-file", "new"), "has a new password"),
        (("disable", "joe"), "disabled"),
        (("delete", "joe"), "deleted"),
    ],
)
def test_SEC_131_a_command_says_how_much_it_ended(
    site: Site, command: tuple[str, ...], done: str
) -> None:
    (site.directory / "new").write_text(CANARY * 2)
    joe = site.answer("user", "add", "joe", "--password-stdin", stdin=CANARY)["user"]
    asyncio.run(sign_on(site, joe["id"], sessions=1, grants=2))
    said = f"joe ({joe['id']}): {done}; 1 session and 2 grants ended\n"
    assert site.run("user", *command).stdout == said
    assert site.audited().count("access_ended") == 1
    assert asyncio.run(sign_on(site, joe["id"])) == (0, 0)


def test_an_answer_in_json_says_how_much_ended(site: Site) -> None:
    joe = site.answer("user", "add", "joe", "--no-password")["user"]
    asyncio.run(sign_on(site, joe["id"], sessions=2, grants=1))
    answered = site.answer("user", "disable", "joe")
    assert (answered["done"], answered["ended"]) == ("disabled", {"sessions": 2, "grants": 1})
    assert site.answer("user", "disable", "joe")["ended"] == {"sessions": 0, "grants": 0}
    assert "ended" not in site.answer("user", "enable", "joe")


def test_no_password_is_in_a_file_of_the_installation(site: Site) -> None:
    site.answer("user", "add", "joe", "--password-stdin", stdin=CANARY)

    for path in (path for path in (site.directory / "data").rglob("*") if path.is_file()):
        assert CANARY.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        (["add", "joe"], "", 2, "nobody is there to ask for a password"),
        (["add", "joe", "--password-stdin"], "short", 1, "fewer than 15 characters"),
        (["add", "joe", "--password-stdin"], "", 1, "must have 1 to 1024 bytes"),
        (["add", " ", "--no-password"], "", 1, "the username is empty"),
        (["add", "ann", "--no-password"], "", 1, 'the username "ann" is taken'),
        (["add", "joe", "--no-password", "--attribute", "x"], "", 2, "must be NAME=TEXT"),
        (["add", "joe", "--no-password", "-e", "other"], "", 1, "there is no environment"),
        (["show", "joe"], "", 1, 'there is no user "joe"'),
        (["passwd", "ann", "--password-file", "none"], "", 2, "none cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    site: Site, arguments: list[str], stdin: str, code: int, message: str
) -> None:
    before = site.answer("user", "add", "ann", "--no-password")["user"]

    refused = site.run("user", *arguments, stdin=stdin)

    assert refused.returncode == code, refused.stderr
    assert message in " ".join(refused.stderr.replace("│", " ").split())
    assert "Traceback" not in refused.stderr
    assert site.answer("user", "list")["users"] == [before]


def test_with_several_environments_one_must_be_named(site: Site) -> None:
    path = site.directory / "ostiary.toml"
    path.write_text(
        CONFIGURATION + '[environments.other]\nface = "pingone"\nalgorithms = ["ES256"]\n'
        '[environments.other.token_managers.default]\nalgorithm = "ES256"\n'
    )
    assert site.run("apply", "--yes").returncode == 0

    assert "name one with -e" in site.run("user", "list").stderr
    site.answer("user", "add", "joe", "--no-password", "-e", "other")
    assert site.answer("user", "list", "-e", "other")["users"][0]["username"] == "joe"
    assert site.answer("user", "list", "-e", "main")["users"] == []


def test_users_are_imported_once_and_only_when_the_whole_file_is_in_order(site: Site) -> None:
    good = [{"username": f"user{n:03}", "password_hash": HASH} for n in range(120)]
    path = site.directory / "users.jsonl"
    bad = [*good, {"username": "x", "password_hash": "canary"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in bad))

    refused = site.run("user", "import", "users.jsonl")
    assert refused.returncode == 1
    assert "users.jsonl:121: password_hash: is in no known form" in refused.stderr
    assert "canary" not in refused.stderr
    assert site.names() == []

    path.write_text("".join(json.dumps(row) + "\n" for row in good))
    dry = site.answer("user", "import", "users.jsonl", "--dry-run")
    assert dry == {"imported": 120, "skipped": 0, "dry_run": True}
    assert site.names() == []
    assert site.run("user", "import", "users.jsonl").stdout == "imported: 120\n"
    assert len(site.answer("user", "list", "--limit", "200")["users"]) == 120

    again = site.run("user", "import", "users.jsonl")
    assert again.returncode == 1
    assert "users.jsonl:1: is there already" in again.stderr
    skipped = site.answer("user", "import", "users.jsonl", "--skip-existing")
    assert skipped == {"imported": 0, "skipped": 120, "dry_run": False}
    assert site.audited().count("user_added") == 120


def test_csv_is_imported_too_and_other_files_are_refused(site: Site) -> None:
    (site.directory / "users.csv").write_text(
        f'username,password_hash,mail\njoe,"{HASH}",j@x.org\n'
    )
    (site.directory / "users.txt").write_text("joe")

    assert "must end with .csv" in site.run("user", "import", "users.txt").stderr
    assert "cannot be read" in site.run("user", "import", "none.csv").stderr
    assert site.run("user", "import", "users.csv").returncode == 0
    assert site.answer("user", "show", "joe")["attributes"] == {"mail": "j@x.org"}


def test_users_of_the_configuration_are_planned_and_made_by_apply(site: Site) -> None:
    path = site.directory / "ostiary.toml"
    path.write_text(f'{CONFIGURATION}[environments.main.users.joe]\npassword = "{CANARY}"\n')

    planned = site.run("diff")
    assert planned.returncode == 2
    assert planned.stdout == "+ environments.main.users.joe\n"
    assert site.names() == []
    applied = site.run("apply", "--yes")
    assert applied.returncode == 0
    assert applied.stdout == planned.stdout
    assert site.names() == ["joe"]
    assert site.run("diff").returncode == 0
    assert site.audited()[-1] == "user_added"
