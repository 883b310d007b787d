"""`ostiary decode`: what is in a token, believed or not."""

import json

import pytest

from ostiary_cli.moments import distance, in_words
from tests.support import jose
from tests.support.server import Server
from tests.support.terminal import Terminal


def _part(value: object) -> str:
    return jose.encode(json.dumps(value).encode())


HEADER = _part({"alg": "RS256", "kid": "k1"})
TOKEN = f"{HEADER}.{_part({'sub': 'joe', 'exp': 5, 'nested': {'a': [1]}})}.c2ln"


def test_a_token_is_shown_and_said_to_be_unverified(terminal: Terminal) -> None:
    ran = terminal.run("decode", stdin=TOKEN)

    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "The signature is NOT verified: anybody could have written this."
    assert [line.split()[0] for line in lines[1:]] == [
        *("header", "alg", "kid", "claims", "sub", "exp", "nested"),
    ]
    assert "1970" in ran.out
    assert "days ago)" in ran.out


def test_json_says_whether_it_was_verified(terminal: Terminal) -> None:
    assert terminal.invoke("decode", TOKEN, "--json").json() == {
        "verified": False,
        "header": {"alg": "RS256", "kid": "k1"},
        "claims": {"sub": "joe", "exp": 5, "nested": {"a": [1]}},
        "problems": [],
    }


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        ("opaque-reference-token", "This is no JWT"),
        ("a.b", "This is no JWT"),
        ("a.b.c.d", "This is no JWT"),
        ("!!.e30.x", "The header cannot be decoded: no base64url"),
        ("é.e30.x", "The header cannot be decoded: no base64url"),
        ("_w.e30.x", "The header cannot be read: no UTF-8"),
        (f"{_part([1])}.e30.x", "The header cannot be read: no JSON object"),
        (f"{HEADER}.bm8.x", "The claims cannot be read: no JSON"),
        (f"{HEADER}.{jose.encode(b'[' * 100_000)}.x", "The claims cannot be read: nested too deep"),
        (f"{HEADER}.e30.", "The signature is missing"),
        (f"{HEADER}.a.b.c.d", "The token is encrypted"),
        ("..", "The header cannot be read"),
        ("\x1b[31m.\x07.\x00", "The header cannot be decoded"),
    ],
)
def test_garbage_is_told_what_is_wrong_with_it(
    terminal: Terminal, token: str, problem: str
) -> None:
    ran = terminal.invoke("decode", "-", stdin=token)

    assert ran.code == 1
    assert problem in ran.err
    assert "\x1b" not in ran.out + ran.err
    assert terminal.invoke("decode", "-", "--json", stdin=token).code == 1


def test_what_can_be_read_of_a_damaged_token_is_shown(terminal: Terminal) -> None:
    ran = terminal.invoke("decode", f"{HEADER}.???.x", "--json")

    assert ran.code == 1
    assert ran.json()["header"] == {"alg": "RS256", "kid": "k1"}
    assert ran.json()["problems"] == ["The claims cannot be decoded: no base64url"]


def test_claims_cannot_steer_the_terminal(terminal: Terminal) -> None:
    claims = {"a\x1b[2J": "\x1b]0;x\x07", "exp": float("inf")}
    token = f"{HEADER}.{_part(claims)}.x"

    ran = terminal.invoke("decode", token)

    assert ran.code == 0
    assert ran.out.isascii()
    assert "\x1b" not in ran.out
    assert terminal.invoke("decode", token, "--json").json()["claims"]["exp"] == "Infinity"


def _issuer(server: Server) -> tuple[str, ...]:
    keys = f"{server.base_url}/ext/oauth/jwks"
    options = ("--verify", server.base_url, "--ca-file", str(server.ca_path))
    return (*options, "--jwks-uri", keys)


def test_a_signature_is_verified_with_the_issuers_keys(
    at_home: Terminal, seeds_server: Server
) -> None:
    token = at_home.invoke("token").out

    ran = at_home.invoke("decode", *_issuer(seeds_server), stdin=token)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Verified: {seeds_server.base_url} signed it")


def test_a_forged_signature_is_refused(at_home: Terminal, seeds_server: Server) -> None:
    header, claims, signature = at_home.invoke("token").out.strip().split(".")
    forged = ".".join((header, claims, signature[::-1]))

    ran = at_home.invoke("decode", *_issuer(seeds_server), stdin=forged)

    assert ran.code == 1
    assert ran.out.startswith("The signature is NOT verified")
    assert "forged" in ran.err


def test_a_token_for_others_is_refused(at_home: Terminal, seeds_server: Server) -> None:
    token = at_home.invoke("token").out

    ran = at_home.invoke(
        "decode", *_issuer(seeds_server), "--audience", "https://other.example", stdin=token
    )

    assert ran.code == 1
    assert ran.err


def test_keys_that_cannot_be_had_end_with_4(terminal: Terminal) -> None:
    ran = terminal.invoke("decode", "--verify", "http://127.0.0.1:1", stdin=TOKEN)

    assert (ran.code, ran.out) == (4, "")
    assert len(ran.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (1, "in 1 second"),
        (-59, "59 seconds ago"),
        (60, "in 1 minute"),
        (7199, "in 119 minutes"),
        (-7200, "2 hours ago"),
        (172_799, "in 47 hours"),
        (-172_800, "2 days ago"),
    ],
)
def test_distances_are_told_in_one_unit(seconds: float, words: str) -> None:
    assert distance(seconds) == words


def test_moments_are_on_the_local_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_words(1_800_000_000, 1_800_000_000 - 3600).endswith(" (in 60 minutes)")
    assert in_words("x", 0) == "'x' (no time)"
