"""RFC 6749, the OAuth 2.0 framework: the clauses that the token endpoint answers for."""

import string

import pytest

from tests.support.app import TOKEN, make_app
from tests.support.asgi import form_encoded
from tests.support.tenants import make_client, secret_of

GRANT = {"grant_type": "client_credentials"}
GOOD = ("many", secret_of("many"))


async def test_section_2_3_1_basic_carries_form_encoded_credentials() -> None:
    app = make_app(clients=[make_client("a:b c")])
    pair = form_encoded("a:b c"), form_encoded(secret_of("a:b c"))
    assert (await app.pingfederate.post_form(TOKEN, GRANT, basic=pair)).status == 200


async def test_section_2_3_1_the_body_may_carry_them_instead() -> None:
    form = {**GRANT, "client_id": GOOD[0], "client_secret": GOOD[1]}
    assert (await make_app().pingfederate.post_form(TOKEN, form)).status == 200


async def test_section_2_3_no_more_than_one_method_a_request() -> None:
    form = {**GRANT, "client_id": GOOD[0], "client_secret": GOOD[1]}
    answer = await make_app().pingfederate.post_form(TOKEN, form, basic=GOOD)
    assert answer.error == (400, "invalid_request")


async def test_section_3_2_a_parameter_without_value_is_omitted() -> None:
    app = make_app()
    answer = await app.pingfederate.post_form(TOKEN, {**GRANT, "scope": ""}, basic=GOOD)
    assert answer.json()["scope"] == "read"


async def test_section_3_2_an_unknown_parameter_is_ignored() -> None:
    answer = await make_app().pingfederate.post_form(TOKEN, {**GRANT, "x": "y"}, basic=GOOD)
    assert answer.status == 200


async def test_section_3_2_no_parameter_stands_twice() -> None:
    form = [*GRANT.items(), ("x", "1"), ("x", "2")]
    answer = await make_app().pingfederate.post_form(TOKEN, form, basic=GOOD)
    assert answer.error == (400, "invalid_request")


async def test_section_3_2_only_post_is_taken() -> None:
    assert (await make_app().pingfederate.get(TOKEN)).status == 405


async def test_section_3_3_scope_is_case_sensitive_and_its_order_does_not_matter() -> None:
    app = make_app()
    assert (await app.ask("many", scope="write read")).status == 200
    assert (await app.ask("many", scope="Read")).error == (400, "invalid_scope")


async def test_section_4_4_2_the_client_must_authenticate() -> None:
    answer = await make_app().pingfederate.post_form(TOKEN, {**GRANT, "client_id": "many"})
    assert answer.error == (401, "invalid_client")


async def test_section_4_4_3_there_is_no_refresh_token() -> None:
    assert "refresh_token" not in (await make_app().ask("many")).json()


async def test_section_5_1_the_members_have_their_types() -> None:
    answer = await make_app().ask("many")
    members = answer.json()
    assert isinstance(members["access_token"], str)
    assert members["token_type"] == "Bearer"
    assert isinstance(members["expires_in"], int)
    assert answer.header("content-type") == "application/json"


async def test_section_5_1_nobody_keeps_the_answer() -> None:
    answer = await make_app().ask("many")
    assert answer.header("cache-control") == "no-store"
    assert answer.header("pragma") == "no-cache"


async def test_section_5_2_an_unknown_client_is_challenged_by_the_scheme_it_used() -> None:
    answer = await make_app().ask("nobody")
    assert answer.error == (401, "invalid_client")
    assert (answer.header("www-authenticate") or "").startswith("Basic ")


@pytest.mark.parametrize(
    ("client", "params", "code"),
    [
        ("many", {"grant_type": "urn:example:unknown"}, "unsupported_grant_type"),
        ("no-grants", {}, "unauthorized_client"),
        ("many", {"scope": "unknown"}, "invalid_scope"),
        ("many", {"grant_type": ""}, "invalid_request"),
    ],
    ids=["unsupported_grant_type", "unauthorized_client", "invalid_scope", "invalid_request"],
)
async def test_section_5_2_other_refusals_are_400(
    client: str, params: dict[str, str], code: str
) -> None:
    assert (await make_app().ask(client, **params)).error == (400, code)


async def test_section_5_2_descriptions_keep_to_the_characters_allowed() -> None:
    allowed = set(string.printable) - set('"\\') - set(string.whitespace) | {" "}
    app = make_app()
    for params in ({"scope": "x"}, {"grant_type": "x"}, {"grant_type": ""}, {"resource": "x"}):
        answer = await app.ask("many", **params)
        assert set(answer.json()["error_description"]) <= allowed
