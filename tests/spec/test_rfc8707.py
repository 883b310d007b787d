"""RFC 8707, resource indicators at the token endpoint."""

import pytest

from tests.support import jose
from tests.support.app import make_app

ORDERS = "https://api.example.com/orders"


async def test_section_2_the_token_is_for_the_resource() -> None:
    _, claims = jose.parts(await make_app().token("many", resource=ORDERS))
    assert claims["aud"] == ORDERS


@pytest.mark.parametrize(
    "resource", [f"{ORDERS}#fragment", "orders", "/orders", "https://unknown.example.com"]
)
async def test_section_2_what_is_no_known_absolute_uri_is_an_invalid_target(resource: str) -> None:
    answer = await make_app().ask("many", resource=resource)
    assert answer.error == (400, "invalid_target")


async def test_section_2_2_the_client_of_another_manager_gets_no_token_for_the_resource() -> None:
    answer = await make_app().ask("sdk-client-id", resource=ORDERS)
    assert answer.error == (400, "invalid_target")
