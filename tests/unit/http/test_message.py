"""Requests show their headers unambiguously; responses say what they are."""

import pytest

from ostiary.http.errors import HTTPError
from ostiary.http.message import Request, empty_response, json_response, text_response


def make_request(*headers: tuple[bytes, bytes], body: bytes = b"", query: bytes = b"") -> Request:
    return Request("POST", "/x", headers=headers, body=body, query=query)


def test_a_header_that_stands_once_is_found() -> None:
    request = make_request((b"a", b"1"), (b"b", b"2"), (b"b", b"3"))
    assert request.find_header(b"a") == b"1"
    assert request.find_header(b"c") is None


def test_SEC_163_a_header_that_stands_twice_is_refused_whatever_it_says() -> None:
    request = make_request((b"authorization", b"Basic YTpi"), (b"authorization", b"Basic YTpi"))
    with pytest.raises(HTTPError, match="authorization") as refused:
        request.find_header(b"authorization")
    assert refused.value.status == 400


def test_every_line_of_a_list_header_is_found_in_order() -> None:
    request = make_request((b"a", b"1"), (b"b", b"2"), (b"a", b"3"))
    assert request.find_headers(b"a") == [b"1", b"3"]


@pytest.mark.parametrize("name", [b"ping_uname", b"ping-uname", b"ping.uname "])
def test_SEC_164_a_header_of_a_similar_name_is_another_header(name: bytes) -> None:
    assert make_request((name, b"joe")).find_header(b"ping.uname") is None


def test_a_header_that_is_not_sent_is_none_beside_one_that_is_sent_twice() -> None:
    request = make_request((b"a", b"1"), (b"a", b"2"), (b"b", b"3"))
    assert request.find_header(b"b") == b"3"
    assert request.find_header(b"c") is None


def test_neither_request_nor_response_shows_headers_or_body() -> None:
    request = make_request((b"authorization", b"canary"), body=b"canary", query=b"canary")
    response = json_response({"access_token": "canary"}, headers=((b"location", b"canary"),))
    assert repr(request) == "Request(POST /x)"
    assert repr(response) == "Response(200)"


@pytest.mark.parametrize(
    ("sent", "media_type"),
    [
        (b"application/json", "application/json"),
        (b"Application/JSON ; charset=UTF-8", "application/json"),
        (b"application/vnd.example.checkIt+json;a=b;c", "application/vnd.example.checkit+json"),
        (b"", ""),
        (b"; application/json", ""),
        (b"\xff", "\xff"),
    ],
)
def test_a_media_type_is_lower_case_and_without_parameters(sent: bytes, media_type: str) -> None:
    assert make_request((b"content-type", sent)).media_type == media_type


def test_a_request_without_a_content_type_has_no_media_type() -> None:
    assert make_request().media_type == ""


def test_SEC_163_a_media_type_that_stands_twice_is_refused() -> None:
    with pytest.raises(HTTPError, match="content-type"):
        _ = make_request((b"content-type", b"a/b"), (b"content-type", b"a/b")).media_type


def test_form_and_query_are_read_apart() -> None:
    request = make_request(body=b"a=1", query=b"a=2")
    assert request.form().get("a") == "1"
    assert request.query_params().get("a") == "2"


def test_json_is_read() -> None:
    assert make_request(body=b'{"a":[1]}').json() == {"a": [1]}


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"a":1,"a":2}', b"NaN", b'"\xff"', b"[" * 40 + b"]" * 40]
)
def test_SEC_233_json_that_is_not_strict_is_refused(body: bytes) -> None:
    with pytest.raises(HTTPError) as refused:
        make_request(body=body).json()
    assert (refused.value.status, refused.value.code) == (400, "invalid_request")


def test_SEC_242_responses_name_their_content_type() -> None:
    assert json_response({"a": "é"}).headers == ((b"content-type", b"application/json"),)
    assert json_response({"a": "é"}).body == '{"a":"é"}'.encode()
    assert text_response("OK").headers == ((b"content-type", b"text/plain; charset=utf-8"),)
    assert empty_response().headers == ()
