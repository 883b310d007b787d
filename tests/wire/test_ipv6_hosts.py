"""Requests to an IPv6 address: configured with brackets, found by whatever the Host header says."""

import pytest

from tests.support.administration import Installation
from tests.support.app import App, make_app

METADATA = "/.well-known/openid-configuration"
TWO_ADDRESSES = """
server.hosts = ["[::1]"]
server.default_environment = "main"
[environments.main]
algorithms = ["ES256"]
token_managers.default = { algorithm = "ES256" }
[environments.other]
base_url = "https://[2001:db8::7]:9031"
hosts = ["[2001:db8::8]"]
algorithms = ["ES256"]
token_managers.default = { algorithm = "ES256" }
"""


async def _serve() -> App:
    installation, app = Installation(), make_app()
    await installation.apply(TWO_ADDRESSES)
    app.snapshots.current = await installation.snapshot()
    return app


@pytest.mark.parametrize("host", ["[::1]:9031", "[::1]"])
async def test_a_request_to_an_ipv6_address_of_the_server_is_answered(host: str) -> None:
    app = await _serve()
    answer = await app.pingfederate.get(METADATA, [("host", host)])
    assert answer.status == 200
    assert answer.json()["issuer"] == "https://localhost:9031"


@pytest.mark.parametrize("host", ["[2001:db8::7]:9031", "[2001:DB8::8]"])
async def test_an_ipv6_address_means_the_environment_that_claims_it(host: str) -> None:
    app = await _serve()
    answer = await app.pingfederate.get(METADATA, [("host", host)])
    assert answer.status == 200
    assert answer.json()["issuer"] == "https://[2001:db8::7]:9031"


@pytest.mark.parametrize(
    ("host", "status"), [("[2001:db8::9]:9031", 421), ("::1", 400), ("[::1", 400)]
)
async def test_no_other_address_is_answered_and_none_without_brackets(
    host: str, status: int
) -> None:
    app = await _serve()
    assert (await app.pingfederate.get(METADATA, [("host", host)])).status == status
