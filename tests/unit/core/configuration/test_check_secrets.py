"""Checks of secrets: there, long enough, unknown to others, and not in plain text."""

import pytest

from ostiary.core.base import b64
from tests.support.configurations import (
    LONG_SECRET,
    PRODUCTION,
    MadeUpSurroundings,
    client_problems,
    problems_in,
)

APP = "environments.main.clients.app"
GRANT = 'grant_types = ["client_credentials"]\n'
ENVIRONMENT = "\n[environments.main]\n"


def _problems(text: str, surroundings: MadeUpSurroundings | None = None) -> list[str]:
    return problems_in(
        f'server.mode = "dev"\n[environments.main.clients.app]\n{GRANT}{text}', surroundings
    )


def _production_problems(text: str, surroundings: MadeUpSurroundings | None = None) -> list[str]:
    return problems_in(
        f"{PRODUCTION}\n[environments.main.clients.app]\n{GRANT}{text}", surroundings
    )


def test_a_secret_in_plain_text_is_a_warning_in_dev_mode_and_refused_in_production() -> None:
    text = f'secret = "{LONG_SECRET}"'

    (in_dev,) = _problems(text)
    (in_production,) = _production_problems(text)

    assert in_dev.startswith(f"{APP}.secret: warning: stands here in plain text")
    assert in_production.startswith(f"{APP}.secret: stands here in plain text")


def test_a_referred_secret_has_no_problems_in_production() -> None:
    surroundings = MadeUpSurroundings(
        environ={"APP_SECRET": LONG_SECRET}, files={"app.secret": f"{LONG_SECRET}\n"}
    )

    assert _production_problems('secret = { env = "APP_SECRET" }', surroundings) == []
    assert _production_problems('secret = { file = "app.secret" }', surroundings) == []
    assert _production_problems("secret = { generate = true }") == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('{ env = "NONE" }', "the environment variable NONE is not set"),
        ('{ env = "EMPTY" }', "the environment variable EMPTY is empty"),
        ('{ file = "none" }', "the file none cannot be read: No such file or directory"),
        ('{ file = "empty" }', "the file empty is empty"),
        ('""', "the text is empty"),
    ],
)
def test_a_secret_that_is_not_there_is_named(source: str, message: str) -> None:
    surroundings = MadeUpSurroundings(environ={"EMPTY": ""}, files={"empty": "\n"})

    assert f"{APP}.secret: {message}" in _problems(f"secret = {source}", surroundings)


def test_a_short_secret_is_a_warning_in_dev_mode_and_refused_in_production() -> None:
    surroundings = MadeUpSurroundings(environ={"APP_SECRET": "0123456789abcde"})
    text = 'secret = { env = "APP_SECRET" }'

    (in_dev,) = _problems(text, surroundings)
    (in_production,) = _production_problems(text, surroundings)

    assert in_dev.startswith(f"{APP}.secret: warning: has fewer than 16 characters")
    assert in_production.startswith(f"{APP}.secret: has fewer than 16 characters")


def test_a_short_secret_can_be_marked_as_accepted() -> None:
    surroundings = MadeUpSurroundings(environ={"APP_SECRET": "short"})
    text = 'secret = { env = "APP_SECRET", allow_short = true }'

    assert _production_problems(text, surroundings) == []


@pytest.mark.parametrize(
    "secret", ["sdk-client-secret", "rs-client-secret", "ac_oic_client-secret", "worker-secret"]
)
def test_SEC_253_a_secret_of_the_examples_is_refused_in_production(secret: str) -> None:
    surroundings = MadeUpSurroundings(environ={"APP_SECRET": secret})

    assert _production_problems('secret = { env = "APP_SECRET" }', surroundings) == [
        f"{APP}.secret: is the secret of an example, which everybody knows"
    ]


def test_SEC_253_no_mark_makes_a_secret_of_the_examples_acceptable() -> None:
    surroundings = MadeUpSurroundings(environ={"APP_SECRET": "worker-secret"})
    text = 'secret = { env = "APP_SECRET", allow_short = true }'

    assert len(_production_problems(text, surroundings)) == 1


def test_SEC_252_a_secret_file_that_others_may_read_is_refused_in_production() -> None:
    surroundings = MadeUpSurroundings(
        files={"app.secret": LONG_SECRET}, readable=frozenset({"app.secret"})
    )
    text = 'secret = { file = "app.secret" }'
    message = "the file app.secret can be read by other users of this machine; chmod 600 app.secret"

    assert _problems(text, surroundings) == [f"{APP}.secret: warning: {message}"]
    assert _production_problems(text, surroundings) == [f"{APP}.secret: {message}"]


def test_SEC_252_a_configuration_with_secrets_that_others_may_read_is_pointed_out() -> None:
    surroundings = MadeUpSurroundings(readable=frozenset({"ostiary.toml"}))
    text = f'server.mode = "dev"\n[environments.main.clients.app]\n{GRANT}secret = "{LONG_SECRET}"'

    problems = problems_in(text, surroundings, file="ostiary.toml")

    assert (
        ": warning: this file holds secrets and can be read by other users of this machine; "
        "chmod 600 ostiary.toml" in problems
    )


def test_a_configuration_without_secrets_may_be_read_by_anybody() -> None:
    surroundings = MadeUpSurroundings(readable=frozenset({"ostiary.toml"}))
    text = f'server.mode = "dev"{ENVIRONMENT}'

    assert problems_in(text, surroundings, file="ostiary.toml") == []


def test_SEC_100_a_secret_for_assertions_has_as_many_bytes_as_the_hash() -> None:
    problems = client_problems(
        f'{GRANT}secret = "{LONG_SECRET[:31]}"\nauth_methods = ["client_secret_jwt"]'
    )

    assert f"{APP}.secret: must have at least 32 bytes for client_secret_jwt" in problems


def test_a_previous_secret_is_checked_like_the_current_one() -> None:
    problems = _problems(
        "secret = { generate = true }\n"
        'previous_secret = { env = "NONE", expires_at = 2026-12-01T00:00:00Z }'
    )

    assert problems == [f"{APP}.previous_secret: the environment variable NONE is not set"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_previous_secret_ends_at_a_moment_that_every_zone_has(moment: str) -> None:
    problems = _problems(
        "secret = { generate = true }\n"
        f'previous_secret = {{ value = "{LONG_SECRET}", expires_at = {moment} }}'
    )

    assert problems == [f"{APP}.previous_secret.expires_at: must lie between the years 2 and 9998"]


def test_a_previous_secret_cannot_be_generated() -> None:
    problems = _problems(
        "secret = { generate = true }\n"
        "previous_secret = { generate = true, expires_at = 2026-12-01T00:00:00Z }"
    )

    assert problems == [f"{APP}.previous_secret: cannot be generated: it was there before"]


def test_a_password_in_the_stores_url_counts_as_plain_text() -> None:
    text = f'store = "postgresql://me:hidden@db/ostiary"{ENVIRONMENT}'

    (problem,) = problems_in(f"{PRODUCTION}{text}")

    assert problem.startswith("server.store: holds a password in plain text")


def test_a_stores_url_without_password_may_stand_in_the_file() -> None:
    text = f'store = "postgresql://me@db/ostiary"{ENVIRONMENT}'

    assert problems_in(f"{PRODUCTION}{text}") == []


@pytest.mark.parametrize(
    ("key", "is_accepted"),
    [(b64.encode(bytes(32)), True), (b64.encode(bytes(31)), False), ("not base64!", False)],
)
def test_a_master_key_has_256_bits(key: str, is_accepted: bool) -> None:
    surroundings = MadeUpSurroundings(environ={"MASTER_KEY": key})

    problems = problems_in(
        f'{PRODUCTION}master_key = {{ env = "MASTER_KEY" }}{ENVIRONMENT}', surroundings
    )

    assert problems == (
        []
        if is_accepted
        else ["server.master_key: must be 32 random bytes in base64url without padding"]
    )


def test_no_problem_shows_a_secret() -> None:
    hidden = "very-hidden-thing"
    surroundings = MadeUpSurroundings(environ={"A": hidden}, files={"b": hidden})
    text = f"""
        [server]
        mode = "production"
        store = "odd://me:{hidden}@db/ostiary"
        master_key = {{ env = "A" }}
        tls = {{ certificate = "b", key = "b" }}
        [environments.main.clients]
        one = {{ secret = "{hidden}", auth_methods = ["client_secret_jwt"] }}
        two = {{ secret = ["{hidden}"] }}
        three = {{ secret = {{ value = ["{hidden}"] }} }}
        four = {{ secret = {{ value = "{hidden}", env = "A" }} }}
        five = {{ secret = {{ file = "b" }}, previous_secret = "{hidden}" }}
        six = {{ jwks = {{ keys = [{{ kty = "oct", k = "{hidden}" }}] }} }}
        """

    problems = problems_in(text, surroundings)

    assert len(problems) > 10
    assert not [problem for problem in problems if hidden in problem]
