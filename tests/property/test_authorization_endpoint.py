"""Whatever is asked of the authorization endpoint: no failure, and no way to anywhere else."""

import asyncio
from urllib.parse import urlencode

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.browsing import (
    AUTHORIZE,
    CALLBACK,
    CHALLENGE,
    WEB,
    Browsing,
    make_sign_on_app,
)

APP = make_sign_on_app()
"""One for all: nobody ever signs on here."""
VALUES = {
    "client_id": ["web", "asking", "im_client", "jar-less", "app_client", "rs_client", "nobody"],
    "redirect_uri": [CALLBACK, f"{CALLBACK}/", "https://evil.example", "myinteract://ssosignedin"],
    "response_type": ["code", "token", "id_token", "code id_token", "id_token code", "none", "x"],
    "response_mode": ["query", "fragment", "form_post", "pi.flow", "jwt"],
    "scope": ["openid", "openid profile", "offline_access", "nonsense", " ", "openid\t"],
    "state": ["s", "a&b=c#d", '"><script>', "%0d%0aSet-Cookie: x=1", "\r\nx: y", "ÄÖÜ\u2028"],
    "nonce": ["n", "\x7f"],
    "code_challenge": [CHALLENGE, "short"],
    "code_challenge_method": ["S256", "plain", "s256"],
    "prompt": ["none", "login", "consent", "none login", "create"],
    "max_age": ["0", "-1", "1e9", "9" * 30],
    "login_hint": ["joe", "x" * 300, "\u202e"],
    "id_token_hint": ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."],
    "acr_values": ["mfa", "default"],
    "claims": ["{}", "{", '{"id_token":{"acr":{"essential":true,"values":["x"]}}}', "[" * 50],
    "ui_locales": ["de", "x" * 100],
    "request": ["eyJ"],
    "request_uri": ["https://evil.example/r"],
    "access_token_manager_id": ["reference", "nonsense"],
    "aud": ["https://api.example.com/orders", "nonsense"],
    "resource": ["https://api.example.com/orders", "nonsense"],
    "pfidpadapterid": ["form", "nonsense"],
    "idp": ["https://evil.example"],
    "display": ["page"],
    "unknown": ["x"],
}
OWN = (CALLBACK, "myinteract://ssosignedin")
changes = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(values) | st.none() | st.text(max_size=12)
        for name, values in VALUES.items()
    },
)


@settings(max_examples=200)
@given(changes, st.booleans())
@example({"state": "\r\nx: y", "prompt": "none"}, False)
@example({"state": '"><script>', "prompt": "none", "response_mode": "form_post"}, True)
def test_SEC_14_any_request_ends_in_a_page_in_json_or_at_the_client(
    changed: dict[str, str | None], is_post: bool
) -> None:
    asked = {
        name: value.encode("utf-8", "replace")
        for name, value in {**WEB, **changed}.items()
        if value is not None
    }
    browsing = Browsing(APP)
    if is_post:
        form = [("content-type", "application/x-www-form-urlencoded")]
        work = browsing.request("POST", AUTHORIZE, form, urlencode(asked).encode())
    else:
        work = browsing.get(f"{AUTHORIZE}?{urlencode(asked)}")
    answer = asyncio.run(work)
    assert answer.status in {200, 302, 303, 400}
    location = answer.header("location")
    assert (location is not None) is (answer.status in {302, 303})
    assert location is None or location.partition("#")[0].partition("?")[0] in OWN
    assert b"evil.example" not in answer.body
