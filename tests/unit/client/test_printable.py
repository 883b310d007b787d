"""Texts of a server, made safe to show."""

import json
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_client.printable import HIDDEN, excerpt, printable

HOSTILE = [
    "\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "a\rb", "a\nb", "\x00", "\x7f", "\u202e", "\u2066",
    "\u200b", "\ufeff", "\u2028", "\ud800", "\U000e0001",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_SEC_274_controls_marks_and_line_ends_are_gone(text: str) -> None:
    shown = printable(f"before{text}after")

    assert shown.isprintable()
    assert shown.startswith("before")
    assert shown.endswith("after")


@given(text=st.text(alphabet=st.characters()), most=st.integers(1, 400))
def test_SEC_274_any_text_is_one_printable_line_of_bounded_length(text: str, most: int) -> None:
    shown = printable(text, most_characters=most)

    assert shown.isprintable()
    assert len(shown) <= most + 1
    assert shown.encode().decode() == shown


def test_readable_text_stays_as_it_is() -> None:
    assert (
        printable("D\u00e9j\u00e0 vu: 100 % of \u65e5\u672c")
        == "D\u00e9j\u00e0 vu: 100 % of \u65e5\u672c"
    )


def test_a_long_text_is_cut() -> None:
    assert printable("x" * 10**6) == "x" * 300 + "…"


@given(body=st.binary())
def test_SEC_274_any_answer_has_a_printable_excerpt(body: bytes) -> None:
    assert excerpt(body, ()).isprintable()


SECRETS = [
    "hunter2hunter2",
    'quo"te\\back',
    "a b+c/d&e=f",
    "<tag>&'x'",
    "\u00e9\u65e5\u672c-secret",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "spell",
    [
        str,
        lambda s: json.dumps({"m": s}),
        lambda s: json.dumps([s], ensure_ascii=False),
        quote_plus,
    ],
    ids=["plain", "json", "json in UTF-8", "form"],
)
def test_SEC_276_a_secret_is_hidden_however_it_is_spelled(secret: str, spell: object) -> None:
    assert callable(spell)
    spelled = spell(secret)
    shown = excerpt(f"You sent {spelled}.".encode(), [secret])

    assert HIDDEN in shown
    assert secret not in shown
    assert json.dumps(secret)[1:-1] not in shown
    assert quote_plus(secret) not in shown


@given(secret=st.text(st.characters(codec="ascii"), min_size=8), before=st.text(), after=st.text())
def test_SEC_276_any_secret_is_hidden(secret: str, before: str, after: str) -> None:
    if " ".join(secret.split()) in f"{HIDDEN}{before}{HIDDEN}{after}":
        return  # the text around it holds it too, or the mark that hides it
    shown = excerpt(f"{before}{secret}{after}".encode("utf-8", "replace"), [secret])

    assert secret not in shown


@pytest.mark.parametrize("size", [8_000, 8_192, 9_000, 500_000])
def test_SEC_276_a_long_secret_is_hidden_whole(size: int) -> None:
    secret = ("0123456789abcdef" * size)[:size]

    for copies in (1, 2, 3):
        assert "0123456789abcdef" not in excerpt((secret * copies).encode(), [secret])


@pytest.mark.parametrize(
    "body",
    [
        '{"access_token": "canary-0123456789"}',
        '{"accessToken":"canary-0123456789"}',
        '{"a": {"client_secret" : "canary-0123456789"}}',
        '{"password": "canary-\\"0123456789"}',
        '{"code": "canary-0123456789"}',
        '{"id_token": "canary-0123456789',
        "access_token=canary-0123456789&expires_in=60",
        "https://x/?code=canary-0123456789#top",
        "Client_Secret=canary-0123456789",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.canary-0123456789",
        "eyJhbGciOiJub25lIn0.canary-0123456789",
        "abcdefgh.canary-0123456789.abc",
    ],
)
def test_SEC_276_what_looks_like_a_secret_is_hidden_unknown_as_it_is(body: str) -> None:
    shown = excerpt(body.encode(), ())

    assert "canary" not in shown
    assert "0123456789" not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize(
    "body",
    [
        '{"error": "invalid_grant", "error_description": "Try again"}',
        "See https://pf.example/docs for help",
        "Unknown client: app",
        "v1.2.3",
    ],
)
def test_what_holds_no_secret_stays_readable(body: str) -> None:
    assert excerpt(body.encode(), ["something else"]) == body
