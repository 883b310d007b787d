"""The back channel of Reference ID adapters: headers, certificates, attributes of any shape."""

import base64
import json
import re
import ssl
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import strategies as st

from ostiary.adapters.limiter import DEFAULT_ALLOWANCES
from ostiary.core.crypto.certificates import self_signed
from ostiary.core.crypto.client_certificates import UnreadableCertificateError, read_certificate
from ostiary.core.model.reference_adapter import AttributeFormat
from ostiary.dialects.pingfederate.reference_properties import render_properties
from ostiary.http.errors import HTTPError
from ostiary.http.message import Request
from ostiary.http.proxies import TrustedProxies
from tests.support.app import App, make_app, run_now
from tests.support.asgi import FORM, Headers
from tests.support.fuzzing import JSON, LINE_BYTES, TEXT, check_answer, edited, fuzzed, search
from tests.support.reference_adapters import (
    ATTRIBUTES,
    BASIC,
    DROP_OFF,
    HEADERS,
    PICK_UP,
    configure_sample,
)
from tests.support.tenants import private_key

UNLIMITED = dict.fromkeys(DEFAULT_ALLOWANCES)
AS_JSON = ("Content-Type", "application/json")
NAMES = st.sampled_from(
    [
        *("ping.uname", "ping.pwd", "ping.instanceId", "ping-uname", "ping-pwd"),
        *("ping-instanceid", "ping_uname", "authorization", "content-type"),
    ]
)


def make_server(**fields: Any) -> App:
    """Start a server with one adapter, and no limit to attempts."""
    app = make_app(allowances=UNLIMITED)
    configure_sample(app, **fields)
    return app


@pytest.fixture(scope="module")
def app() -> App:
    return make_server(includes_null=True)


def drop(app: App, headers: Headers, body: bytes, target: str = DROP_OFF) -> str | None:
    """Drop something off, and return its reference where it is taken."""
    answer = run_now(app.pingfederate.request("POST", target, headers, body))
    check_answer(answer)
    return answer.json()["REF"] if answer.status == 200 else None


def pick(app: App, reference: str) -> bytes:
    """Pick something up, and return the body."""
    answer = run_now(app.pingfederate.get(f"{PICK_UP}?REF={reference}", (BASIC,)))
    check_answer(answer)
    assert answer.status == 200
    return answer.body


@fuzzed
def test_no_headers_of_a_caller_are_a_failure(app: App, examples: int) -> None:
    usual = [*HEADERS, ("ping.instanceId", "sample")]

    def check(drawn: list[tuple[str, bytes]]) -> None:
        sent = [(name, value.decode("latin-1")) for name, value in drawn]
        for headers in (sent, [*usual, *sent]):
            drop(app, (AS_JSON, *headers), b"{}")
            check_answer(run_now(app.pingfederate.get(f"{PICK_UP}?REF=0", headers)))

    search(examples, st.lists(st.tuples(NAMES, LINE_BYTES), max_size=4), check)


@fuzzed
def test_whatever_is_taken_as_JSON_is_picked_up_again(app: App, examples: int) -> None:
    def check(body: bytes) -> None:
        reference = drop(app, (AS_JSON, BASIC), body)
        if reference is not None:
            assert json.loads(pick(app, reference)) == json.loads(body)

    objects = st.dictionaries(TEXT, JSON, max_size=6)
    written = objects.map(lambda value: json.dumps(value).encode())
    damaged = edited(json.dumps(ATTRIBUTES), st.sampled_from(list('{}[]",:\\u0d8-e9'))).map(
        str.encode
    )
    search(examples, st.binary(max_size=60) | written | damaged, check)


@fuzzed
def test_no_way_back_of_a_drop_off_is_a_failure(app: App, examples: int) -> None:
    way = "/as/abcDEF123/resume/as/authorization.ping"
    message = "com.pingidentity.adapter.refid.external.application.failure.message"
    names = st.sampled_from(["resumePath", message, "REF", "instanceId", "sessionid"])
    values = JSON | edited(way)

    def check(said: Mapping[str, Any]) -> None:
        reference = drop(app, (AS_JSON, BASIC), json.dumps({"subject": "joe", **said}).encode())
        if reference is not None:
            pick(app, reference)

    search(examples, st.dictionaries(names, values, max_size=3), check)


@fuzzed
def test_no_parameters_of_a_drop_off_are_a_failure(examples: int) -> None:
    app = make_server(
        incoming_format=AttributeFormat.QUERY, outgoing_format=AttributeFormat.PROPERTIES
    )

    def check(drawn: tuple[list[tuple[str, str]], bytes]) -> None:
        pairs, raw = drawn
        encoded = urlencode(pairs)
        for target, body in (
            (f"{DROP_OFF}?{encoded}", b""),
            (DROP_OFF, encoded.encode()),
            (DROP_OFF, raw),
        ):
            reference = drop(app, (FORM, BASIC), body, target)
            if reference is not None:
                pick(app, reference).decode("ascii")

    pairs = st.lists(st.tuples(TEXT, TEXT), max_size=5)
    search(examples, st.tuples(pairs, st.binary(max_size=80)), check)


@fuzzed
def test_properties_are_read_back_as_they_were(examples: int) -> None:
    def check(members: dict[str, str]) -> None:
        assert load_properties(render_properties(members.items())) == members

    search(examples, st.dictionaries(TEXT, TEXT, max_size=5), check)


def load_properties(text: str) -> dict[str, str]:
    """Read lines as `java.util.Properties.load` does, as far as they are not continued."""
    found: dict[str, str] = {}
    for line in re.split(r"[\r\n]", text):
        stripped = line.lstrip(" \t\f")
        if not stripped or stripped[0] in "#!":
            continue
        end = re.match(r"(?:\\.|[^\\ \t\f=:])*", stripped)
        assert end is not None
        rest = stripped[end.end() :].lstrip(" \t\f")
        if rest[:1] in {"=", ":"}:
            rest = rest[1:].lstrip(" \t\f")
        found[_unescape(end[0])] = _unescape(rest)
    return found


def _unescape(text: str) -> str:
    controls = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}

    def read(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return controls.get(match[2], match[2])

    units = re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", read, text)
    return units.encode("utf-16", "surrogatepass").decode("utf-16")


DER = self_signed(private_key("client", "ES256"), "client", now=1_750_000_000)


@fuzzed
def test_no_header_of_a_proxy_is_a_failing_certificate(examples: int) -> None:
    proxies = TrustedProxies([ip_network("10.0.0.0/8")], "x-client-cert")

    def check(value: bytes) -> None:
        headers = [(b"x-client-cert", value)]
        request = Request("GET", "/", headers=headers, address="10.0.0.1")
        try:
            proxies.apply(request)
            if request.client_certificate is not None:
                read_certificate(request.client_certificate)
        except (HTTPError, UnreadableCertificateError):
            return

    pem = quote(ssl.DER_cert_to_PEM_cert(DER))
    der = f":{base64.b64encode(DER).decode()}:"
    ascii_only = st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=8)
    texts = edited(pem, ascii_only) | edited(der, ascii_only)
    damaged = st.binary(max_size=40).map(lambda raw: DER[:200] + raw + DER[200 + len(raw) :])
    encoded = damaged.map(lambda der: b":" + base64.b64encode(der) + b":")
    search(examples, LINE_BYTES | texts.map(lambda text: text.encode("latin-1")) | encoded, check)
