"""`response_type=none` without a redirect URI: a program asks if its user is still signed on."""

import pytest

from tests.support.asgi import Answer
from tests.support.pingone_browsing import (
    PAGE_ORIGIN,
    WEB,
    PingOneBrowsing,
    make_pingone_sign_on_app,
)

QUESTION = {**WEB, "response_type": "none", "prompt": "none", "redirect_uri": None, "state": None}


@pytest.fixture
def browsing() -> PingOneBrowsing:
    """Return a browser in which nobody is signed on."""
    return PingOneBrowsing(make_pingone_sign_on_app(), origin=PAGE_ORIGIN)


async def known_user(browsing: PingOneBrowsing) -> str:
    """Sign on, and return the ID token that the application got."""
    tokens = await browsing.tokens(await browsing.sign_on())
    return str(tokens["id_token"])


async def test_yes_is_no_content(browsing: PingOneBrowsing) -> None:
    hint = await known_user(browsing)
    answer = await browsing.authorize(QUESTION, id_token_hint=hint)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("location") is None
    assert answer.header("cache-control") == "no-store"


async def test_no_is_an_error_with_details(browsing: PingOneBrowsing) -> None:
    hint = await known_user(browsing)
    browsing.jar.clear()
    answer = await browsing.authorize(QUESTION, id_token_hint=hint)
    assert answer.status == 400
    assert [detail["code"] for detail in answer.json()["details"]] == ["LOGIN_REQUIRED"]


async def test_what_is_no_id_token_of_the_application_gets_no_answer(
    browsing: PingOneBrowsing,
) -> None:
    await known_user(browsing)
    answer = await browsing.authorize(QUESTION, id_token_hint="eyJ.eyJ.x")
    assert answer.status == 400
    assert [detail["code"] for detail in answer.json()["details"]] == ["INVALID_REQUEST"]


@pytest.mark.parametrize(
    "changed",
    [
        {"id_token_hint": None},
        {"prompt": None},
        {"response_type": "code"},
        {"response_mode": "fragment"},
    ],
    ids=["nobody named", "may ask", "a code", "a mode"],
)
async def test_any_other_request_needs_somewhere_to_go(
    browsing: PingOneBrowsing, changed: dict[str, str | None]
) -> None:
    asked = {"id_token_hint": await known_user(browsing), **changed}
    answer = await browsing.authorize(QUESTION, **asked)
    assert (answer.status, "redirect_uri is missing" in text(answer)) == (400, True)


def text(answer: Answer) -> str:
    """Return what an error page or object says."""
    return answer.body.decode()
