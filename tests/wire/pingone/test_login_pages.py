"""Applications' own sign-on pages (`loginPageUrl`): they are told what went wrong, too."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ostiary.core.model.authentication_application import AuthenticationApplication
from tests.support.asgi import Answer
from tests.support.browsing import make_sign_on_client
from tests.support.pingone_browsing import WEB, PingOneBrowsing, make_pingone_sign_on_app

OWN = AuthenticationApplication("own", "https://login.example/shop?a=b", ("https://login.example",))
USUAL = AuthenticationApplication("usual", "https://login.example/", ("https://login.example",))
ELSEWHERE = "https://elsewhere.example/cb"


def browsing(**fields: Any) -> PingOneBrowsing:
    shop = replace(make_sign_on_client("shop"), application=OWN)
    return PingOneBrowsing(make_pingone_sign_on_app(clients=[shop], **fields))


def told(answer: Answer) -> tuple[str, dict[str, list[str]]]:
    """Return where a browser was sent, and with what."""
    assert answer.status == 302, answer.body
    url = urlsplit(answer.header("location") or "")
    return f"{url.scheme}://{url.netloc}{url.path}", parse_qs(url.query)


async def test_an_application_s_own_page_is_told_what_is_wrong() -> None:
    browser = browsing()
    answer = await browser.authorize({**WEB, "client_id": "shop"}, redirect_uri=ELSEWHERE)
    place, query = told(answer)
    error = json.loads(query["error"][0])
    assert (place, query["a"], query["environmentId"]) == (
        "https://login.example/shop",
        ["b"],
        [browser.env.id],
    )
    assert "flowId" not in query
    assert set(error) == {"id", "code", "message"}
    assert error["code"] == "INVALID_REQUEST"
    assert error["message"] == "The redirect_uri is not registered for this application."


async def test_nothing_of_the_request_is_told() -> None:
    answer = await browsing().authorize(
        {**WEB, "client_id": "shop"}, redirect_uri=ELSEWHERE, state="canary", login_hint="canary"
    )
    place = answer.header("location") or ""
    assert "canary" not in place
    assert "elsewhere" not in place


@pytest.mark.parametrize("client_id", ["web", "nobody", None])
async def test_the_page_of_the_environment_is_told_where_the_client_has_none(
    client_id: str | None,
) -> None:
    asked = {**WEB, "client_id": client_id, "redirect_uri": ELSEWHERE}
    place, query = told(await browsing(default_application=USUAL).authorize(asked))
    assert place == "https://login.example/"
    assert "error" in query


async def test_a_client_that_is_named_twice_is_nobody_s_page_to_tell() -> None:
    browser = browsing()
    answer = await browser.get(f"{browser.issuer_path}/authorize?client_id=shop&client_id=shop")
    assert answer.status == 400


async def test_without_an_own_page_the_server_s_tells() -> None:
    answer = await browsing().authorize(WEB, redirect_uri=ELSEWHERE)
    assert (answer.status, answer.header("location")) == (400, None)
    assert b"<html" in answer.body


async def test_a_program_is_told_in_json() -> None:
    browser = browsing()
    target = f"{browser.issuer_path}/authorize?client_id=shop&redirect_uri={ELSEWHERE}"
    answer = await browser.get(target, (("accept", "application/json"),))
    assert (answer.status, answer.json()["code"]) == (400, "INVALID_REQUEST")
