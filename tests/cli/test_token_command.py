"""`ostiary token`: what it prints, where it takes its settings from, and what it never sends."""

import pytest

from tests.support.authorization_server import TOKEN, AuthorizationServer, Received, Reply
from tests.support.server import Server
from tests.support.terminal import Terminal


def test_token_prints_the_token_alone(at_home: Terminal) -> None:
    ran = at_home.run("token")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count(".") == 2
    assert ran.out == ran.out.split()[0] + "\n"


def test_header_prints_what_curl_takes(at_odds: Terminal) -> None:
    assert at_odds.run("token", "--header").out == "Authorization: Bearer token-1\n"


def test_json_prints_the_whole_answer(at_home: Terminal) -> None:
    answer = at_home.run("token", "--json", "--scope", "api:read").json()

    assert answer["token_type"] == "Bearer"
    assert answer["scope"] == "api:read"
    assert 7000 < answer["expires_in"] <= 7200
    assert answer["expires_at"] > 1_700_000_000
    assert answer["access_token"].count(".") == 2


def test_scopes_resource_and_audience_are_asked_for(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    options = ("-s", "b", "-s", "a c", "--resource", "https://api.example", "--audience", "orders")

    assert at_odds.invoke("token", *options).code == 0

    (request,) = odd_server.requests(TOKEN)
    assert request.form["scope"] == "a b c"
    assert request.form["resource"] == "https://api.example"
    assert request.form["audience"] == "orders"


def test_S0_16_everything_can_come_from_variables(
    terminal: Terminal, odd_server: AuthorizationServer
) -> None:
    secret = terminal.home / "secret"
    secret.write_text("hush\n")
    terminal.environ.update(
        OSTIARY_BASE_URL=odd_server.base_url,
        OSTIARY_CLIENT_ID="app",
        OSTIARY_CLIENT_SECRET_FILE=str(secret),
        OSTIARY_SCOPE="read write",
        OSTIARY_AUTH_METHOD="client_secret_post",
    )

    assert terminal.run("token").out == "token-1\n"

    (request,) = odd_server.requests(TOKEN)
    assert request.form["client_secret"] == "hush"
    assert request.form["scope"] == "read write"


def test_S0_16_everything_can_come_from_arguments(terminal: Terminal, seeds_server: Server) -> None:
    ran = terminal.run(
        *("token", "--base-url", seeds_server.base_url, "--ca-file", str(seeds_server.ca_path)),
        *("--client-id", "sdk-client-id", "--client-secret-stdin", "--scope", "api:read"),
        stdin="sdk-client-secret\n",
    )

    assert (ran.code, ran.err) == (0, "")


def test_arguments_count_before_variables_and_those_before_the_profile(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    at_odds.write_config(
        f'[profiles.p]\nbase_url = "{odd_server.base_url}"\nscope = "c"\nresource = "urn:p"\n'
        'audience = "p"\n'
    )
    at_odds.environ.update(OSTIARY_RESOURCE="urn:e", OSTIARY_AUDIENCE="e")

    assert at_odds.invoke("token", "-p", "p", "--audience", "a").code == 0

    (request,) = odd_server.requests(TOKEN)
    asked = [request.form[name] for name in ("scope", "resource", "audience")]
    assert asked == ["c", "urn:e", "a"]


def test_SEC_271_a_secret_on_the_command_line_works_and_is_warned_of(
    terminal: Terminal, odd_server: AuthorizationServer
) -> None:
    options = ("-u", odd_server.base_url, "--client-id", "app", "--client-secret", "hush")

    ran = terminal.run("token", *options)

    assert (ran.code, ran.out) == (0, "token-1\n")
    assert "others can see --client-secret in the list of processes" in ran.err
    assert "hush" not in ran.err


@pytest.mark.parametrize("source", ["file", "stdin", "key"])
def test_two_secrets_at_once_are_refused(at_odds: Terminal, source: str) -> None:
    other = {
        "file": ("--client-secret-file", "x"),
        "stdin": ("--client-secret-stdin",),
        "key": ("--private-key", "x"),
    }

    ran = at_odds.invoke("token", "--client-secret", "hush", *other[source])

    assert ran.code == 2
    assert "do not go together" in ran.err


def test_S0_29_a_secret_goes_to_no_other_server_than_its_own(
    terminal: Terminal, odd_server: AuthorizationServer
) -> None:
    terminal.write_config(
        '[profiles.shop]\nbase_url = "https://login.shop.example"\nclient_id = "app"\n'
        'client_secret = "hush"\n'
    )

    ran = terminal.run("token", "--profile", "shop", "--base-url", odd_server.base_url)

    assert ran.code == 5
    assert "credentials of profile shop are for https://login.shop.example, not for" in ran.err
    assert odd_server.received == []


def test_S0_25_a_token_is_exchanged_at_a_backend(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    odd_server.replies["/user"] = Reply({"secret_token": "secret-of-the-backend"})

    ran = at_odds.invoke("token", "--backend", f"{odd_server.base_url}/user")

    assert (ran.code, ran.out) == (0, "secret-of-the-backend\n")
    (request,) = odd_server.requests("/user")
    assert request.headers["authorization"] == "Bearer token-1"


def test_S0_25_the_backends_member_can_be_named(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    odd_server.replies["/user"] = Reply({"jwt": "its-own-token", "token": "another"})
    backend = ("--backend", f"{odd_server.base_url}/user", "--backend-method", "GET")

    answer = at_odds.invoke("token", *backend, "--backend-member", "jwt", "--json").json()

    assert answer == {
        "token": "its-own-token",
        "response": {"jwt": "its-own-token", "token": "another"},
    }


def test_SEC_274_a_backends_token_with_escapes_is_not_printed(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    odd_server.replies["/user"] = Reply({"token": "abc\x1b]0;owned\x07"})

    ran = at_odds.invoke("token", "--backend", f"{odd_server.base_url}/user")

    assert (ran.code, ran.out) == (1, "")
    assert "\x1b" not in ran.err


def _refuse(code: str) -> Reply:
    return Reply({"error": code, "error_description": "no"}, 400)


@pytest.mark.parametrize(
    ("path", "reply", "kind"),
    [
        (TOKEN, _refuse("invalid_scope"), "oauth"),
        (TOKEN, Reply({"error": "invalid_client"}, 401), "invalid_client"),
        (TOKEN, Reply({"token_type": "Bearer"}), "access_token_missing"),
        (TOKEN, Reply(b"<html>Sign on</html>"), "unreadable_response"),
        ("/user", Reply({"detail": "no"}, 403), "backend_refused"),
        ("/user", Reply({"hello": "world"}), "secret_token_missing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_S0_30_each_thing_that_goes_wrong_has_its_kind(
    at_odds: Terminal,
    odd_server: AuthorizationServer,
    path: str,
    reply: Reply,
    kind: str,
) -> None:
    odd_server.replies[path] = reply

    ran = at_odds.invoke("token", "--backend", f"{odd_server.base_url}/user", "--json")

    assert (ran.code, ran.out) == (1, "")
    assert ran.error()["kind"] == kind
    assert ran.error()["remedy"]


def test_S0_30_a_backend_that_is_not_there_is_told_apart(at_odds: Terminal) -> None:
    ran = at_odds.invoke("token", "--backend", "http://127.0.0.1:1/user", "--json")

    assert ran.code == 4
    assert ran.error()["kind"] == "backend_unreachable"


def test_S0_29_the_secret_is_hidden_where_a_server_echoes_it(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    def echo(request: Received) -> Reply:
        return Reply(
            {"error": "server_error", "error_description": str(dict(request.headers)) + "hush"}, 400
        )

    odd_server.replies[TOKEN] = echo

    for options in ((), ("--json",)):
        ran = at_odds.invoke("token", *options)
        assert ran.code == 1
        assert "hush" not in ran.err
        assert "YXBwOmh1c2g=" not in ran.err
