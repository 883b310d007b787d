"""The SDK at a real back channel, by each way to prove who calls, and at odd ones."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ostiary_client import (
    AsyncClient,
    AttributesRefusedError,
    CallerRefusedError,
    Client,
    RateLimitedError,
    ReferenceIdError,
    RetryPolicy,
    UnknownReferenceError,
    UnreadableResponseError,
)
from tests.client.asking import KINDS, NO_TLS
from tests.client.handing_over import hand_over
from tests.support.certificates import make_authority
from tests.support.odd_server import OddServer, odd_server, says
from tests.support.server import MINIMAL, SECRET, Server, free_port, running_server

pytestmark = pytest.mark.parametrize("kind", KINDS)
USER, PASS_PHRASE = "portal", "Kä5e-is-the-pass-phrase"
PLAIN = "no-letters-beyond-ascii-here"
ATTRIBUTES = {"subject": "joe", "groups": ["staff", "Ärzte"], "name": {"given": "Joe"}, "age": 41}
BASIC = {"username": USER, "pass_phrase": PASS_PHRASE, "instance_id": "portal"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return an authority, and what it says of the application `portal`."""
    place = tmp_path_factory.mktemp("certificates")
    authority = make_authority(place / "partners.pem")
    return authority.path, authority.issue(place / "portal.pem", "portal")


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, certificate: tuple[Path, Path]
) -> Iterator[Server]:
    port = free_port()
    environment = MINIMAL["environments"]["default"]
    pair = {"username": USER, "pass_phrase": PASS_PHRASE, "reference_seconds": 60}
    adapters = {
        "portal": {
            **pair,
            "token_manager": "default",
            "clients": ["app"],
            "required_scopes": ["api:read"],
            "subject_dn": "CN=portal",
        },
        "plain": {**pair, "pass_phrase": PLAIN, "dashed_headers": True},
    }
    configuration = {
        "server": {"mutual_tls_url": f"https://localhost:{port}"},
        "environments": {
            "default": {
                **environment,
                "client_authorities": {"partners": str(certificate[0])},
                "reference_adapters": adapters,
            }
        },
    }
    directory = tmp_path_factory.mktemp("server")
    with running_server(directory, configuration, ports={"mutual_tls": port}) as running:
        yield running


def _there_and_back(kind: str, server: Server, **options: Any) -> tuple[str, Any]:
    """Drop attributes off, and pick them up; return the reference and what it stood for."""
    reached = {"verify": server.ca_path, **options}
    base_url = server.base_url
    (reference,) = hand_over(kind, base_url, lambda made: made.drop_off(ATTRIBUTES), **reached)
    (found,) = hand_over(kind, base_url, lambda made: made.pick_up(reference), **reached)
    return reference, found


def test_S1_1_attributes_come_back_as_they_were(kind: str, server: Server) -> None:
    reference, found = _there_and_back(kind, server, **BASIC)

    assert len(reference) == 60
    assert dict(found) == ATTRIBUTES
    assert found.subject == "joe"
    assert "joe" not in repr(found)


@pytest.mark.parametrize("dashed", [False, True])
def test_the_two_headers_prove_who_calls(kind: str, server: Server, *, dashed: bool) -> None:
    _, found = _there_and_back(
        kind,
        server,
        username=USER,
        pass_phrase=PLAIN,
        instance_id="plain",
        method="headers",
        dashed_headers=dashed,
    )
    assert dict(found) == ATTRIBUTES


def test_a_certificate_proves_who_calls_at_the_other_port(
    kind: str, server: Server, certificate: tuple[Path, Path]
) -> None:
    _, found = _there_and_back(
        kind,
        server,
        cert=certificate[1],
        instance_id="portal",
        back_channel_url=f"https://localhost:{server.ports['mutual_tls']}",
    )
    assert dict(found) == ATTRIBUTES


def test_a_clients_tokens_prove_who_calls(kind: str, server: Server) -> None:
    with Client(
        server.base_url,
        client_id="app",
        client_secret=SECRET,
        scope="api:read",
        verify=server.ca_path,
    ) as client:
        _, found = _there_and_back(kind, server, token=client, instance_id="portal")
    assert dict(found) == ATTRIBUTES


def test_a_token_that_was_revoked_makes_way_for_another(kind: str, server: Server) -> None:
    with Client(
        server.base_url,
        client_id="app",
        client_secret=SECRET,
        scope="api:read",
        verify=server.ca_path,
    ) as client:
        tokens = ["over", client.token().value]
        shown: list[str] = []

        def next_token() -> str:
            shown.append(tokens[min(len(shown), 1)])
            return shown[-1]

        _, found = _there_and_back(kind, server, token=next_token, instance_id="portal")
    assert dict(found) == ATTRIBUTES
    assert shown[:2] == tokens


def test_a_reference_stands_for_something_once(kind: str, server: Server) -> None:
    reference, _ = _there_and_back(kind, server, **BASIC)

    with pytest.raises(UnknownReferenceError):
        hand_over(
            kind,
            server.base_url,
            lambda made: made.pick_up(reference),
            verify=server.ca_path,
            **BASIC,
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"pass_phrase": "another"},
        {"instance_id": "nobody"},
        {"instance_id": None},
        {"username": None, "pass_phrase": None, "token": "abc"},
    ],
    ids=["pass phrase", "adapter", "no adapter of two", "token"],
)
def test_a_caller_that_proves_nothing_is_told_so(
    kind: str, server: Server, wrong: dict[str, Any]
) -> None:
    with pytest.raises(CallerRefusedError) as refused:
        _there_and_back(kind, server, **{**BASIC, **wrong})
    assert refused.value.status == 401


def test_names_that_are_reserved_cannot_be_dropped_off(kind: str, server: Server) -> None:
    with pytest.raises(AttributesRefusedError) as refused:
        hand_over(
            kind,
            server.base_url,
            lambda made: made.drop_off({"iss": "me"}),
            verify=server.ca_path,
            **BASIC,
        )
    assert "the server's own" in refused.value.content


# --- servers that are odd ----------------------------------------------------------


DROP_OFF, PICK_UP = "/ext/ref/dropoff", "/ext/ref/pickup?REF=ABC"


@pytest.fixture
def odd() -> Iterator[OddServer]:
    with odd_server() as opened:
        yield opened


def _drop(kind: str, odd: OddServer, **options: Any) -> str:
    whole = {**BASIC, **options}
    return str(hand_over(kind, odd.url, lambda made: made.drop_off(ATTRIBUTES), **whole)[0])


def _pick(kind: str, odd: OddServer, **options: Any) -> Any:
    whole = {**BASIC, **options}
    return hand_over(kind, odd.url, lambda made: made.pick_up("ABC"), **whole)[0]


def test_a_drop_off_is_tried_again(kind: str, odd: OddServer) -> None:
    odd.on(DROP_OFF, says({}, 503), says({"REF": "ABC"}))

    assert _drop(kind, odd, retries=RetryPolicy(first_pause_seconds=0)) == "ABC"


def test_a_pick_up_is_not_tried_again_since_it_may_have_spent_the_reference(
    kind: str, odd: OddServer
) -> None:
    odd.on(PICK_UP, says({}, 502), says({"subject": "joe"}))

    with pytest.raises(Exception, match="HTTP 502"):
        _pick(kind, odd, retries=RetryPolicy(first_pause_seconds=0))
    assert len(odd.asked(PICK_UP)) == 1


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", {}, {"REF": ""}, {"REF": 7}, {"REF": "a b"}, {"REF": "a\r\nb"}, ["ABC"]],
    ids=repr,
)
def test_an_answer_without_a_reference_is_none(kind: str, odd: OddServer, answer: object) -> None:
    odd.on(DROP_OFF, says(answer))

    with pytest.raises(UnreadableResponseError):
        _drop(kind, odd)


def test_attributes_that_cannot_be_read_are_shown_to_nobody(kind: str, odd: OddServer) -> None:
    odd.on(PICK_UP, says(b'{"subject": "joe", "subject": "jane"}'))

    with pytest.raises(UnreadableResponseError) as refused:
        _pick(kind, odd)
    assert "jane" not in str(refused.value) + refused.value.content


def test_a_redirect_takes_the_credentials_nowhere(kind: str, odd: OddServer) -> None:
    odd.on(PICK_UP, says({}, 307, {"location": f"{odd.url}/elsewhere"}))

    with pytest.raises(UnreadableResponseError):
        _pick(kind, odd)
    assert odd.asked("/elsewhere") == []


def test_too_many_failures_ask_for_a_pause(kind: str, odd: OddServer) -> None:
    odd.on(PICK_UP, says({}, 429, {"retry-after": "60"}))

    with pytest.raises(RateLimitedError) as refused:
        _pick(kind, odd)
    assert refused.value.retry_after_seconds == 60


def test_a_server_without_adapters_is_told_from_one_with(kind: str, odd: OddServer) -> None:
    with pytest.raises(ReferenceIdError, match="nobody hands attributes over here"):
        _drop(kind, odd)


def test_an_error_that_echoes_the_credentials_does_not_show_them(kind: str, odd: OddServer) -> None:
    odd.on(DROP_OFF, says({"said": PASS_PHRASE}, 400))

    with pytest.raises(AttributesRefusedError) as refused:
        _drop(kind, odd)
    assert PASS_PHRASE not in refused.value.content
    assert json.dumps(PASS_PHRASE)[1:-1] not in refused.value.content


def test_requests_are_as_agents_of_old_send_them(kind: str, odd: OddServer) -> None:
    odd.on(DROP_OFF, says({"REF": "ABC"}))
    odd.on(PICK_UP, says({"subject": "joe"}))
    options = {"username": USER, "pass_phrase": PLAIN, "method": "headers", "instance_id": "portal"}

    _drop(kind, odd, **options)
    _pick(kind, odd, **options)
    for seen in odd.requests:
        assert seen.headers["ping.instanceid"] == "portal"
        assert (seen.headers["ping.uname"], seen.headers["ping.pwd"]) == (USER, PLAIN)
        assert "authorization" not in seen.headers
    dropped, picked = odd.requests
    assert json.loads(dropped.body) == ATTRIBUTES
    assert dropped.headers["content-type"] == "application/json"
    assert (picked.method, picked.body) == ("GET", b"")


def test_the_way_back_is_at_the_server_and_not_at_the_back_channel(
    kind: str, odd: OddServer
) -> None:
    odd.on(DROP_OFF, says({"REF": "ABC"}))

    async def take(made: Any) -> str:
        return str(made.return_url("/as/x/resume", "ABC"))

    def take_at_once(made: Any) -> str:
        return str(made.return_url("/as/x/resume", "ABC"))

    call = take_at_once if kind == "threads" else take
    (url,) = hand_over(kind, "https://login.example", call, back_channel_url=odd.url, **BASIC)
    assert urlsplit(url).netloc == "login.example"


def test_a_token_may_be_awaited(kind: str, odd: OddServer) -> None:
    odd.on(DROP_OFF, says({"REF": "ABC"}))
    client = AsyncClient(odd.url, client_id="app", client_secret="s", verify=NO_TLS)

    async def token() -> str:
        return "awaited"

    if kind == "threads":
        with pytest.raises(Exception, match="has to be awaited"):
            hand_over(kind, odd.url, lambda made: made.drop_off({}), token=token)
        with pytest.raises(Exception, match="has to be awaited"):
            hand_over(kind, odd.url, lambda made: made.drop_off({}), token=client)
        return
    hand_over(kind, odd.url, lambda made: made.drop_off({}), token=token)
    assert odd.asked(DROP_OFF)[0].headers["authorization"] == "Bearer awaited"
