"""The application answers every request once, in the shape of its route."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

import pytest

from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError, UnavailableError
from ostiary.http.application import Application
from ostiary.http.asgi import REFUSAL, Message, Scope
from ostiary.http.errors import too_late
from ostiary.http.html import html_response, page_policy
from ostiary.http.message import NO_STORE, Request, Response, json_response, text_response
from ostiary.http.oauth_json import render_error
from ostiary.http.proxies import TrustedProxies
from ostiary.http.route import BodyKind, CorsPolicy, Handler, Route, RouteTable
from ostiary.http.security_headers import security_headers

FORM = (b"content-type", b"application/x-www-form-urlencoded")
HOST = (b"host", b"id.example.com")
ORIGIN = b"https://app.example.com"


def render_text(error: ProtocolError, request: Request | None) -> Response:
    """Render as an endpoint does that is not OAuth's."""
    return text_response(f"{error.code}: {error.description}", 418, NO_STORE)


def render_badly(error: ProtocolError, request: Request | None) -> Response:
    raise RuntimeError("SELECT secret FROM vault")


@dataclass
class Answer:
    status: int
    headers: dict[bytes, bytes]
    body: bytes


@dataclass
class Edge:
    """An application with one route, and what it told the operator."""

    route: Route
    settings: Mapping[str, Any] = field(default_factory=dict)
    reported: list[tuple[str, BaseException]] = field(default_factory=list)
    observed: list[tuple[str, int]] = field(default_factory=list)

    async def ask(
        self,
        method: str = "POST",
        path: str = "/x",
        *headers: tuple[bytes, bytes],
        body: Sequence[bytes] = (),
        **scope: Any,
    ) -> Answer:
        settings: dict[str, Any] = {
            "allowed_hosts": lambda: frozenset({"id.example.com"}),
            "report": lambda error_id, error: self.reported.append((error_id, error)),
            "observe": lambda route, status, seconds: self.observed.append((route, status)),
        }
        application = Application(RouteTable([self.route]), **{**settings, **self.settings})
        exchange = Exchange(list(body))
        if not any(name == b"host" for name, _ in headers):
            headers = (HOST, *headers)
        asked: Scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": list(headers),
            "client": ("192.0.2.1", 4711),
            **scope,
        }
        await application(asked, exchange.receive, exchange.send)
        return exchange.answer()


@dataclass
class Exchange:
    chunks: list[bytes]
    sent: list[Message] = field(default_factory=list)

    async def receive(self) -> Message:
        if not self.chunks:
            return {"type": "http.disconnect"}
        chunk = self.chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(self.chunks)}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    def answer(self) -> Answer:
        start, *rest = self.sent
        assert [message.get("more_body", False) for message in rest] == [True] * (len(rest) - 1) + [
            False
        ]
        headers = start["headers"]
        assert len(dict(headers)) == len(headers)
        body = b"".join(message["body"] for message in rest)
        return Answer(start["status"], dict(headers), body)


async def echo(request: Request) -> Response:
    return json_response(
        {
            "body": request.body.decode("latin-1"),
            "host": request.host,
            "address": request.address,
            "secure": request.is_secure,
            "values": dict(request.path_values),
        },
        headers=NO_STORE,
    )


def raising(error: Exception) -> Handler:
    async def handler(request: Request) -> Response:
        raise error

    return handler


def make_edge(handler: Handler = echo, *, path: str = "/x", **settings: Any) -> Edge:
    options = {"errors": render_error, "body": BodyKind.FORM, **settings}
    return Edge(Route(path, {"POST": handler, "GET": handler}, **options))


def sized(*chunks: bytes) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % sum(map(len, chunks))


def error_of(answer: Answer) -> tuple[int, str]:
    members = json.loads(answer.body)
    assert set(members) == {"error", "error_description"}
    assert answer.headers[b"cache-control"] == b"no-store"
    return answer.status, members["error"]


async def test_a_request_reaches_its_handler_whole() -> None:
    edge = make_edge(path="/{environmentId}/x")
    chunks = [b"a=1", b"&b", b"=2"]
    answer = await edge.ask("POST", "/e1/x", FORM, sized(*chunks), body=chunks)
    assert json.loads(answer.body) == {
        "body": "a=1&b=2",
        "host": "id.example.com",
        "address": "192.0.2.1",
        "secure": False,
        "values": {"environmentId": "e1"},
    }
    assert answer.headers[b"content-length"] == b"%d" % len(answer.body)
    assert b"connection" not in answer.headers
    assert edge.observed == [("/{environmentId}/x", 200)]


async def test_a_chunked_body_is_read_too() -> None:
    answer = await make_edge().ask(
        "POST", "/x", FORM, (b"transfer-encoding", b"chunked"), body=[b"a=", b"1", b""]
    )
    assert json.loads(answer.body)["body"] == "a=1"


async def test_head_answers_like_get_without_a_body() -> None:
    got, headed = [await make_edge().ask(method) for method in ("GET", "HEAD")]
    assert headed == Answer(got.status, got.headers, b"")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "PATCH", "DELETE", "BREW", "get"])
async def test_SEC_238_an_unserved_method_is_refused_and_told_the_others(method: str) -> None:
    answer = await make_edge().ask(method)
    assert error_of(answer) == (405, "invalid_request")
    assert answer.headers[b"allow"] == b"GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(
    "header", [b"x-http-method-override", b"x-method-override", b"x-http-method"]
)
async def test_SEC_238_no_header_changes_the_method(header: bytes) -> None:
    edge = Edge(Route("/x", {"POST": echo}, render_error))
    assert error_of(await edge.ask("GET", "/x", (header, b"POST"))) == (405, "invalid_request")


async def test_SEC_238_options_says_what_is_served_and_runs_nothing() -> None:
    answer = await make_edge(raising(AssertionError("was run"))).ask("OPTIONS")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers[b"allow"] == b"GET, HEAD, OPTIONS, POST"
    assert b"content-length" not in answer.headers


async def test_an_unknown_path_is_refused_in_json_and_not_counted_by_name() -> None:
    edge = make_edge()
    assert error_of(await edge.ask("GET", "/wp-admin")) == (404, "invalid_request")
    assert edge.observed == [("other", 404)]


@pytest.mark.parametrize(
    ("kind", "headers", "status"),
    [
        (BodyKind.FORM, [(b"content-type", b"application/json")], 400),
        (BodyKind.FORM, [(b"content-type", b"text/plain")], 400),
        (BodyKind.FORM, [(b"content-type", b"")], 400),
        (BodyKind.FORM, [], 400),
        (BodyKind.JSON, [], 400),
        (BodyKind.JSON, [FORM], 400),
    ],
)
async def test_SEC_41_a_body_of_another_kind_is_refused(
    kind: BodyKind, headers: list[tuple[bytes, bytes]], status: int
) -> None:
    edge = make_edge(raising(AssertionError("was run")), body=kind)
    answer = await edge.ask("POST", "/x", *headers, sized(b"{}"), body=[b"{}"])
    assert error_of(answer) == (status, "invalid_request")


@pytest.mark.parametrize("kind", [BodyKind.FORM, BodyKind.JSON])
async def test_SEC_234_multipart_is_refused(kind: BodyKind) -> None:
    multipart = (b"content-type", b"Multipart/Form-Data; boundary=x")
    answer = await make_edge(body=kind).ask("POST", "/x", multipart, sized(b"{}"), body=[b"{}"])
    assert error_of(answer) == (415, "invalid_request")


@pytest.mark.parametrize("coding", [b"gzip", b"GZIP", b"br", b"identity, gzip", b"x"])
@pytest.mark.parametrize("kind", list(BodyKind))
async def test_SEC_235_a_content_coding_is_refused(kind: BodyKind, coding: bytes) -> None:
    edge = make_edge(raising(AssertionError("was run")), body=kind)
    coded = (b"content-encoding", coding)
    answer = await edge.ask("POST", "/x", FORM, coded, sized(b"a"), body=[b"a"])
    assert error_of(answer) == (415, "invalid_request")


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/x-www-form-urlencoded",
        b"application/x-www-form-urlencoded;charset=UTF-8",
        b"Application/X-WWW-Form-URLEncoded ; charset=utf-8",
    ],
)
async def test_a_form_may_name_its_charset(content_type: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-encoding", b"identity")]
    answer = await make_edge().ask("POST", "/x", *headers, sized(b"a=1"), body=[b"a=1"])
    assert answer.status == 200


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/json",
        b"application/json;charset=UTF-8",
        b"application/vnd.pingidentity.checkUsernamePassword+json",
        b"Application/Vnd.PingIdentity.usernamePassword.check+JSON; charset=utf-8",
        b"application/vnd.pingidentity.password.forceChange",
    ],
)
@pytest.mark.parametrize("body", [b"", b"{}"])
async def test_an_action_is_named_by_its_media_type_with_or_without_a_body(
    content_type: bytes, body: bytes
) -> None:
    edge = make_edge(body=BodyKind.ACTION)
    answer = await edge.ask(
        "POST", "/x", (b"content-type", content_type), sized(body), body=[body] if body else []
    )
    assert (answer.status, json.loads(answer.body)["body"]) == (200, body.decode())


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        b"",
        b"text/plain",
        b"text/plain;application/json",
        b"text/plain, application/json",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=x",
        b"text/json",
        b"application/jsonp",
        b"application/ld+json",
    ],
)
@pytest.mark.parametrize("body", [b"", b"{}"])
async def test_SEC_142_what_a_form_elsewhere_could_send_names_no_action(
    content_type: bytes | None, body: bytes
) -> None:
    edge = make_edge(raising(AssertionError("was run")), body=BodyKind.ACTION)
    named = [] if content_type is None else [(b"content-type", content_type)]
    answer = await edge.ask("POST", "/x", *named, sized(body), body=[body] if body else [])
    assert error_of(answer) == (415, "invalid_request")


async def test_reading_where_actions_are_posted_needs_no_media_type() -> None:
    assert (await make_edge(body=BodyKind.ACTION).ask("GET")).status == 200


async def test_SEC_240_a_page_brings_its_own_policy_and_no_second_one() -> None:
    async def handler(request: Request) -> Response:
        return html_response("<p>", policy=page_policy(style="p {}"))

    answer = await make_edge(handler).ask("GET")
    assert b"style-src" in answer.headers[b"content-security-policy"]
    others = dict(security_headers(is_dev=False))
    del others[b"content-security-policy"]
    assert others.items() <= answer.headers.items()


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"0")], [FORM]])
async def test_a_form_may_be_empty(headers: list[tuple[bytes, bytes]]) -> None:
    assert (await make_edge().ask("POST", "/x", *headers)).status == 200


async def test_a_get_may_carry_a_content_type_but_no_body() -> None:
    edge = make_edge()
    json_type = (b"content-type", b"application/json")
    assert (await edge.ask("GET", "/x", json_type)).status == 200
    assert error_of(await edge.ask("GET", "/x", sized(b"a"), body=[b"a"]))[0] == 413


async def test_SEC_233_a_body_over_the_cap_is_refused_unread() -> None:
    edge = make_edge(raising(AssertionError("was run")), max_body_bytes=10)
    answer = await edge.ask("POST", "/x", FORM, (b"content-length", b"11"), body=[b"never", b""])
    assert error_of(answer) == (413, "invalid_request")
    assert answer.headers[b"connection"] == b"close"


async def test_SEC_233_a_body_that_grows_over_the_cap_is_refused_there() -> None:
    edge = make_edge(raising(AssertionError("was run")), max_body_bytes=10)
    exchange = [b"a" * 10, b"a", *[b"never read whole"] * 30_000]
    answer = await edge.ask("POST", "/x", FORM, (b"transfer-encoding", b"chunked"), body=exchange)
    assert error_of(answer) == (413, "invalid_request")
    assert answer.headers[b"connection"] == b"close"


async def test_a_body_of_exactly_the_cap_is_taken() -> None:
    edge = make_edge(max_body_bytes=3)
    assert (await edge.ask("POST", "/x", FORM, sized(b"a=1"), body=[b"a=1"])).status == 200


async def test_a_client_that_hangs_up_within_its_body_runs_nothing() -> None:
    edge = make_edge(raising(AssertionError("was run")))
    assert error_of(await edge.ask("POST", "/x", FORM, (b"content-length", b"5"))) == (
        400,
        "invalid_request",
    )
    assert edge.reported == []


async def test_what_the_protocol_found_wrong_with_a_body_is_answered_by_the_route() -> None:
    edge = make_edge(raising(AssertionError("was run")), errors=render_text)
    answer = await edge.ask(
        "POST",
        "/x",
        FORM,
        (b"content-length", b"5"),
        body=[b"a=", b"1"],
        **{REFUSAL: too_late()},
    )
    assert answer.body == b"invalid_request: The request did not arrive in time."


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ([(b"host", b"evil.example")], 421),
        ([HOST, HOST], 400),
        ([(b"content-length", b"1"), (b"transfer-encoding", b"chunked")], 400),
    ],
)
async def test_a_refusal_of_the_guard_has_the_shape_of_the_route(
    headers: list[tuple[bytes, bytes]], error: int
) -> None:
    assert error_of(await make_edge().ask("POST", "/x", *headers))[0] == error
    answer = await make_edge(errors=render_text).ask("POST", "/x", *headers)
    assert answer.body.startswith(b"invalid_request: ")


async def test_a_raised_refusal_is_rendered_by_the_route() -> None:
    refusal = OAuthError(OAuthCode.INVALID_SCOPE, "No such scope.", secret="hidden")
    edge = make_edge(raising(refusal), errors=render_text)
    answer = await edge.ask("GET")
    assert (answer.status, answer.body) == (418, b"invalid_scope: No such scope.")
    assert edge.reported == []


FAILURES = [
    RuntimeError("SELECT secret FROM vault"),
    KeyError("secret"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "secret"),
    RecursionError(),
    TimeoutError("secret"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
async def test_SEC_241_a_failure_shows_an_id_and_is_reported_under_it(failure: Exception) -> None:
    edge = make_edge(raising(failure))
    answer = await edge.ask("GET")
    assert error_of(answer) == (500, "server_error")
    assert b"secret" not in answer.body
    [(error_id, error)] = edge.reported
    assert error is failure
    assert error_id.encode() in answer.body


async def test_SEC_241_a_broken_renderer_shows_nothing_either() -> None:
    edge = make_edge(raising(OAuthError(OAuthCode.INVALID_SCOPE, "No.")), errors=render_badly)
    answer = await edge.ask("GET")
    assert error_of(answer) == (500, "server_error")
    assert b"SELECT" not in answer.body
    assert len(edge.reported) == 1


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: x=1", b"a\nb", b"a\rb", b"a\0b", b"a\x7f"])
async def test_SEC_239_a_header_value_with_a_control_character_is_not_sent(value: bytes) -> None:
    async def handler(request: Request) -> Response:
        return text_response("", 303, ((b"location", value),))

    edge = make_edge(handler)
    answer = await edge.ask("GET")
    assert error_of(answer) == (500, "server_error")
    assert b"location" not in answer.headers
    assert len(edge.reported) == 1


async def test_SEC_239_a_refusal_cannot_end_a_header_early_either() -> None:
    def render(error: ProtocolError, request: Request | None) -> Response:
        return text_response("", 303, ((b"location", b"a\r\nset-cookie: x=1"),))

    edge = make_edge(raising(OAuthError(OAuthCode.INVALID_SCOPE, "No.")), errors=render)
    assert error_of(await edge.ask("GET")) == (500, "server_error")


def failing_origins(request: Request) -> frozenset[str]:
    raise UnavailableError("No configuration yet.", retry_after_seconds=1)


Ask = Callable[[Edge], Any]


@pytest.mark.parametrize("is_dev", [False, True])
@pytest.mark.parametrize(
    "ask",
    [
        lambda edge: edge.ask("GET"),
        lambda edge: edge.ask("OPTIONS"),
        lambda edge: edge.ask("PUT"),
        lambda edge: edge.ask("GET", "/nowhere"),
        lambda edge: edge.ask("GET", "/x", (b"host", b"evil.example")),
        lambda edge: edge.ask("POST", "/x", FORM, (b"content-length", b"999999")),
    ],
    ids=["served", "options", "405", "404", "421", "413"],
)
async def test_SEC_240_every_answer_carries_the_security_headers(ask: Ask, is_dev: bool) -> None:
    edge = make_edge()
    edge.settings = {"is_dev": is_dev}
    answer = await ask(edge)
    assert set(security_headers(is_dev=is_dev)) <= set(answer.headers.items())
    assert (b"strict-transport-security" in answer.headers) is not is_dev


async def test_SEC_240_a_failure_carries_the_security_headers() -> None:
    answer = await make_edge(raising(RuntimeError())).ask("GET")
    assert set(security_headers(is_dev=False)) <= set(answer.headers.items())


def test_SEC_240_browsers_are_told_to_trust_nothing() -> None:
    headers = dict(security_headers(is_dev=False))
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert b"default-src 'none'" in headers[b"content-security-policy"]
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]
    assert int(headers[b"strict-transport-security"].removeprefix(b"max-age=")) >= 31_536_000


@pytest.mark.parametrize("path", ["/x", "/x?"])
async def test_SEC_143_a_refusal_can_be_read_by_a_configured_origin(path: str) -> None:
    edge = make_edge(
        raising(OAuthError(OAuthCode.INVALID_SCOPE, "No.")),
        cors=CorsPolicy.CONFIGURED,
        origins=lambda request: frozenset({ORIGIN.decode()}),
    )
    answer = await edge.ask("POST", "/x", (b"origin", ORIGIN))
    assert answer.status == 400
    assert answer.headers[b"access-control-allow-origin"] == ORIGIN
    assert answer.headers[b"vary"] == b"Origin"


async def test_origins_that_cannot_be_known_are_refused_like_the_request() -> None:
    edge = make_edge(cors=CorsPolicy.CONFIGURED, origins=failing_origins)
    answer = await edge.ask("POST", "/x", (b"origin", ORIGIN))
    assert error_of(answer) == (503, "temporarily_unavailable")
    assert b"access-control-allow-origin" not in answer.headers


async def test_SEC_176_only_a_trusted_proxy_speaks_for_others() -> None:
    headers = [(b"x-forwarded-for", b"198.51.100.7"), (b"x-forwarded-proto", b"https")]
    believed = make_edge()
    believed.settings = {"proxies": TrustedProxies([ip_network("192.0.2.0/24")])}
    answers = [await edge.ask("GET", "/x", *headers) for edge in (make_edge(), believed)]
    seen = [(json.loads(each.body)["address"], json.loads(each.body)["secure"]) for each in answers]
    assert seen == [("192.0.2.1", False), ("198.51.100.7", True)]


async def test_a_tls_connection_is_secure() -> None:
    answer = await make_edge().ask("GET", scheme="https")
    assert json.loads(answer.body)["secure"] is True
