"""Where passkeys work."""

import pytest

from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.signon.passkey_places import find_rp_id, is_page_of
from tests.support.environments import make_environment

ENV = make_environment(
    base_url="https://Auth.example.com:9031",
    endpoint_bases=("https://Auth.example.com:9031", "https://other.example.com:443"),
    applications=(
        AuthenticationApplication(
            "app",
            "https://login.example.com/signon",
            ("https://login.example.com", "https://dev.example.com:*"),
        ),
    ),
)


@pytest.mark.parametrize(
    ("base_url", "rp_id"),
    [
        ("https://Auth.Example.com:9031", "auth.example.com"),
        ("http://localhost:9031", "localhost"),
        ("https://192.0.2.1", None),
        ("https://[2001:db8::1]:9031", None),
    ],
)
def test_passkeys_are_bound_to_the_host_unless_that_is_an_address(
    base_url: str, rp_id: str | None
) -> None:
    assert find_rp_id(make_environment(base_url=base_url)) == rp_id


def test_a_configured_domain_takes_the_place_of_the_host() -> None:
    env = make_environment(base_url="https://auth.example.com", passkey_domain="example.com")

    assert find_rp_id(env) == "example.com"


@pytest.mark.parametrize(
    "origin",
    [
        "https://auth.example.com:9031",
        "https://other.example.com",
        "https://login.example.com",
        "https://dev.example.com:5173",
    ],
)
def test_pages_are_those_of_the_server_and_of_applications(origin: str) -> None:
    assert is_page_of(ENV, origin)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "https://auth.example.com",
        "http://auth.example.com:9031",
        "https://auth.example.com:9032",
        "https://evil.auth.example.com:9031",
        "https://auth.example.com:9031.evil.test",
        "https://example.com:9031",
        "https://dev.example.com",
        "https://dev.example.com:*",
        "https://evil.test:99999",
        "android:apk-key-hash:abc",
    ],
)
def test_no_other_page_is(origin: str) -> None:
    assert not is_page_of(ENV, origin)
