"""The four sample requests of the Reference ID guide, sent over TLS as they are printed.

Put right in them is what no client could send: a target of origin form, a Host, the length of the
body as it stands there, and a token that is alive.
"""

import base64
import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.certificates import Authority, make_authority
from tests.support.server import SEEDS, Answer, Server, ask, free_port, load_toml, running_server

BACK_CHANNEL = free_port()
BODY = b'{ "subject":"jsmith" }'
HEAD = (
    "POST /ext/ref/dropoff HTTP/1.1",
    "Host: localhost",
    f"Content-Length: {len(BODY)}",
    "Content-Type: application/json",
)
INSTANCE = "ping.instanceId: sample_adapter"
BASIC = "Authorization: BASIC c2FtcGxlX2lkOnNhbXBsZV9wYXNzd29yZA=="
HEADERS = ("ping.uname: sample_id", "ping.pwd: sample_password")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority") / "authority.pem")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Server]:
    """Serve the example configuration; its adapter takes certificates, another one nothing else."""
    configuration = load_toml(SEEDS)
    del configuration["server"]["public_url"]
    environment = configuration["environments"]["default"]
    environment["client_authorities"] = {"partners": str(authority.path)}
    adapters = environment["reference_adapters"]
    certificates = {"subject_dn": "CN=*.example.com", "issuer_dn": "*"}
    adapters["sample_adapter"].update(certificates)
    adapters["certificates"] = certificates
    adapters["myportal"] = {"username": "myportal", "pass_phrase": "q6^&2dR!Vc7PtA"}
    place, ports = tmp_path_factory.mktemp("seeds"), {"mutual_tls": BACK_CHANNEL}
    with running_server(place, configuration, ports=ports) as running:
        yield running


def send(
    server: Server, *headers: str, certificate: Path | None = None, listener: str = "tls"
) -> tuple[int, bytes]:
    """Send the sample with these headers; return status and body."""
    context = server.ssl_context()
    if certificate is not None:
        context.load_cert_chain(certificate)
    sent = "\r\n".join([*HEAD, *headers, "", ""]).encode("latin-1") + BODY
    address = ("127.0.0.1", server.ports[listener])
    with (
        socket.create_connection(address, 10) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as tls,
        tls.makefile("rwb") as stream,
    ):
        stream.write(sent)
        stream.flush()
        status = int(stream.readline().split()[1])
        length = 0
        while (line := stream.readline()) not in {b"\r\n", b""}:
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        return status, stream.read(length)


def pick_up(server: Server, reference: str) -> Answer:
    name, _, value = BASIC.partition(": ")
    headers = {name: value, "ping.instanceId": "sample_adapter", "Accept": "*/*"}
    path = f"/ext/ref/pickup?REF={reference}"
    return ask("localhost", server.ports["tls"], path, headers=headers, tls=server.ssl_context())


def token(server: Server, client: str) -> str:
    secret = f"{client}-secret"
    credentials = base64.b64encode(f"{client}:{secret}".encode()).decode()
    answer = ask(
        "localhost",
        server.ports["tls"],
        "/as/token.oauth2",
        method="POST",
        body="grant_type=client_credentials",
        headers={
            "Authorization": f"Basic {credentials}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        tls=server.ssl_context(),
    )
    issued: str = answer.json()["access_token"]
    return issued


def check_taken(server: Server, seen: tuple[int, bytes]) -> None:
    status, body = seen
    assert status == 200, body
    reference = json.loads(body)["REF"]
    assert pick_up(server, reference).json() == {"subject": "jsmith"}
    assert pick_up(server, reference).json() == {}


def check_refused(seen: tuple[int, bytes]) -> None:
    assert seen[0] == 401
    assert b"<" not in seen[1]


def test_S1_24_the_sample_with_a_bearer_token(server: Server) -> None:
    issued = token(server, "ac_oic_client")

    check_taken(server, send(server, f"Authorization: Bearer {issued}", INSTANCE))


def test_S1_12_the_samples_token_says_which_manager_issued_it(server: Server) -> None:
    head = token(server, "ac_oic_client").partition(".")[0]
    header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))

    assert (header["kid"], header["pi.atm"]) == ("k1", "6pac")


def test_S1_24_the_sample_with_a_certificate(
    server: Server, authority: Authority, tmp_path: Path
) -> None:
    shown = authority.issue(tmp_path / "app.pem", "app.example.com")

    check_taken(server, send(server, INSTANCE, certificate=shown, listener="mutual_tls"))


def test_S1_24_the_sample_with_headers(server: Server) -> None:
    check_taken(server, send(server, *HEADERS, INSTANCE))


def test_S1_24_the_sample_with_http_basic(server: Server) -> None:
    check_taken(server, send(server, BASIC, INSTANCE))


def test_S1_7_each_way_is_refused_where_it_is_off(
    server: Server, authority: Authority, tmp_path: Path
) -> None:
    issued = f"Authorization: Bearer {token(server, 'ac_oic_client')}"
    certificates = "ping.instanceId: certificates"
    for headers in ((issued,), HEADERS, (BASIC,), ()):
        check_refused(send(server, *headers, certificates))
        check_refused(send(server, *headers, certificates, listener="mutual_tls"))
    shown = authority.issue(tmp_path / "app.pem", "app.example.com")
    myportal = "ping.instanceId: myportal"
    check_refused(send(server, myportal, certificate=shown, listener="mutual_tls"))
    check_refused(send(server, issued, myportal))


def test_S1_8_basic_or_a_certificate_will_do_and_a_wrong_one_of_them_will_not(
    server: Server, authority: Authority, tmp_path: Path
) -> None:
    right = authority.issue(tmp_path / "app.pem", "app.example.com")
    wrong = authority.issue(tmp_path / "other.pem", "app.example.org")

    def ask_with(*headers: str, certificate: Path | None = None) -> int:
        sent = (*headers, INSTANCE)
        return send(server, *sent, certificate=certificate, listener="mutual_tls")[0]

    assert ask_with(BASIC) == 200
    assert ask_with(certificate=right) == 200
    assert ask_with(BASIC, certificate=right) == 200
    assert ask_with(BASIC, certificate=wrong) == 200
    assert ask_with(certificate=wrong) == 401
    assert ask_with(BASIC.replace("c2Ft", "c2Fu"), certificate=right) == 401
    assert ask_with() == 401


def test_S1_6_the_primary_port_asks_for_no_certificate(
    server: Server, authority: Authority, tmp_path: Path
) -> None:
    shown = authority.issue(tmp_path / "app.pem", "app.example.com")

    check_refused(send(server, INSTANCE, certificate=shown))


def test_S1_6_a_strangers_certificate_ends_in_the_handshake(server: Server, tmp_path: Path) -> None:
    stranger = make_authority(tmp_path / "stranger.pem")
    shown = stranger.issue(tmp_path / "app.pem", "app.example.com")

    with pytest.raises((ssl.SSLError, ConnectionError, IndexError)):
        send(server, INSTANCE, certificate=shown, listener="mutual_tls")


def test_S1_19_a_pass_phrase_of_special_characters_is_taken_both_ways(server: Server) -> None:
    encoded = base64.b64encode(b"myportal:q6^&2dR!Vc7PtA").decode()
    instance = "ping.instanceId: myportal"

    assert send(server, f"Authorization: BASIC {encoded}", instance)[0] == 200
    headers = ("ping.uname: myportal", "ping.pwd: q6^&2dR!Vc7PtA")
    assert send(server, *headers, instance)[0] == 200


def test_S1_9_a_token_of_another_client_is_refused(server: Server) -> None:
    issued = token(server, "orders-client")

    check_refused(send(server, f"Authorization: Bearer {issued}", INSTANCE))


@pytest.mark.parametrize(
    "headers",
    [(*HEADERS, "PING.UNAME: other"), (*HEADERS, "ping.pwd: sample_password"), (BASIC, BASIC)],
)
def test_SEC_163_a_credential_that_stands_twice_on_the_wire_is_refused(
    server: Server, headers: tuple[str, ...]
) -> None:
    assert send(server, *headers, INSTANCE)[0] == 400


def test_SEC_163_two_kinds_of_credentials_on_the_wire_are_refused(server: Server) -> None:
    check_refused(send(server, BASIC, *HEADERS, INSTANCE))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (("PING.UNAME: sample_id", "Ping.Pwd: sample_password"), 200),
        (("ping_uname: sample_id", "ping_pwd: sample_password"), 401),
        (("ping-uname: sample_id", "ping-pwd: sample_password"), 401),
        (("ping.uname : sample_id", "ping.pwd: sample_password"), 400),
        (("ping.uname\t: sample_id", "ping.pwd: sample_password"), 400),
    ],
)
def test_SEC_164_only_the_exact_names_count_on_the_wire_in_whatever_case(
    server: Server, headers: tuple[str, ...], status: int
) -> None:
    assert send(server, *headers, INSTANCE)[0] == status


def test_SEC_174_the_listener_without_tls_takes_nothing(server: Server) -> None:
    name, _, value = BASIC.partition(": ")

    answer = server.ask("/ext/ref/pickup?REF=A", headers={name: value})

    assert answer.status == 403
