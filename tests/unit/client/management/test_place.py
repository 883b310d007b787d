"""Where an environment is managed, by what a client knows."""

import pytest

from ostiary_client import Client, ConfigurationError
from ostiary_client.management.place import managed_environment, segment

TENANT = "00000000-0000-4000-8000-000000000002"


@pytest.mark.parametrize(
    ("base_url", "api_url"),
    [
        (f"https://auth.pingone.com/{TENANT}", "https://api.pingone.com/v1"),
        (f"https://auth.pingone.com.au/{TENANT}/as", "https://api.pingone.com.au/v1"),
        (f"https://auth.pingone.eu/{TENANT}/as/", "https://api.pingone.eu/v1"),
        (
            f"https://auth.pingone.sg/{TENANT}/as/.well-known/openid-configuration",
            "https://api.pingone.sg/v1",
        ),
        (f"https://localhost:9031/{TENANT}", "https://localhost:9031/v1"),
        (f"https://auth.pingone.evil/{TENANT}", "https://auth.pingone.evil/v1"),
        (f"https://auth.pingone.com.evil.org/{TENANT}", "https://auth.pingone.com.evil.org/v1"),
    ],
)
def test_the_api_is_where_the_environment_is(base_url: str, api_url: str) -> None:
    place = managed_environment(base_url, None, None, insecure_http=False)
    assert place.api_url == api_url
    assert place.url("/users") == f"{api_url}/environments/{TENANT}/users"


def test_a_domain_of_ones_own_is_told_both() -> None:
    place = managed_environment(
        "https://login.example.com", "https://api.pingone.eu/v1/", TENANT, insecure_http=False
    )
    assert place.url("") == f"https://api.pingone.eu/v1/environments/{TENANT}"


@pytest.mark.parametrize("base_url", ["https://login.example.com", "https://pf.example.com/as"])
def test_an_environment_that_nobody_names_is_missed_before_anything_is_sent(base_url: str) -> None:
    with (
        Client(base_url, client_id="app", client_secret="secret") as client,
        pytest.raises(ConfigurationError, match="which environment"),
    ):
        client.management()


@pytest.mark.parametrize("api_url", ["http://api.example.com/v1", "ftp://x/v1", "https://x/v1?a=b"])
def test_an_api_without_tls_or_with_a_query_is_refused(api_url: str) -> None:
    with pytest.raises(ConfigurationError):
        managed_environment("https://x.example", api_url, TENANT, insecure_http=False)


@pytest.mark.parametrize(
    "id", ["", ".", "..", "a/b", "a?b", "a#b", "%2e%2e", "a b", "é", "a" * 257]
)
def test_what_is_no_id_is_no_part_of_a_path(id: str) -> None:
    with pytest.raises(ConfigurationError):
        segment(id)
