"""Real nginx and HAProxy, by the reference configurations: what they let through, and what not."""

import json
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ostiary_client import ReferenceId
from tests.support.odd_server import OddServer, odd_server, says
from tests.support.proxies import (
    CERTIFICATE_HEADER,
    PROXIES,
    Proxy,
    make_proxy,
    proxied,
    running_proxy,
)
from tests.support.server import MINIMAL, Server, ask

USER, PASS_PHRASE = "portal", "the-pass-phrase-of-the-portal"
SELF_TEST, DROP_OFF, PICK_UP = "/ext/ref/self-test", "/ext/ref/dropoff", "/ext/ref/pickup"
COUNTING = (
    "ping.instanceId",
    "ping.uname",
    "ping.pwd",
    CERTIFICATE_HEADER,
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "content-length",
    "transfer-encoding",
)
"""Headers by which the server, or the proxy itself, knows what a request is."""
ODD_ONES = (
    "PING_PWD",
    "X_Client_CERTIFICATE",
    "ping__uname",
    "ping_instance_id",
    "ping!uname",
    "x!forwarded!for",
    "x--client-certificate",
    "x-client-certificate.",
    "host_",
    "host.",
)
"""Those that no rule makes."""
LET_THROUGH = {
    "nginx": {
        "ping__uname",
        "ping_instance_id",
        "ping!uname",
        "x!forwarded!for",
        "x--client-certificate",
        "x-client-certificate.",
        "host_",
        "host.",
    },
    "haproxy": {"x--client-certificate"},
}
"""Which of those get through; the server reads none of them."""
CLAIMS = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "1",
    "Forwarded": "for=203.0.113.7;host=evil.example",
}


@pytest.fixture(scope="module", params=PROXIES)
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


# --- what reaches the server, byte by byte -----------------------------------------


@pytest.fixture(scope="module")
def recorded(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[OddServer, Proxy]]:
    """Run a proxy in front of a server that writes down what comes."""
    proxy = make_proxy(tmp_path_factory.mktemp(kind))
    with odd_server() as odd:
        odd.on("/pf/heartbeat.ping", says(b"OK"))
        odd.on("/seen", says({}))
        with running_proxy(kind, proxy, int(odd.url.rpartition(":")[2])):
            yield odd, proxy


def _seen(
    recorded: tuple[OddServer, Proxy],
    *headers: str,
    port: int | None = None,
    context: ssl.SSLContext | None = None,
) -> dict[str, str]:
    """Send headers as they are written, and return those that reach the server."""
    odd, proxy = recorded
    before = len(odd.asked("/seen"))
    status = _send(proxy, "/seen", *headers, port=port, context=context)
    assert status == 200
    (seen,) = odd.asked("/seen")[before:]
    return dict(seen.headers)


def _send(
    proxy: Proxy,
    path: str,
    *headers: str,
    port: int | None = None,
    context: ssl.SSLContext | None = None,
) -> int:
    """Send a request over a socket, and return the status; 0 when the connection just ends."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    return _send_bytes(proxy, "\r\n".join(lines).encode("latin-1"), port=port, context=context)


def _send_bytes(
    proxy: Proxy, data: bytes, *, port: int | None = None, context: ssl.SSLContext | None = None
) -> int:
    with (
        socket.create_connection(("127.0.0.1", port or proxy.people), timeout=10) as plain,
        (context or proxy.context()).wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(data)
        with secure.makefile("rb") as stream:
            words = stream.readline().split()
            stream.read()
    return int(words[1]) if len(words) > 1 else 0


def test_headers_with_dots_get_through_unchanged(recorded: tuple[OddServer, Proxy]) -> None:
    sent = ("ping.instanceId: portal", "ping.uname: Joe", "PING.PWD: a b=c;d")
    seen = _seen(recorded, *sent)
    assert seen["ping.instanceid"] == "portal"
    assert (seen["ping.uname"], seen["ping.pwd"]) == ("Joe", "a b=c;d")


def _look_alikes(name: str) -> list[str]:
    """Return a name with every combination of the signs that some software takes for another."""
    first, *others = re.split("[.-]", name)
    combined = product("_-.", repeat=len(others))
    written = (first + "".join(map("".join, zip(signs, others, strict=True))) for signs in combined)
    return [each for each in written if each != name]


def _gets_through(kind: str, name: str) -> bool:
    """Tell what the proxy's configuration makes of a look-alike, as the guide says it."""
    if name in ODD_ONES:
        return name in LET_THROUGH[kind]
    is_dashed = name.startswith("ping") and "." not in name and "_" not in name
    return is_dashed or (kind == "nginx" and "." in name)


@pytest.mark.parametrize("name", [*COUNTING, None], ids=str)
def test_SEC_164_of_look_alikes_those_get_through_of_which_the_guide_says_so(
    recorded: tuple[OddServer, Proxy], kind: str, name: str | None
) -> None:
    names = ODD_ONES if name is None else _look_alikes(name)
    for port in (recorded[1].people, recorded[1].certificates):
        through = set[str]()
        for each in names:
            seen = _seen(recorded, f"{each}: forged", "ping.Uname: portal", port=port)
            assert seen["ping.uname"] == "portal"
            assert "forged" not in {seen.get(each) for each in map(str.lower, COUNTING)}
            if "forged" in seen.values():
                through.add(each)
        assert through == {each for each in names if _gets_through(kind, each)}


@pytest.mark.parametrize("line", ["ping.uname : forged", "ping.uname\t: forged"])
def test_SEC_164_a_name_with_space_around_it_is_no_header(
    recorded: tuple[OddServer, Proxy], line: str
) -> None:
    odd, proxy = recorded
    before = len(odd.asked("/seen"))
    assert _send(proxy, "/seen", line) in {0, 400}
    assert len(odd.asked("/seen")) == before


def test_SEC_176_what_a_request_claims_to_be_forwarded_is_replaced(
    recorded: tuple[OddServer, Proxy],
) -> None:
    seen = _seen(recorded, *(f"{name}: {value}" for name, value in CLAIMS.items()))
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "https"
    assert not {"x-forwarded-host", "x-forwarded-port", "forwarded"} & seen.keys()
    assert seen["host"].partition(":")[0] == "localhost"


def test_SEC_176_what_a_proxy_says_cannot_be_named_as_meant_for_the_next_hop_alone(
    recorded: tuple[OddServer, Proxy],
) -> None:
    named = "X-Forwarded-For, X-Forwarded-Proto, X-Client-Certificate, Host"
    seen = _seen(recorded, f"Connection: {named}")
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "https"
    assert seen["host"].partition(":")[0] == "localhost"


def test_SEC_176_forwarded_addresses_of_several_lines_are_all_replaced(
    recorded: tuple[OddServer, Proxy],
) -> None:
    odd, proxy = recorded
    before = len(odd.asked("/seen"))
    lines = ("X-Forwarded-For: 203.0.113.7", "x-forwarded-for: 127.0.0.2", "X-FORWARDED-FOR: ::1")
    assert _send(proxy, "/seen", *lines) in {200, 400}
    for seen in odd.asked("/seen")[before:]:
        assert seen.headers["x-forwarded-for"] == "127.0.0.1"


@pytest.mark.parametrize("name", [CERTIFICATE_HEADER, CERTIFICATE_HEADER.title()])
def test_SEC_175_a_claimed_certificate_is_taken_out_at_both_ports(
    recorded: tuple[OddServer, Proxy], name: str
) -> None:
    for port in (recorded[1].people, recorded[1].certificates):
        seen = _seen(recorded, f"{name}: forged", f"{name}: twice", port=port)
        assert CERTIFICATE_HEADER not in seen


def test_SEC_175_a_certificate_that_was_shown_takes_the_place_of_a_claimed_one(
    recorded: tuple[OddServer, Proxy], tmp_path: Path
) -> None:
    proxy = recorded[1]
    shown = proxy.authority.issue(tmp_path / "shown.pem", "portal")
    seen = _seen(
        recorded,
        f"{CERTIFICATE_HEADER}: forged",
        port=proxy.certificates,
        context=proxy.context(shown),
    )
    value = seen[CERTIFICATE_HEADER]
    der = ssl.PEM_cert_to_DER_cert(shown.read_text().partition("-----BEGIN PRIVATE")[0])
    pem = quote(ssl.DER_cert_to_PEM_cert(der), safe="")
    assert "forged" not in value
    assert value.replace("%20", " ") in {b64encode(der).decode(), pem.replace("%20", " ")}


@pytest.mark.parametrize(
    "data",
    [
        b"POST /seen HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /seen HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"GET /seen HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    ],
    ids=["two lengths", "an unknown coding", "two hosts"],
)
def test_SEC_178_a_request_about_whose_end_they_could_disagree_stops_at_the_proxy(
    recorded: tuple[OddServer, Proxy], data: bytes
) -> None:
    odd, proxy = recorded
    before = len(odd.asked("/seen"))
    assert _send_bytes(proxy, data) in {0, 400, 501}
    assert len(odd.asked("/seen")) == before


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: {length}\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: {length}",
        "Content-Length: {length}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Content-Length: {length}\r\nTransfer_Encoding: chunked",
        "Content-Length: {length}\r\nTransfer-Encoding : chunked",
        "Content-Length: {length}\r\nTransfer-Encoding:\x0bchunked",
        "Content-Length: +{length}",
        "Content-Length: {length}, {length}",
    ],
)
def test_SEC_178_no_second_request_comes_of_the_body_of_one(
    recorded: tuple[OddServer, Proxy], framing: str
) -> None:
    odd, proxy = recorded
    body = "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
    framing = framing.format(length=len(body))
    lines = ["POST /seen HTTP/1.1", "Host: localhost", framing, "Connection: close", "", body]
    _send_bytes(proxy, "\r\n".join(lines).encode("latin-1"))
    assert odd.asked("/hidden") == []


def test_SEC_178_a_folded_line_does_not_become_a_header_of_its_own(
    recorded: tuple[OddServer, Proxy],
) -> None:
    odd, proxy = recorded
    before = len(odd.asked("/seen"))
    _send(proxy, "/seen", "A: b", " ping.uname: forged")
    for seen in odd.asked("/seen")[before:]:
        assert "ping.uname" not in seen.headers


# --- the server behind them --------------------------------------------------------


@pytest.fixture(scope="module")
def place(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Proxy]]:
    directory = tmp_path_factory.mktemp(f"{kind}-server")
    environment = MINIMAL["environments"]["default"]
    # The authority is made with the proxy, before the server reads its configuration.
    adapters = {
        "portal": {"username": USER, "pass_phrase": PASS_PHRASE, "reference_seconds": 60},
        "reports": {"subject_dn": "CN=reports"},
    }
    configuration = {
        "environments": {
            "default": {
                **environment,
                "client_authorities": {"partners": str(directory / "authority.pem")},
                "reference_adapters": adapters,
            }
        }
    }
    with proxied(kind, directory, configuration) as running:
        yield running


def _self_test(proxy: Proxy, *, port: int | None = None, **how: Any) -> Any:
    context = how.pop("context", proxy.context())
    answer = ask("localhost", port or proxy.people, SELF_TEST, tls=context, **how)
    assert answer.status == 200
    return answer.json()


def test_the_self_test_tells_that_all_is_well(place: tuple[Server, Proxy]) -> None:
    sent = {"ping.instanceId": "a", "ping.uname": "b", "ping.pwd": "c", **CLAIMS}
    sent |= dict.fromkeys(("ping_uname", "PING_PWD", "Ping_InstanceId"), "forged")
    found = _self_test(place[1], headers=sent)
    assert found["missing"] == []
    assert found["look_alikes"] == []
    assert (found["tls"], found["host"], found["address"]) == (True, "localhost", "127.0.0.1")
    assert found["certificate"] is False


@pytest.mark.parametrize("method", ["basic", "headers"])
def test_an_application_drops_off_and_picks_up_behind_a_proxy(
    place: tuple[Server, Proxy], method: Any
) -> None:
    with ReferenceId(
        place[1].base_url,
        instance_id="portal",
        username=USER,
        pass_phrase=PASS_PHRASE,
        method=method,
        verify=place[1].ca_path,
    ) as references:
        reference = references.drop_off({"subject": "joe"})
        assert references.pick_up(reference).subject == "joe"


def test_S1_14_a_certificate_proves_who_calls_behind_a_proxy(
    place: tuple[Server, Proxy], tmp_path: Path
) -> None:
    proxy = place[1]
    with ReferenceId(
        proxy.base_url,
        instance_id="reports",
        cert=proxy.authority.issue(tmp_path / "reports.pem", "reports"),
        back_channel_url=f"https://localhost:{proxy.certificates}",
        verify=proxy.ca_path,
    ) as references:
        assert references.drop_off({"subject": "joe"})


@pytest.mark.parametrize("port", ["people", "certificates"])
def test_SEC_175_a_certificate_in_a_header_proves_nothing(
    place: tuple[Server, Proxy], tmp_path: Path, port: str
) -> None:
    proxy = place[1]
    pem = proxy.authority.issue(tmp_path / "reports.pem", "reports").read_text()
    alone = pem.partition("-----BEGIN PRIVATE")[0]
    forms = (quote(alone, safe=""), b64encode(ssl.PEM_cert_to_DER_cert(alone)).decode())
    for form in forms:
        answer = ask(
            "localhost",
            getattr(proxy, port),
            DROP_OFF,
            method="POST",
            body=json.dumps({"subject": "joe"}),
            headers={
                "content-type": "application/json",
                "ping.instanceId": "reports",
                CERTIFICATE_HEADER: form,
            },
            tls=proxy.context(),
        )
        assert answer.status == 401


def test_SEC_175_who_comes_past_the_proxy_proves_nothing_by_headers(
    place: tuple[Server, Proxy], tmp_path: Path
) -> None:
    server, proxy = place
    pem = proxy.authority.issue(tmp_path / "reports.pem", "reports").read_text()
    form = quote(pem.partition("-----BEGIN PRIVATE")[0], safe="")
    headers = {
        "content-type": "application/json",
        "ping.instanceId": "reports",
        "x-forwarded-proto": "https",
        CERTIFICATE_HEADER: form,
    }
    for listener in ("http", "tls"):
        answer = server.ask(DROP_OFF, listener=listener, method="POST", body="{}", headers=headers)
        assert answer.status in {401, 403}


def test_SEC_176_who_comes_past_the_proxy_has_its_own_address(
    place: tuple[Server, Proxy],
) -> None:
    server, _ = place
    found = server.ask(SELF_TEST, headers={**CLAIMS, "X-Forwarded-Proto": "https"}).json()
    assert (found["address"], found["tls"]) == ("127.0.0.1", False)


def test_SEC_177_an_absolute_target_of_another_host_is_answered_by_nobody(
    place: tuple[Server, Proxy],
) -> None:
    proxy = place[1]
    for target in (b"https://evil.example/ext/ref/self-test", b"//evil.example/ext/ref/self-test"):
        data = b"GET %b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % target
        assert _send_bytes(proxy, data) in {400, 404, 421}


def test_SEC_177_a_host_of_somebody_elses_is_answered_by_nobody(
    place: tuple[Server, Proxy],
) -> None:
    proxy = place[1]
    data = b"GET /ext/ref/self-test HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert _send_bytes(proxy, data) in {400, 421}


def test_a_certificate_that_nobody_vouches_for_reaches_the_server_and_is_refused_there(
    place: tuple[Server, Proxy], tmp_path: Path
) -> None:
    proxy = place[1]
    stranger = make_proxy(tmp_path / "stranger").authority.issue(tmp_path / "s.pem", "reports")
    context = proxy.context(stranger)
    found = _self_test(proxy, port=proxy.certificates, context=context)
    assert found["certificate"] is True
    answer = ask(
        "localhost",
        proxy.certificates,
        f"{PICK_UP}?REF=A",
        headers={"ping.instanceId": "reports"},
        tls=context,
    )
    assert answer.status == 401
