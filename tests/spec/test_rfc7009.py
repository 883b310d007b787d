"""RFC 7009, token revocation."""

from tests.support.app import REVOKE, make_app
from tests.support.tenants import secret_of

GOOD = ("many", secret_of("many"))


async def test_section_2_1_a_token_is_revoked_by_the_client_it_was_issued_to() -> None:
    app = make_app()
    token = await app.token("many")
    answer = await app.pingfederate.post_form(REVOKE, {"token": token}, basic=GOOD)
    assert answer.status == 200
    assert not await app.is_active(token)


async def test_section_2_1_the_request_of_another_client_is_refused() -> None:
    app = make_app()
    token = await app.token("modern")
    answer = await app.pingfederate.post_form(REVOKE, {"token": token}, basic=GOOD)
    assert answer.error == (400, "unauthorized_client")
    assert await app.is_active(token)


async def test_section_2_1_a_wrong_hint_makes_the_search_wider() -> None:
    app = make_app()
    token = await app.token("many")
    form = {"token": token, "token_type_hint": "refresh_token"}
    assert (await app.pingfederate.post_form(REVOKE, form, basic=GOOD)).status == 200
    assert not await app.is_active(token)


async def test_section_2_2_an_invalid_token_is_no_error() -> None:
    answer = await make_app().pingfederate.post_form(REVOKE, {"token": "unknown"}, basic=GOOD)
    assert (answer.status, answer.body) == (200, b"")


async def test_section_2_2_1_a_failed_authentication_is_an_error_of_rfc_6749() -> None:
    answer = await make_app().pingfederate.post_form(
        REVOKE, {"token": "x"}, basic=("many", "wrong")
    )
    assert answer.error == (401, "invalid_client")
