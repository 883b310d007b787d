"""RFC 7662, token introspection."""

from tests.support.app import INTROSPECT, make_app
from tests.support.tenants import secret_of

RS = ("rs_client", secret_of("rs_client"))


async def test_section_2_1_the_caller_must_be_authorised() -> None:
    app = make_app()
    token = await app.token("many")
    answer = await app.pingfederate.post_form(INTROSPECT, {"token": token})
    assert answer.error == (401, "invalid_client")


async def test_section_2_2_an_active_token_has_its_members() -> None:
    app = make_app()
    members = (await app.introspect(await app.token("modern"))).json()
    assert members["active"] is True
    assert members["client_id"] == "modern"
    assert members["scope"] == "read"
    assert members["token_type"] == "Bearer"
    assert isinstance(members["exp"], int)
    assert isinstance(members["iat"], int)
    assert {"jti", "iss", "aud"} <= members.keys()


async def test_section_2_2_nothing_is_said_of_a_token_that_is_not_active() -> None:
    app = make_app()
    token = await app.token("modern")
    app.clock.advance(7200)
    assert (await app.introspect(token)).json() == {"active": False}
    assert (await app.introspect("unknown")).json() == {"active": False}


async def test_section_2_2_another_resource_server_learns_nothing() -> None:
    app = make_app()
    token = await app.token("many")
    answer = await app.introspect(token, client="rs_of_modern")
    assert answer.json() == {"active": False}


async def test_section_4_only_post_is_taken() -> None:
    """A GET would leave the token in logs."""
    assert (await make_app().pingfederate.get(f"{INTROSPECT}?token=x")).status == 405
    answer = await make_app().pingfederate.post_form(f"{INTROSPECT}?token=x", {}, basic=RS)
    assert answer.error == (400, "invalid_request")
