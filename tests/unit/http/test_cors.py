"""Only exactly configured origins may read answers."""

import pytest

from ostiary.http import cors
from ostiary.http.message import Request, Response, empty_response
from ostiary.http.oauth_json import render_error
from ostiary.http.route import CorsPolicy, Route

ORIGIN = "https://app.example.com"
PREFIX = b"access-control-"


async def answer(request: Request) -> Response:
    return empty_response()


def make_route(**settings: object) -> Route:
    return Route("/x", {"POST": answer}, render_error, **settings)  # type: ignore[arg-type]


NONE = make_route()
PUBLIC = make_route(cors=CorsPolicy.ANY_ORIGIN)
CONFIGURED = make_route(
    cors=CorsPolicy.CONFIGURED,
    origins=lambda request: frozenset({ORIGIN, "null"}),
    cors_credentials=True,
)


def ask(route: Route, method: str = "POST", **headers: str) -> Request:
    sent = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    request = Request(method, "/x", headers=sent)
    request.answer_headers = cors.answer_headers(route, request)
    return request


def test_a_configured_origin_is_echoed_with_credentials() -> None:
    assert ask(CONFIGURED, origin=ORIGIN).answer_headers == (
        (b"access-control-allow-origin", ORIGIN.encode()),
        (b"vary", b"Origin"),
        (b"access-control-allow-credentials", b"true"),
    )


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "*",
        "https://app.example.com.evil.example",
        "https://evil-app.example.com",
        "https://app.example.com/",
        "https://app.example.com:443",
        "http://app.example.com",
        "HTTPS://APP.EXAMPLE.COM",
        "https://app.example.com https://evil.example",
        "https://sub.app.example.com",
        "https://app.example.com\u00e9",
    ],
)
def test_SEC_143_no_other_origin_is_let_in(origin: str) -> None:
    assert ask(CONFIGURED, origin=origin).answer_headers == ((b"vary", b"Origin"),)


def test_SEC_143_a_cache_is_told_of_the_origin_even_when_none_was_sent() -> None:
    assert ask(CONFIGURED).answer_headers == ((b"vary", b"Origin"),)


def test_SEC_143_any_origin_means_no_credentials() -> None:
    headers = ask(PUBLIC, origin="https://evil.example").answer_headers
    assert headers == ((b"access-control-allow-origin", b"*"),)


def test_a_route_without_policy_says_nothing_of_origins() -> None:
    assert ask(NONE, origin=ORIGIN).answer_headers == ()


def preflight(route: Route, **headers: str) -> dict[bytes, bytes]:
    asked = {"access_control_request_method": "POST", **headers}
    response = cors.answer_options(route, ask(route, "OPTIONS", **asked))
    assert response.status == 204
    return dict(response.headers)


def test_a_preflight_learns_methods_and_headers() -> None:
    names = "content-type, X-XSRF-Header"
    headers = preflight(CONFIGURED, origin=ORIGIN, access_control_request_headers=names)
    assert headers == {
        b"allow": b"OPTIONS, POST",
        b"access-control-allow-methods": b"OPTIONS, POST",
        b"access-control-allow-headers": b"content-type, X-XSRF-Header",
        b"access-control-max-age": b"600",
    }


def test_requested_headers_that_are_no_names_are_left_out() -> None:
    names = 'a b, ok,, "x", *' + ",y" * 100
    headers = preflight(PUBLIC, access_control_request_headers=names)
    assert headers[b"access-control-allow-headers"].split(b", ")[:3] == [b"ok", b"*", b"y"]
    assert len(headers[b"access-control-allow-headers"].split(b", ")) <= 32


@pytest.mark.parametrize("route", [NONE, CONFIGURED])
def test_SEC_143_a_preflight_from_elsewhere_learns_nothing(route: Route) -> None:
    headers = preflight(route, origin="https://evil.example")
    assert not [name for name in headers if name.startswith(PREFIX)]
    assert headers[b"allow"] == b"OPTIONS, POST"
