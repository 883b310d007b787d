"""Where a browser may be sent for an adapter: what is configured, and nothing that looks so."""

import pytest

from ostiary.core.model.reference_adapter import ReferenceAdapter
from ostiary.core.model.reference_targets import is_target, is_target_of_any

ENDPOINT = "https://portal.example/app?in=1"
SHOP = "https://shop.example:8443/carts/*"
PORTAL = ReferenceAdapter(
    "portal", endpoint=ENDPOINT, targets=("https://portal.example/help", SHOP)
)


@pytest.mark.parametrize(
    "url",
    [
        ENDPOINT,
        "https://portal.example/help",
        "https://shop.example:8443/carts/",
        "https://shop.example:8443/carts/7/items?colour=red&size=4",
        "https://shop.example:8443/carts/caf%C3%A9;v=1/a.b/..c/...?share=100%25",
        "https://shop.example:8443/carts/7?sort=name,ref&reference=1&x=REF&ref_id=1&page-ref=2",
    ],
)
def test_what_is_configured_is_a_target(url: str) -> None:
    assert is_target(PORTAL, url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/help",
        "//portal.example/help",
        "https://portal.example/help/",
        "https://portal.example/help?x=1",
        "https://portal.example/Help",
        "https://PORTAL.example/help",
        "https://portal.example/app",
        "http://portal.example/help",
        "https://portal.example:443/help",
        "https://portal.example.evil.example/help",
        "https://shop.example:8443/carts",
        "https://shop.example/carts/7",
        "https://shop.example:8443/carts/../admin",
        "https://shop.example:8443/carts/./7",
        "https://shop.example:8443/carts/%2e%2e/admin",
        "https://shop.example:8443/carts/..%2fadmin",
        "https://shop.example:8443/carts/..\\admin",
        "https://shop.example:8443/carts/%5c..",
        SHOP,
        "https://shop.example:8443/carts/..;/admin",
        "https://shop.example:8443/carts/..;x=1/admin",
        "https://shop.example:8443/carts/.;x/7",
        "https://shop.example:8443/carts/..%3b/admin",
        "https://shop.example:8443/carts/..%3Bx",
        "https://shop.example:8443/carts/..%20/admin",
        "https://shop.example:8443/carts/%252e%252e/admin",
        "https://shop.example:8443/carts/%25",
        "https://shop.example:8443/carts/%c0%ae%c0%ae/admin",
        "https://shop.example:8443/carts/%e0%80%ae%e0%80%ae/admin",
        "https://shop.example:8443/carts/%ef%bc%8e%ef%bc%8e/admin",
        "https://shop.example:8443/carts/%e2%80%a5/admin",
        "https://shop.example:8443/carts/%ff",
        "https://shop.example:8443/carts/7#part",
        "https://shop.example:8443/carts/7\r\nSet-Cookie: a=b",
        "https://shop.example:8443/carts/7%0d%0aSet-Cookie:%20a=b",
        "https://shop.example:8443/carts/ä",
        "https://shop.example:8443/carts/" + "a" * 2048,
        "https://joe@shop.example:8443/carts/7",
        "https://shop.example:8443@evil.example/carts/7",
        "https://evil.example/?https://shop.example:8443/carts/",
        "javascript:alert(1)//https://shop.example:8443/carts/",
        "data:text/html,x",
    ],
)
def test_nothing_else_is_a_target(url: str) -> None:
    assert not is_target(PORTAL, url)


@pytest.mark.parametrize("pattern", ["https://shop.example*", "https://*", "*", "https://"])
def test_a_star_stands_for_no_part_of_a_host(pattern: str) -> None:
    adapter = ReferenceAdapter("portal", targets=(pattern,))
    assert not is_target(adapter, "https://shop.example.evil.example/")
    assert not is_target(adapter, "https://shop.example/carts")


RESERVED = frozenset({"ref", "resumepath"})


@pytest.mark.parametrize(
    "rest",
    [
        "?REF=1",
        "?a=1&ref=2",
        "?%52EF=1",
        "?%2552EF=1",
        "?a=1;REF=2",
        "?a=1,REF=2",
        "?REF",
        "?+REF=1",
        "?REF[]=1",
        "?REF%5B0%5D=1",
        "?REF.a=1",
        "?REF:a=1",
        "?%EF%BB%BFREF=1",
        "?%E2%80%8BREF=1",
        "?R%C2%ADEF=1",
        "?%C2%A0REF=1",
        "?REF%C2%A0=1",
        "?%EF%BC%B2%EF%BC%A5%EF%BC%A6=1",
        "?a=1%26REF=2",
        "?a=1%3bREF=2",
        "?amp;REF=2",
        "?resumePath=/x",
        ";REF=1",
        ";a=1;ref=2/items",
        "%3BREF=1",
        "%3b%52EF=1",
        ";resumePath=/x",
    ],
)
def test_a_target_has_no_parameter_that_we_add(rest: str) -> None:
    url = f"https://shop.example:8443/carts/7{rest}"
    assert not is_target(PORTAL, url, RESERVED)
    assert is_target(PORTAL, url) is ("%25" not in url.partition("?")[0])
    assert is_target(PORTAL, "https://shop.example:8443/carts/7?reference=1", RESERVED)


def test_an_adapter_without_targets_has_none() -> None:
    assert not is_target(ReferenceAdapter("bare"), "https://portal.example/help")
    assert not is_target(ReferenceAdapter("bare"), "")


def test_the_targets_of_several_adapters_are_theirs_together() -> None:
    other = ReferenceAdapter("other", endpoint="https://other.example/")
    assert is_target_of_any((other, PORTAL), "https://portal.example/help")
    assert is_target_of_any((other, PORTAL), "https://other.example/")
    assert not is_target_of_any((other,), "https://portal.example/help")
