"""RFC 8414 and OpenID Connect Discovery, server metadata."""

import pytest

from tests.support.app import BASE_URL, make_app

PATHS = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]


@pytest.mark.parametrize("path", PATHS, ids=["oidc", "rfc8414"])
async def test_section_3_2_the_required_members_are_there(path: str) -> None:
    members = (await make_app().pingfederate.get(path)).json()
    assert members["issuer"] == BASE_URL
    assert {"issuer", "response_types_supported", "token_endpoint", "jwks_uri"} <= members.keys()


async def test_section_2_no_member_is_an_empty_list_save_response_types() -> None:
    """§2: a member without values is left out; response types are required all the same."""
    app = make_app()
    federate = (await app.pingfederate.get(PATHS[0])).json()
    one = (await app.pingone.get(f"/{app.environment('customers').id}/as{PATHS[0]}")).json()
    assert [name for name, value in federate.items() if value == []] == []
    assert [name for name, value in one.items() if value == []] in (
        [],
        ["response_types_supported"],
    )


async def test_section_2_signing_algorithms_are_named_where_assertions_are_taken() -> None:
    members = (await make_app().pingfederate.get(PATHS[0])).json()
    for endpoint in ("token", "introspection", "revocation"):
        methods = members[f"{endpoint}_endpoint_auth_methods_supported"]
        algorithms = members[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert {"private_key_jwt", "client_secret_jwt"} <= set(methods)
        assert "none" not in algorithms
        assert len(set(algorithms)) == len(algorithms)


async def test_section_3_3_the_issuer_is_the_prefix_of_its_documents_url() -> None:
    app = make_app()
    for key in ("customers", "partners"):
        env = app.environment(key)
        target = f"{env.issuer}/.well-known/openid-configuration".removeprefix(env.base_url)
        assert (await app.pingone.get(target)).json()["issuer"] == env.issuer
