"""The listener that waits for the way back from a browser: what it takes, and what it shows."""

import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx2
import pytest

from ostiary_cli.loopback import LoopbackListener
from ostiary_client.errors import CallbackMismatchError

STATE = "the-state"


@pytest.fixture
def listener() -> Iterator[LoopbackListener]:
    """Wait for the sign-on with that state."""
    with LoopbackListener() as listening:
        listening.expect(STATE)
        yield listening


def ask(
    listener: LoopbackListener, path: str = "/callback", *, method: str = "GET", **query: str
) -> httpx2.Response:
    """Ask as a browser does, with a code and the right state unless told otherwise."""
    base = listener.redirect_uri.removesuffix("/callback")
    asked = urlencode({"code": "the-code", "state": STATE, **query})
    return httpx2.request(method, f"{base}{path}?{asked}")


def still_waits(listener: LoopbackListener) -> bool:
    """Tell whether the right way back is taken still."""
    return ask(listener).status_code == 200 and "the-code" in listener.wait(10)


def test_the_way_back_with_the_right_state_is_taken(listener: LoopbackListener) -> None:
    assert ask(listener, extra="1").status_code == 200
    assert listener.wait(10) == "/callback?code=the-code&state=the-state&extra=1"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/callback", {"state": "another"}),
        ("/callback", {"state": ""}),
        ("/callback", {"state": "\u00e9"}),
        ("/callback/", {}),
        ("/Callback", {}),
        ("/callback/..", {}),
        ("/", {}),
        ("/favicon.ico", {}),
    ],
)
def test_SEC_269_any_other_request_is_not_found_and_ends_no_wait(
    listener: LoopbackListener, path: str, query: dict[str, str]
) -> None:
    assert ask(listener, path, **query).status_code == 404
    assert still_waits(listener)


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "OPTIONS", "FOO"])
def test_SEC_269_nothing_but_get_is_taken(listener: LoopbackListener, method: str) -> None:
    assert ask(listener, method=method).status_code == 404
    assert still_waits(listener)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=a",
        f"state={STATE}&state={STATE}",
        f"state={STATE}&state=other",
        f"state={STATE}" + "&a=1" * 100,
    ],
)
def test_SEC_269_a_state_stands_there_once(listener: LoopbackListener, query: str) -> None:
    assert httpx2.get(f"{listener.redirect_uri}?{query}").status_code == 404
    assert still_waits(listener)


def test_SEC_269_only_the_first_way_back_counts(listener: LoopbackListener) -> None:
    assert ask(listener).status_code == 200
    assert ask(listener, code="another").status_code == 404
    assert "the-code" in listener.wait(10)


def test_SEC_269_before_anybody_was_sent_away_nobody_comes_back() -> None:
    with LoopbackListener() as listener:
        assert ask(listener, state="").status_code == 404


def test_SEC_269_pages_reflect_nothing_and_are_not_kept(listener: LoopbackListener) -> None:
    odd = {"error_description": "<script>alert(1)</script>canary"}
    pages = [
        ask(listener, "/canary", **odd),
        ask(listener, "/canary", method="CANARY", **odd),
        ask(listener, **odd),
    ]

    for page in pages:
        shown = (page.text + str(page.headers)).lower()
        assert "canary" not in shown
        assert STATE not in shown
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "server" not in page.headers


@pytest.mark.parametrize("words", [b"", b"\x16\x03\x01 no HTTP", b"GET /callback"])
def test_SEC_269_a_connection_that_says_nothing_holds_nobody_up(
    listener: LoopbackListener, words: bytes
) -> None:
    port = int(listener.redirect_uri.split(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port)) as silent:
        silent.sendall(words)
        assert still_waits(listener)


def test_nobody_is_waited_for_without_end(listener: LoopbackListener) -> None:
    with pytest.raises(CallbackMismatchError, match="Nobody came back"):
        listener.wait(0.01)
