"""RFC 7523 and RFC 7521, client authentication by assertion."""

from typing import Any

import pytest

from tests.support.app import BASE_URL, TOKEN, make_app

REFUSED = (401, "invalid_client")


async def test_section_2_2_an_assertion_authenticates_the_client() -> None:
    app = make_app()
    assert (await app.ask_with_assertion(app.assertion("es256"))).status == 200


async def test_rfc7521_section_4_2_client_id_is_unnecessary_but_must_agree() -> None:
    app = make_app()
    good = await app.ask_with_assertion(app.assertion("es256"), client_id="es256")
    assert good.status == 200
    bad = await app.ask_with_assertion(app.assertion("es256", jti="2"), client_id="rs256")
    assert bad.error == REFUSED


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp"])
async def test_section_3_the_required_claims(claim: str) -> None:
    """Items 1 to 4: `iss`, `sub`, `aud` and `exp` must be there."""
    app = make_app()
    answer = await app.ask_with_assertion(app.assertion("es256", **{claim: None}))
    assert answer.error == REFUSED


@pytest.mark.parametrize(
    ("overrides", "is_good"),
    [
        pytest.param({"aud": BASE_URL + TOKEN}, True, id="3 the token endpoint"),
        pytest.param({"aud": "https://elsewhere.example.com"}, False, id="3 another server"),
        pytest.param({"exp": 1}, False, id="4 over"),
        pytest.param({"exp": 1_750_010_000}, False, id="4 unreasonably far ahead"),
        pytest.param({"nbf": 1_750_000_100}, False, id="5 not yet"),
        pytest.param({"iat": 1_740_000_000}, False, id="6 unreasonably old"),
        pytest.param({"x": {"y": 1}}, True, id="8 other claims"),
    ],
)
async def test_section_3_the_rules_of_processing(overrides: dict[str, Any], is_good: bool) -> None:
    app = make_app()
    answer = await app.ask_with_assertion(app.assertion("es256", **overrides))
    assert (answer.status == 200) is is_good


async def test_section_3_item_7_a_jti_is_used_once() -> None:
    app = make_app()
    assert (await app.ask_with_assertion(app.assertion("es256"))).status == 200
    assert (await app.ask_with_assertion(app.assertion("es256"))).error == REFUSED


async def test_section_3_2_a_refused_assertion_is_invalid_client() -> None:
    assert (await make_app().ask_with_assertion("x")).error == REFUSED
