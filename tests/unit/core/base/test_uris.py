"""Redirect URIs: what may be registered, and what is taken for what is registered."""

import pytest

from ostiary.core.base.uris import (
    FOREIGN_SCHEMES,
    MAX_URI_CHARACTERS,
    is_exclusive,
    is_registered,
    is_web_uri,
    refuse_redirect_uri,
)


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com",
        "https://app.example.com/cb?tenant=1&next=%2Fhome",
        "https://app.example.com:8443/cb;v=1",
        "https://xn--bcher-kva.example/cb",
        "https://[2001:db8::1]:8443/cb",
        "http://127.0.0.1/callback",
        "http://[::1]:3000/callback",
        "http://localhost:3000/callback",
        "com.example.app:/oauth",
        "com.example.app://oauth/callback",
        "myinteract://ssosignedin",
    ],
)
def test_what_applications_use_may_be_registered(uri: str) -> None:
    assert refuse_redirect_uri(uri) is None


@pytest.mark.parametrize(
    "uri",
    ["https://app.example.com/cb#", "https://app.example.com/cb#x", "com.example.app:/cb#x"],
)
def test_SEC_8_a_fragment_is_refused(uri: str) -> None:
    assert refuse_redirect_uri(uri) == "must have no fragment"


@pytest.mark.parametrize("scheme", sorted(FOREIGN_SCHEMES))
def test_SEC_9_schemes_that_run_or_show_something_are_refused(scheme: str) -> None:
    for uri in (f"{scheme}:alert(1)", f"{scheme}://host/path", f"{scheme}:/x"):
        assert refuse_redirect_uri(uri) == f"must not have the scheme {scheme}"


@pytest.mark.parametrize("scheme", ["javascript", "data", "vbscript", "file", "blob"])
def test_SEC_9_the_dangerous_ones_are_among_them_in_any_case(scheme: str) -> None:
    assert scheme in FOREIGN_SCHEMES
    assert refuse_redirect_uri(f"{scheme.title()}:alert(1)") is not None


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example.com/cb",
        "http://127.0.0.1.evil.com/cb",
        "http://localhost.evil.com/cb",
        "http://[::2]/cb",
        "http://127.0.0.2/cb",
    ],
)
def test_SEC_10_http_is_for_this_machine_alone(uri: str) -> None:
    assert refuse_redirect_uri(uri) == "must be https; http is for 127.0.0.1, [::1] and localhost"


@pytest.mark.parametrize(
    "uri", ["https://*.example.com/cb", "https://app.example.com/*", "https://app.example.com:*/"]
)
def test_SEC_13_wildcards_are_refused(uri: str) -> None:
    assert refuse_redirect_uri(uri) is not None


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "app.example.com/cb",
        "https:",
        "https://",
        "https:///cb",
        "https:app.example.com",
        "https://user@app.example.com/",
        "https://user:word@app.example.com/",
        "https://app.example.com:0/",
        "https://app.example.com:99999/",
        "https://app.example.com:08/",
        "https://-/",
        "HTTPS://app.example.com/",
        "https://app.example.com/a/../b",
        "https://app.example.com/%2e%2E/b",
        "https://app.example.com/./b",
        "https://app.example.com/a%2Fb",
        "https://app.example.com/a%5Cb",
        "https://app.example.com/%",
        "https://app.example.com/%0d%0aSet-Cookie:x",
        "https://app.example.com/?x=%00",
        "https://app.example.com/\n",
        "https://app.example.com/ ",
        "https://app.example.com\\@evil.com/",
        "https://app.example.com/ü",
        "https://\uff41pp.example.com/",
        "com.example.app:",
        "com.example.app://",
        "com.example.app://user@host/cb",
        "https://app.example.com/" + "a" * MAX_URI_CHARACTERS,
    ],
)
def test_SEC_4_what_programs_read_in_two_ways_is_refused(uri: str) -> None:
    assert refuse_redirect_uri(uri) is not None


def test_a_registered_uri_is_known_to_the_byte() -> None:
    registered = ("https://app.example.com/cb?tenant=1", "myinteract://ssosignedin")
    assert all(is_registered(registered, uri) for uri in registered)
    assert not is_registered(registered, "https://app.example.com/cb")
    assert not is_registered((), "")


@pytest.mark.parametrize("registered", ["http://127.0.0.1/cb?a=b", "http://127.0.0.1:4711/cb?a=b"])
@pytest.mark.parametrize("port", ["", ":1", ":80", ":4711", ":65535"])
def test_SEC_10_at_the_loopback_address_any_port_will_do(registered: str, port: str) -> None:
    assert is_registered([registered], f"http://127.0.0.1{port}/cb?a=b")


@pytest.mark.parametrize(
    "presented",
    [
        "http://127.0.0.1:80@evil.com/cb",
        "http://127.0.0.1:80.evil.com/cb",
        "http://127.0.0.1.evil.com/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:080/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:+80/cb",
        "http://127.0.0.1:\uff18\uff10/cb",
        "http://127.0.0.1:80:90/cb",
        "http://127.0.0.1:80\\cb",
        "http://127.0.0.1:80/cb/",
        "http://127.1:80/cb",
        "http://[::1]:80/cb",
        "http://localhost:80/cb",
        "https://127.0.0.1:80/cb",
        "HTTP://127.0.0.1:80/cb",
    ],
)
def test_SEC_10_nothing_but_a_port_may_differ(presented: str) -> None:
    assert not is_registered(["http://127.0.0.1/cb"], presented)


@pytest.mark.parametrize("host", ["localhost", "app.example.com", "127.0.0.2"])
def test_SEC_10_the_port_of_any_other_host_is_fixed(host: str) -> None:
    assert not is_registered([f"http://{host}:3000/cb"], f"http://{host}:3001/cb")


def test_only_https_is_exclusively_its_owners() -> None:
    assert is_exclusive("https://app.example.com/cb")
    assert not is_exclusive("http://127.0.0.1/cb")
    assert not is_exclusive("com.example.app:/cb")


def test_a_browser_goes_to_web_uris_itself() -> None:
    assert is_web_uri("http://127.0.0.1/cb")
    assert is_web_uri("https://app.example.com/cb")
    assert not is_web_uri("com.example.app:/cb")
