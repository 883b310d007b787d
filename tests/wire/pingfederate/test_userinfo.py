"""`/idp/userinfo.openid`: claims of the user whose token it is."""

import pytest

from tests.support import jose
from tests.support.app import App
from tests.support.browsing import (
    PASSWORD,
    WEB,
    Browsing,
    make_sign_on_app,
    make_sign_on_client,
    returned,
)

USERINFO = "/idp/userinfo.openid"


async def get_token(app: App, client_id: str = "web", scope: str = "openid email") -> str:
    """Sign on, and return an access token."""
    browsing = Browsing(app)
    asked = {"client_id": client_id, "response_type": "token", "scope": scope}
    page = await browsing.authorize(WEB, **asked)
    answer = await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)
    return returned(answer)["access_token"]


def bearer(token: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {token}")]


async def test_the_claims_of_the_scopes_are_answered() -> None:
    app = make_sign_on_app()
    answer = await app.pingfederate.get(USERINFO, bearer(await get_token(app)))
    assert answer.status == 200
    assert answer.header("cache-control") == "no-store"
    assert answer.json().keys() == {"sub", "email"}
    assert answer.json()["email"] == "joe@example.com"


async def test_the_token_may_come_by_post_in_header_or_form() -> None:
    app = make_sign_on_app()
    token = await get_token(app)
    answers = [
        await app.pingfederate.request("POST", USERINFO, bearer(token)),
        await app.pingfederate.post_form(USERINFO, {"access_token": token}),
    ]
    assert [answer.json()["email"] for answer in answers] == ["joe@example.com"] * 2


async def test_signed_claims_are_a_jwt() -> None:
    client = make_sign_on_client("signed", userinfo_algorithm="RS256")
    app = make_sign_on_app(clients=[client])
    token = await get_token(app, "signed")
    answer = await app.pingfederate.get(USERINFO, bearer(token))
    assert answer.header("content-type") == "application/jwt"
    _, claims = jose.parts(answer.body.decode())
    assert (claims["aud"], claims["email"]) == ("signed", "joe@example.com")


@pytest.mark.parametrize(
    ("headers", "status", "challenge"),
    [
        ([], 401, 'Bearer realm="OAuth"'),
        (bearer("nonsense"), 401, 'error="invalid_token"'),
        ([("authorization", "Basic eDp5")], 401, 'Bearer realm="OAuth"'),
    ],
)
async def test_refusals_are_challenges(
    headers: list[tuple[str, str]], status: int, challenge: str
) -> None:
    answer = await make_sign_on_app().pingfederate.get(USERINFO, headers)
    assert answer.status == status
    assert challenge in (answer.header("www-authenticate") or "")


async def test_a_token_without_openid_is_not_enough() -> None:
    app = make_sign_on_app()
    token = await get_token(app, scope="email")
    answer = await app.pingfederate.get(USERINFO, bearer(token))
    assert answer.error == (403, "insufficient_scope")


async def test_a_token_in_the_query_is_refused() -> None:
    app = make_sign_on_app()
    token = await get_token(app)
    answer = await app.pingfederate.get(f"{USERINFO}?access_token={token}")
    assert answer.status == 400
