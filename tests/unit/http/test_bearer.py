"""Bearer tokens: where they may stand in a request, and how a resource refuses."""

import json

import pytest

from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError, UnavailableError
from ostiary.core.oidc.userinfo import UserinfoAnswer
from ostiary.http.bearer import read_bearer, render_bearer_error, render_userinfo
from ostiary.http.errors import HTTPError, method_not_allowed
from ostiary.http.message import NO_STORE, Request, Response

FORM = (b"content-type", b"application/x-www-form-urlencoded; charset=UTF-8")


def _request(
    *headers: tuple[bytes, bytes], method: str = "POST", query: bytes = b"", body: bytes = b""
) -> Request:
    return Request(method, "/userinfo", query=query, headers=headers, body=body)


def _challenge(response: Response) -> str:
    return dict(response.headers)[b"www-authenticate"].decode()


@pytest.mark.parametrize("header", [b"Bearer abc", b"bearer abc", b"BEARER  abc ", b"Bearer abc "])
def test_SEC_82_a_token_is_read_from_the_header(header: bytes) -> None:
    assert read_bearer(_request((b"authorization", header), method="GET")) == "abc"


def test_a_token_is_read_from_a_form() -> None:
    assert read_bearer(_request(FORM, body=b"access_token=a%2Bc&x=1")) == "a+c"


@pytest.mark.parametrize("header", [b"Bearer", b"Bearer ", b"Bearer \xff"])
def test_what_cannot_be_a_token_is_a_bad_one_and_not_none_at_all(header: bytes) -> None:
    assert read_bearer(_request((b"authorization", header), method="GET")) == ""


@pytest.mark.parametrize(
    "request_",
    [
        _request(),
        _request(method="GET"),
        _request((b"authorization", b"Basic eDp5")),
        _request((b"authorization", b"Bearerabc")),
        _request(FORM, body=b"access_token="),
        _request((b"content-type", b"application/json"), body=b'{"access_token": "abc"}'),
    ],
    ids=["post", "get", "basic", "no space", "empty", "json"],
)
def test_who_sends_no_token_is_asked_for_one(request_: Request) -> None:
    with pytest.raises(HTTPError) as refused:
        read_bearer(request_)
    assert refused.value.status == 401
    assert _challenge(render_bearer_error(refused.value, request_)) == 'Bearer realm="OAuth"'


@pytest.mark.parametrize(
    "request_",
    [
        _request(query=b"access_token=abc"),
        _request((b"authorization", b"Bearer abc"), query=b"x=1&access_token=abc"),
        _request((b"authorization", b"Bearer abc"), FORM, body=b"access_token=abc"),
        _request((b"authorization", b"Bearer abc"), (b"authorization", b"Bearer abc")),
    ],
    ids=["query", "header and query", "header and form", "two headers"],
)
def test_SEC_81_a_token_stands_in_one_place_and_never_in_the_query(request_: Request) -> None:
    with pytest.raises(ProtocolError) as refused:
        read_bearer(request_)
    response = render_bearer_error(refused.value, request_)
    assert response.status == 400
    assert 'error="invalid_request"' in _challenge(response)


@pytest.mark.parametrize(
    ("code", "status"), [(OAuthCode.INVALID_TOKEN, 401), (OAuthCode.INSUFFICIENT_SCOPE, 403)]
)
def test_a_refusal_stands_in_the_challenge_and_in_the_body(code: OAuthCode, status: int) -> None:
    response = render_bearer_error(OAuthError(code, "Why not."), None)
    assert response.status == status
    assert json.loads(response.body) == {"error": code, "error_description": "Why not."}
    expected = f'Bearer realm="OAuth", error="{code}", error_description="Why not."'
    scope = ', scope="openid"' if status == 403 else ""
    assert _challenge(response) == expected + scope
    assert set(NO_STORE) <= set(response.headers)


def test_what_is_no_matter_of_the_token_has_no_challenge() -> None:
    for error, status, name in (
        (UnavailableError("Later.", retry_after_seconds=7), 503, b"retry-after"),
        (method_not_allowed(b"GET"), 405, b"allow"),
    ):
        response = render_bearer_error(error, None)
        assert response.status == status
        assert name in dict(response.headers)
        assert b"www-authenticate" not in dict(response.headers)


def test_userinfo_is_json_or_a_jwt_and_never_kept() -> None:
    plain = render_userinfo(UserinfoAnswer({"sub": "u"}))
    assert json.loads(plain.body) == {"sub": "u"}
    signed = render_userinfo(UserinfoAnswer({"sub": "u"}, "a.b.c"))
    assert (b"content-type", b"application/jwt") in signed.headers
    assert signed.body == b"a.b.c"
    for response in (plain, signed):
        assert set(NO_STORE) <= set(response.headers)
