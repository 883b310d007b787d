"""`ostiary introspect` and `ostiary revoke`: a token that somebody has."""

import pytest

from tests.support.authorization_server import INTROSPECT, REVOKE, AuthorizationServer, Reply
from tests.support.terminal import Terminal


@pytest.fixture
def token(at_home: Terminal) -> str:
    return at_home.invoke("token", "-s", "api:read").out.strip()


def test_an_active_token_is_described(at_home: Terminal, token: str) -> None:
    ran = at_home.run("introspect", "-p", "api", stdin=token)

    rows = dict(line.split(maxsplit=1) for line in ran.out.splitlines())
    assert ran.code == 0
    assert rows["active"] == "yes"
    assert rows["scopes"] == "api:read"
    assert rows["client"] == "sdk-client-id"
    assert "minutes)" in rows["expires"]


def test_a_token_that_is_not_active_ends_with_3(at_home: Terminal) -> None:
    ran = at_home.invoke("introspect", "-p", "api", "-", stdin="no-such-token\n")

    assert (ran.code, ran.out) == (3, "active  no\n")
    assert at_home.invoke("introspect", "-p", "api", "x", "--json").json() == {"active": False}


def test_a_revoked_token_is_active_no_more(at_home: Terminal, token: str) -> None:
    assert at_home.invoke("introspect", "-p", "api", token, "--json").json()["active"] is True

    assert at_home.run("revoke", "-", stdin=token).code == 0

    assert at_home.invoke("introspect", "-p", "api", token).code == 3


def test_revoking_an_unknown_token_is_no_error(at_home: Terminal) -> None:
    ran = at_home.invoke("revoke", "never-issued", "--json")

    assert (ran.code, ran.json()) == (0, {"revoked": True})


@pytest.mark.parametrize(
    "given", ["abc", "Bearer abc", " bearer  abc \n", '{"access_token": "abc", "expires_in": 5}']
)
def test_a_token_may_come_as_it_was_copied(
    at_odds: Terminal, odd_server: AuthorizationServer, given: str
) -> None:
    assert at_odds.invoke("revoke", stdin=given).code == 0

    (request,) = odd_server.requests(REVOKE)
    assert request.form["token"] == "abc"


@pytest.mark.parametrize("given", ["", " \n", "Bearer ", "{}", '{"token": 5}', '{"token": []}'])
def test_no_token_is_a_mistake_of_the_caller(at_odds: Terminal, given: str) -> None:
    assert at_odds.invoke("introspect", "-", stdin=given).code == 2


def test_odd_claims_are_shown_as_they_are(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    odd_server.replies[INTROSPECT] = Reply(
        {
            "active": True,
            "exp": "soon",
            "iat": 1e300,
            "nbf": True,
            "aud": ["a", 5],
            "tenant": {"id": 7},
            "mail\x1b[0m": "x\x1b[31m",
        }
    )

    ran = at_odds.invoke("introspect", "x")

    rows = dict(line.split(maxsplit=1) for line in ran.out.splitlines())
    assert ran.code == 0
    assert rows["expires"] == "'soon' (no time)"
    assert "no time that a calendar has" in rows["issued"]
    assert rows["audience"] == "a"
    assert rows["tenant"] == '{"id": 7}'
    assert "\x1b" not in ran.out
