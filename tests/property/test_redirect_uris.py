"""Redirect URIs: whatever is made of a registered one, it is another one."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.uris import is_registered, refuse_redirect_uri

REGISTERED = (
    "https://app.example.com/cb",
    "https://app.example.com/cb?tenant=1",
    "https://app.example.com",
    "http://localhost:3000/cb",
    "com.example.app:/oauth",
    "myinteract://ssosignedin",
)
GOOD = "https://app.example.com/cb"
_EVIL = "evil.com"
_SPLITS = (
    *("@", "\\@", "%40", "#@", "?@", "/@", ";@", ":@", ".", "\\.", "%00.", "%2f."),
    *("\u3002", "\uff0e", "\t.", "\n@", "&@", "%5c@", "//", "\\\\"),
)
_PREFIXES = (
    *("", " ", "\t", "\n", "\r\n", "\0", "\x1f", "\u00a0", "\ufeff", "\u200b", "%20", "//"),
    *("\\\\", "/", "url:"),
)
_SUFFIXES = (
    *("", " ", "\t", "\n", "\r", "\0", "\x0b", "\x7f", "\u00a0", "\u2028", "%00", "%0a"),
    *("%0d%0a", "%20", "#", "/", "//", "\\", "?", "&", ";", ":", ".", "@", "*"),
)
_FORMS = (
    "HTTPS://app.example.com/cb",
    "https://APP.example.com/cb",
    "https://app.example.com:443/cb",
    "https://app.example.com./cb",
    "https://app.example.com//cb",
    "https://app.example.com/./cb",
    "https://app.example.com/x/../cb",
    "https://app.example.com/%2e%2e/cb",
    "https://app.example.com/%63b",
    "https://app.example.com\\cb",
    "https:/app.example.com/cb",
    "https:app.example.com/cb",
    "https:\\\\app.example.com\\cb",
    "//app.example.com/cb",
    "https://app\u3002example\u3002com/cb",
    "https://app\uff0eexample\uff0ecom/cb",
    "https://\uff41\uff50\uff50.example.com/cb",
    "https://\u0430pp.example.com/cb",
    "https://xn--pp-7kc.example.com/cb",
    "https://app.xn--exmple-cua.com/cb",
    "https://app\u00ad.example.com/cb",
    "https://app\u200b.example.com/cb",
    "https://user@app.example.com/cb",
    "https://app.example.com@/cb",
    "javascript:https://app.example.com/cb",
    "data:text/html,https://app.example.com/cb",
    "blob:https://app.example.com/cb",
    "view-source:https://app.example.com/cb",
    "http://app.example.com/cb",
    "ftp://app.example.com/cb",
)


def _tricks() -> list[str]:
    """Return several hundred ways to write a URI that a careless reader takes for the good one."""
    hosts = [f"https://app.example.com{split}{_EVIL}/cb" for split in _SPLITS]
    users = [f"https://app.example.com{split}{_EVIL}:443/cb" for split in _SPLITS]
    framed = [f"{before}{GOOD}{after}" for before, after in product(_PREFIXES, _SUFFIXES)]
    inner = [f"https://app.example.com{after}/cb" for after in _SUFFIXES]
    added = [
        f"{GOOD}{mark}next=https://{_EVIL}/" for mark in ("?", "&", ";", "#", "/", "%3f", "\\")
    ]
    return [uri for uri in (*hosts, *users, *framed, *inner, *added, *_FORMS) if uri != GOOD]


def test_SEC_3_no_trick_is_taken_for_the_registered_uri() -> None:
    tricks = set(_tricks())
    assert len(tricks) >= 300
    assert [uri for uri in tricks if is_registered([GOOD], uri)] == []


@pytest.mark.parametrize("registered", REGISTERED)
@given(data=st.data())
def test_SEC_2_a_uri_with_one_character_edited_is_another_one(
    registered: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(registered)))
    character = data.draw(st.characters(exclude_categories=["Cs"]) | st.just(""))
    width = data.draw(st.integers(0, 1))
    edited = registered[:place] + character + registered[place + width :]
    assert is_registered([registered], edited) is (edited == registered)


@given(st.sampled_from(REGISTERED), st.text(min_size=1, max_size=20))
def test_SEC_2_a_uri_with_something_added_is_another_one(registered: str, more: str) -> None:
    assert not is_registered([registered], registered + more)
    assert not is_registered([registered], more + registered)


@given(st.sampled_from(REGISTERED))
def test_SEC_6_case_ports_and_slashes_matter(registered: str) -> None:
    others = {
        registered.upper(),
        registered.title(),
        registered.replace("://", "://www.", 1),
        registered.replace(".com", ".com:443", 1),
        f"{registered}/",
    } - {registered}
    assert [uri for uri in others if is_registered([registered], uri)] == []


@given(
    st.sampled_from(["127.0.0.1", "[::1]", "localhost", "127.1", "[::]", "10.0.0.1", "app.test"]),
    st.sampled_from(["127.0.0.1", "[::1]", "localhost", "127.1", "[::]", "10.0.0.1", "app.test"]),
    st.integers(0, 70_000),
    st.integers(0, 70_000),
)
def test_SEC_10_only_a_loopback_address_may_have_another_port(
    host: str, other_host: str, port: int, other_port: int
) -> None:
    registered = f"http://{host}:{port}/cb"
    presented = f"http://{other_host}:{other_port}/cb"
    ports = (port, other_port)
    may_differ = host in {"127.0.0.1", "[::1]"} and all(0 < each < 65_536 for each in ports)
    is_same = host == other_host and (port == other_port or may_differ)
    assert is_registered([registered], presented) is is_same


@given(st.text(max_size=40), st.sampled_from(REGISTERED))
def test_SEC_4_what_may_be_registered_is_ascii_without_control_characters(
    noise: str, registered: str
) -> None:
    for uri in (registered + noise, noise + registered, noise):
        if refuse_redirect_uri(uri) is None:
            assert uri.isascii()
            assert uri.isprintable()
            assert not set(uri) & set(' \\#*<>"{}|^`')


@given(
    st.sampled_from(REGISTERED),
    st.characters(max_codepoint=0x20) | st.sampled_from('\x7f\\"<>^`{|}%*#'),
    st.integers(0, 60),
)
def test_SEC_4_one_control_character_makes_a_uri_unfit(
    registered: str, character: str, place: int
) -> None:
    spoiled = registered[:place] + character + registered[place:]
    assert refuse_redirect_uri(spoiled) is not None
    assert not is_registered([registered], spoiled)


@pytest.mark.parametrize("dots", ["..", ".", "%2e%2e", "%2E.", "%2e"])
@pytest.mark.parametrize("registered", REGISTERED[:2])
def test_SEC_7_dot_segments_are_neither_registered_nor_resolved(registered: str, dots: str) -> None:
    spoiled = registered.replace("/cb", f"/x/{dots}/cb")
    assert refuse_redirect_uri(spoiled) is not None
    assert not is_registered([registered], spoiled)


@pytest.mark.parametrize("uri", [uri for uri in _FORMS if not uri.isascii()])
def test_SEC_5_letters_beyond_ascii_are_not_registered(uri: str) -> None:
    assert refuse_redirect_uri(uri) is not None
