"""What strangers send to an application that signs people on never does more than be refused."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ostiary_client.errors import OstiaryClientError
from ostiary_client.protocol.callback import check_callback, read_callback, read_code
from ostiary_client.protocol.flow import FlowMemory
from ostiary_client.protocol.flow_cookies import FlowCookies
from ostiary_client.protocol.flow_wire import FlowWire, find_wire
from ostiary_client.protocol.messages import Request, Response
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.protocol.retry import NO_RETRIES
from ostiary_client.signon.authorization_request import AuthorizationRequest
from tests.support.played_issuer import NOW
from tests.support.sign_on_play import ISSUER, metadata

REQUEST = AuthorizationRequest("https://x", "the-state", "nonce", "verifier")
HEADER = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
WIRES = [
    (find_wire(Metadata(ISSUER), f"{ISSUER}/as/authorization.oauth2"), f"{ISSUER}/pf-ws/authn"),
    (
        find_wire(
            Metadata(ISSUER, document={"response_modes_supported": ["pi.flow"]}),
            f"{ISSUER}/as/authorize",
        ),
        ISSUER,
    ),
]
MEMBERS = ("id", "status", "code", "message", "details", "_links", "_pf_authn_api_state", "error")


@given(st.text() | st.text().map(lambda text: f"https://app.example/cb?{text}&state=the-state"))
def test_a_way_back_gives_a_code_of_this_sign_on_or_a_typed_error(text: str) -> None:
    told = ""
    try:
        parameters = read_callback(text)
        check_callback(parameters, REQUEST, metadata())
        code = read_code(parameters)
    except OstiaryClientError as error:
        told = str(error)
    else:
        assert parameters["state"] == "the-state"
        assert code
    assert told.isprintable()


@given(st.lists(st.text() | st.text().map(lambda text: f"PF={text}; Path=/"), max_size=30))
def test_a_jar_sends_nothing_that_is_no_header(lines: list[str]) -> None:
    jar = FlowCookies("https://login.example")
    jar.take(tuple(lines), NOW)

    assert all(HEADER.fullmatch(value) for value in jar.header().values())


@given(
    st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=8),
    st.sampled_from([200, 302, 400, 404, 429, 500]),
    st.lists(st.text(), max_size=3),
    st.sampled_from(WIRES),
)
def test_a_flow_goes_to_its_own_address_whatever_an_answer_says(
    document: dict[str, Any], status: int, cookies: list[str], face: tuple[FlowWire | None, str]
) -> None:
    wire, base = face
    assert wire is not None
    flow = FlowMemory(REQUEST, wire, ISSUER, NO_RETRIES, lambda: NOW, FlowCookies(ISSUER))
    answer = Response(status, {}, json.dumps(document).encode(), tuple(cookies))
    told, exchange = "", flow.start()
    next(exchange)
    try:
        exchange.send(answer)
    except OstiaryClientError as error:
        told = str(error)
    except StopIteration:
        assert flow.state is not None
    assert told.isprintable()
    if flow.state is not None:
        asked = next(flow.view())
        assert isinstance(asked, Request)
        assert re.fullmatch(rf"{base}/flows/[A-Za-z0-9_-]+", asked.url)
        assert all(HEADER.fullmatch(value) for value in asked.headers.values())
