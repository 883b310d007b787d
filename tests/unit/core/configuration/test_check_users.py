"""Checks of users and their policies."""

import pytest

from tests.support.configurations import PRODUCTION, MadeUpSurroundings, problems_in
from tests.support.users import HASH

JOE = "environments.main.users.joe"
LONG = "correct horse battery staple"


def _problems(users: str, surroundings: MadeUpSurroundings | None = None) -> list[str]:
    return problems_in(f'server.mode = "dev"\n[environments.main]\n{users}', surroundings)


def _joe(fields: str, *, server: str = 'server.mode = "dev"') -> list[str]:
    surroundings = MadeUpSurroundings(
        environ={"LONG": LONG, "WEAK": "Password1", "BAD": "x" * 1025}
    )
    return problems_in(
        f"{server}\n[environments.main]\n[environments.main.users.joe]\n{fields}", surroundings
    )


@pytest.mark.parametrize(
    "fields",
    ["", 'password = { env = "LONG" }', f'password_hash = "{HASH}"', "attributes = { a = [1] }"],
)
def test_a_user_without_a_fault_has_no_problems_in_production(fields: str) -> None:
    assert _joe(fields, server=PRODUCTION) == []


def test_a_password_in_plain_text_is_a_warning_in_dev_mode_and_refused_in_production() -> None:
    fields = f'password = "{LONG}"'

    (in_dev,) = _joe(fields)
    (in_production,) = _joe(fields, server=PRODUCTION)

    assert in_dev.startswith(f"{JOE}.password: warning: stands here in plain text")
    assert in_production.startswith(f"{JOE}.password: stands here in plain text")


def test_SEC_154_a_weak_password_is_warned_about_and_never_refused() -> None:
    (problem,) = _joe('password = { env = "WEAK" }', server=PRODUCTION)

    assert problem.startswith(f"{JOE}.password: warning: has fewer than 15 characters")
    assert "Password1" not in problem


def test_SEC_154_the_environments_own_policy_decides_what_is_weak() -> None:
    policy = "[environments.main.password_policy]\nmin_characters = 8\n"
    user = '[environments.main.users.joe]\npassword = { env = "OWN" }'
    surroundings = MadeUpSurroundings(environ={"OWN": "eight ch"})

    assert _problems(policy + user, surroundings) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ('password = { env = "BAD" }', "password: must have 1 to 1024 bytes"),
        ('password = { env = "NONE" }', "password: the environment variable NONE is not set"),
        ("password = { generate = true }", "password: must be a password that is there"),
        ("password = { stored = true }", "password: must be a password that is there"),
        (
            f'password = {{ env = "LONG" }}\npassword_hash = "{HASH}"',
            "password: cannot stand beside password_hash",
        ),
        ('password_hash = "secret"', "password_hash: is in no known form of password hashes"),
        ('password_hash = "$2b$31$"', "password_hash: is no bcrypt hash"),
        ("attributes = { born = 2000-01-01 }", "attributes: must be text, numbers"),
        ("attributes = { n = nan }", "attributes: must be text, numbers"),
        ('id = "joe"', "id: must be a UUID in lower case"),
        ("pasword = 1", 'pasword: is not a known field; did you mean "password"?'),
    ],
)
def test_what_is_wrong_with_a_user_is_named(fields: str, problem: str) -> None:
    assert any(found.startswith(f"{JOE}.{problem}") for found in _joe(fields)), _joe(fields)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ('""', "is empty"),
        ('" joe"', "must not begin or end with a space"),
        ('"jo\\u200be"', "has a character that cannot be seen"),
        (f'"{"x" * 257}"', "is longer than 256 characters"),
        (f'"{chr(0x149) * 200}"', "is longer than 256 characters"),
    ],
)
def test_what_cannot_be_a_username_is_refused(name: str, problem: str) -> None:
    (found,) = _problems(f"[environments.main.users.{name}]")

    assert found.endswith(f": {problem}")


def test_SEC_147_two_spellings_of_one_name_are_refused() -> None:
    problems = _problems("[environments.main.users.joe]\n[environments.main.users.JOE]")

    assert problems[0] == (f"environments.main.users.JOE: is the same name as that of {JOE}")


def test_an_id_of_two_users_is_refused() -> None:
    id = 'id = "11111111-1111-4111-8111-111111111111"'
    problems = _problems(
        f"[environments.main.users.ann]\n{id}\n[environments.main.users.joe]\n{id}"
    )

    assert problems == [f"{JOE}.id: is the id of another user: environments.main.users.ann.id"]


@pytest.mark.parametrize(
    ("lockout", "field"),
    [
        ("failures = 0", "failures"),
        ("failures = 101", "failures"),
        ("ceiling = 101", "ceiling"),
        ("failures = 9\nceiling = 8", "ceiling"),
        ("lock_minutes = []", "lock_minutes"),
        ("lock_minutes = [0]", "lock_minutes[0]"),
        ("spray_users = -1", "spray_users"),
    ],
)
def test_a_lockout_that_locks_nobody_is_refused(lockout: str, field: str) -> None:
    problems = _problems(f"[environments.main.lockout]\n{lockout}")

    assert [problem.partition(": ")[0] for problem in problems] == [
        f"environments.main.lockout.{field}"
    ]


def test_a_file_with_passwords_that_others_may_read_is_pointed_out() -> None:
    problems = problems_in(
        f'server.mode = "dev"\n[environments.main]\n[environments.main.users.joe]\n'
        f'password = "{LONG}"',
        MadeUpSurroundings(readable=frozenset({"ostiary.toml"})),
        file="ostiary.toml",
    )

    assert any("this file holds secrets" in problem for problem in problems)
