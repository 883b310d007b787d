"""RFC 9068, the JWT profile for access tokens (token managers of style rfc9068)."""

from ostiary.core.crypto.jws import parse
from tests.support import jose
from tests.support.app import BASE_URL, make_app


async def test_section_2_1_the_header_says_at_jwt_and_an_asymmetric_algorithm() -> None:
    header, _ = jose.parts(await make_app().token("modern"))
    assert header["typ"] == "at+jwt"
    assert header["alg"] in {"RS256", "PS256", "ES256", "EdDSA"}


async def test_section_2_2_the_required_claims_are_there() -> None:
    _, claims = jose.parts(await make_app().token("modern"))
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"} <= claims.keys()
    assert claims["iss"] == BASE_URL
    # §2.2: without a resource owner the subject is the client.
    assert claims["sub"] == claims["client_id"] == "modern"


async def test_section_2_2_3_scope_is_text() -> None:
    _, claims = jose.parts(await make_app().token("modern", scope="write read"))
    assert claims["scope"] == "write read"


async def test_section_3_the_resource_asked_for_is_the_audience() -> None:
    resource = "https://api.example.com/orders"
    _, claims = jose.parts(await make_app().token("many", resource=resource))
    assert claims["aud"] == resource


async def test_section_4_the_signature_is_by_a_key_of_the_published_set() -> None:
    app = make_app()
    token = await app.token("modern")
    kids = [jwk["kid"] for jwk in (await app.pingfederate.get("/pf/JWKS")).json()["keys"]]
    assert parse(token).kid in kids
