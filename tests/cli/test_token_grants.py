"""`ostiary token --grant`: what it brings, from where it takes it, and what it never shows."""

import pytest

from tests.support.authorization_server import TOKEN, AuthorizationServer, Reply
from tests.support.terminal import Terminal


def test_a_password_comes_from_standard_input(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    ran = at_odds.run(
        "token", "--grant", "password", "--username", "joe", "--password-stdin", stdin="hush\n"
    )

    assert (ran.code, ran.out) == (0, "token-1\n")
    (request,) = odd_server.requests(TOKEN)
    assert request.form["grant_type"] == "password"
    assert (request.form["username"], request.form["password"]) == ("joe", "hush")


def test_a_password_comes_from_a_file(at_odds: Terminal, odd_server: AuthorizationServer) -> None:
    file = at_odds.home / "password"
    file.write_text("hush\n")
    options = ("--grant", "password", "--username", "joe", "--password-file", str(file))
    assert at_odds.invoke("token", *options).code == 0
    (request,) = odd_server.requests(TOKEN)
    assert request.form["password"] == "hush"


@pytest.mark.parametrize(
    ("grant", "parameter"), [("jwt-bearer", "assertion"), ("token-exchange", "subject_token")]
)
def test_a_token_comes_from_standard_input(
    at_odds: Terminal, odd_server: AuthorizationServer, grant: str, parameter: str
) -> None:
    ran = at_odds.run("token", "--grant", grant, "-s", "read", stdin="Bearer a.b.c\n")

    assert (ran.code, ran.out) == (0, "token-1\n")
    (request,) = odd_server.requests(TOKEN)
    assert request.form["grant_type"] == f"urn:ietf:params:oauth:grant-type:{grant}"
    assert (request.form[parameter], request.form["scope"]) == ("a.b.c", "read")


def test_refresh_and_id_tokens_are_not_printed(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    odd_server.replies[TOKEN] = Reply({"access_token": "t", "refresh_token": "canary"})
    options = ("--grant", "password", "--username", "joe", "--password-stdin", "--json")
    ran = at_odds.run("token", *options, stdin="hush")
    assert ran.json()["access_token"] == "t"
    assert "canary" not in ran.out


@pytest.mark.parametrize(
    "options",
    [
        ("--grant", "password"),
        ("--username", "joe"),
        ("--password-stdin",),
        ("--subject-type", "jwt"),
        ("--grant", "jwt-bearer", "--subject-type", "jwt"),
        ("--grant", "jwt-bearer", "--cache"),
        ("--grant", "token-exchange", "--user"),
        ("--grant", "implicit"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    at_odds: Terminal, odd_server: AuthorizationServer, options: tuple[str, ...]
) -> None:
    assert at_odds.invoke("token", *options).code == 2
    assert odd_server.requests(TOKEN) == []
