"""A page is sent so that nothing runs in it, frames it or keeps it."""

import pytest

from ostiary.http.html import html_response, page_policy

STRICT = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
PLAIN = page_policy()


def test_a_page_says_what_it_is() -> None:
    response = html_response("<p>é", 403, policy=PLAIN, headers=((b"a", b"b"),))
    assert (response.status, response.body) == (403, "<p>é".encode())
    assert response.headers[0] == (b"content-type", b"text/html; charset=utf-8")
    assert response.headers[-1] == (b"a", b"b")


def test_SEC_140_a_page_is_not_kept() -> None:
    headers = dict(html_response("", policy=PLAIN).headers)
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"pragma"] == b"no-cache"


def test_SEC_27_a_page_is_not_framed() -> None:
    headers = dict(html_response("", policy=PLAIN).headers)
    assert headers[b"x-frame-options"] == b"DENY"
    assert b"frame-ancestors 'none'" in PLAIN


def test_half_a_character_does_not_fail_a_page() -> None:
    assert html_response("a\ud800b", policy=PLAIN).body == b"a?b"


def test_SEC_137_a_page_lets_in_nothing_by_itself() -> None:
    assert PLAIN.decode() == STRICT


def test_SEC_137_a_style_and_a_script_are_let_in_by_their_text_alone() -> None:
    # openssl dgst -sha256 -binary | base64
    assert page_policy(style="p {}\n", script="go();\n").decode() == (
        "default-src 'none'; style-src 'sha256-yd0+FBDTWbSvEzemyJXogyH8NkRQDX+UAos6QeP2Fac='; "
        "script-src 'sha256-OvR3EEMs8I9XVI58LjWxLeFL5zeICbjIerCUz7f/mOs='; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize(
    ("image", "source"),
    [
        ("https://logos.example.com:8443", "https://logos.example.com:8443"),
        ("https://logos.example.com/a/b.png?size=2#x", "https://logos.example.com/a/b.png"),
        (
            "https://logos.example.com/a;b,c[1].png",
            "https://logos.example.com/a%3Bb%2Cc%5B1%5D.png",
        ),
    ],
)
def test_SEC_137_an_image_from_elsewhere_is_let_in_by_its_own_address(
    image: str, source: str
) -> None:
    assert f"; img-src {source}; " in page_policy(image=image).decode()


@pytest.mark.parametrize(
    "image",
    [
        "",
        "*",
        "https:",
        "https://a;script-src *",
        "https://a b",
        "data:",
        "https://a\n",
        "https://a/ b",
    ],
)
def test_SEC_137_no_image_widens_the_policy(image: str) -> None:
    with pytest.raises(ValueError, match="address"):
        page_policy(image=image)


def test_SEC_137_files_of_this_host_are_let_in_where_a_page_has_some() -> None:
    policy = page_policy(style="p {}\n", image="https://a/b", own=("style-src", "img-src")).decode()
    assert "; style-src 'self' 'sha256-yd0+FBDTWbSvEzemyJXogyH8NkRQDX+UAos6QeP2Fac='; " in policy
    assert "; img-src 'self' https://a/b; " in policy
    assert "'self'" not in page_policy(style="p {}\n", image="https://a/b").decode()


def test_frames_are_let_in_from_their_own_origins_each_named_once() -> None:
    origins = ("https://a_b.example.com", "https://b.example.com:8443", "https://a_b.example.com")
    policy = page_policy(frame_origins=origins).decode()
    assert "; frame-src https://a_b.example.com https://b.example.com:8443; " in policy


@pytest.mark.parametrize("origin", ["", "*", "https:", "https://a.example/x", "a.example", "x; y"])
def test_SEC_137_what_is_no_origin_of_frames_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        page_policy(frame_origins=("https://a.example", origin))
