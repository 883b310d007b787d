"""The cookies of a sign-on flow: what is kept, what is dropped, what is never taken."""

import pytest

from ostiary_client.protocol.flow_cookies import FlowCookies
from tests.support.played_issuer import NOW


def jar(*lines: str, url: str = "https://login.example:9031") -> FlowCookies:
    cookies = FlowCookies(url)
    cookies.take(lines, NOW)
    return cookies


def sent(*lines: str, url: str = "https://login.example:9031") -> str:
    return jar(*lines, url=url).header().get("cookie", "")


def test_nothing_is_sent_before_anything_is_set() -> None:
    assert jar().header() == {}


def test_cookies_are_sent_without_their_attributes() -> None:
    lines = (
        "PF=abc; Path=/; Secure; HttpOnly; SameSite=None",
        "PF.PERSISTENT=def; Path=/; Expires=Wed, 01 Jan 2098 00:00:00 GMT; Max-Age=94608000",
    )
    assert sent(*lines) == "PF=abc; PF.PERSISTENT=def"


def test_the_latest_of_a_name_counts() -> None:
    cookies = jar("PF=a", "PF=b")
    cookies.take(("PF=c", "other=d"), NOW)

    assert cookies.header() == {"cookie": "PF=c; other=d"}


@pytest.mark.parametrize(
    "attribute",
    [
        "Max-Age=0",
        "max-age=-1",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "Max-Age=0; Expires=Wed, 01 Jan 2098 00:00:00 GMT",
    ],
)
def test_a_cookie_that_is_taken_back_is_dropped(attribute: str) -> None:
    assert sent("PF=a", "other=x", f"PF=; {attribute}") == "other=x"


@pytest.mark.parametrize(
    "attribute",
    ["Max-Age=60", "Max-Age=soon", "Expires=never", "Max-Age=9; Expires=Thu, 01 Jan 1970"],
)
def test_a_cookie_that_has_not_ended_is_kept(attribute: str) -> None:
    assert sent(f"PF=a; {attribute}") == "PF=a"


@pytest.mark.parametrize("domain", ["evil.example", "ogin.example", "x.login.example", "example"])
def test_SEC_272_a_cookie_for_another_host_is_not_taken(domain: str) -> None:
    assert sent(f"PF=a; Domain={domain}") == ""


@pytest.mark.parametrize("domain", ["login.example", ".login.example", "LOGIN.EXAMPLE"])
def test_a_cookie_for_this_host_is_taken(domain: str) -> None:
    assert sent(f"PF=a; Domain={domain}") == "PF=a"


def test_a_cookie_for_the_domain_above_is_taken() -> None:
    assert sent("PF=a; Domain=corp.example", url="https://login.corp.example") == "PF=a"


@pytest.mark.parametrize(
    "line",
    ["", "PF", "=a", "P F=a", "PF=a b", "PF=a\r\nX: y", "PF=\u00e9", "PF=a,b", "PF=" + "a" * 4096],
)
def test_what_is_no_cookie_is_passed_over(line: str) -> None:
    assert sent(line, "other=x") == "other=x"


def test_a_jar_has_room_for_twenty() -> None:
    cookies = jar(*(f"c{n}=1" for n in range(25)))

    assert len(cookies.header()["cookie"].split("; ")) == 20


def test_SEC_276_a_jar_shows_nothing_of_itself() -> None:
    cookies = jar("PF=canary")

    assert "canary" not in repr(cookies)
    assert cookies.secrets == ("canary",)
