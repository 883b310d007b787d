"""The two requests of the guide to sign-on without redirects, as they are printed, over TLS.

Host included; only the flow's id and the cookie are those of the flow, and the second request says
how long its body is.
"""

import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import SEEDS, Server, load_toml, running_server

FIRST = (
    "GET /as/authorization.oauth2?client_id=im_client&response_type=token&response_mode=pi.flow"
    " HTTP/1.1\r\n"
    "Host: www.example.com:9031\r\n"
)
SECOND = (
    "POST /pf-ws/authn/flows/PyH5g HTTP/1.1\r\n"
    "Host: www.example.com:9031\r\n"
    "X-XSRF-Header: PingFederate\r\n"
    "Content-Type: application/vnd.pingidentity.checkUsernamePassword+json\r\n"
    "Cookie: PF=8PgutwFizNS7EoaiB0qVsa\r\n"
)
CREDENTIALS = '{ "username": "joe", "password": "Password1" }'
FLOWS = "https://www.example.com:9031/pf-ws/authn/flows/"
INTROSPECTION = {"client_id": "rs_client", "client_secret": "rs-client-secret"}


@dataclass(frozen=True, slots=True)
class Raw:
    """One answer as it came off the connection."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def state(self) -> dict[str, Any]:
        """The state of a flow, whose members stand in this order."""
        assert ("content-type", "application/json") in self.headers
        members = json.loads(self.body)
        assert isinstance(members, dict)
        return members

    @property
    def cookie(self) -> str:
        """The new value of `PF`."""
        value = self.find_cookie("PF")
        assert re.fullmatch(r"[0-9A-Za-z]{22}", value)
        return value

    def find_cookie(self, name: str) -> str:
        """Return the value of the one cookie of this name that is set."""
        sent = [value for header, value in self.headers if header == "set-cookie"]
        (own,) = [value for value in sent if value.startswith(f"{name}=")]
        assert "; Path=/" in own
        assert "; Secure; HttpOnly" in own
        return own.partition("=")[2].partition(";")[0]


def send(server: Server, head: str, body: str = "") -> Raw:
    """Send a request byte for byte, on a connection of its own."""
    address = ("127.0.0.1", server.ports["tls"])
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    context = server.ssl_context()
    with (
        socket.create_connection(address, timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(f"{head}{length}Connection: close\r\n\r\n{body}".encode())
        with connection.makefile("rb") as stream:
            return _read(stream.read())


def _read(answer: bytes) -> Raw:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = tuple((line.partition(": ")[0].lower(), line.partition(": ")[2]) for line in lines)
    return Raw(int(status.split()[1]), headers, body)


def sign_on(server: Server, first: Raw) -> Raw:
    """Send the second request in the flow that the first one began."""
    second = SECOND.replace("PyH5g", first.state["id"])
    return send(server, second.replace("8PgutwFizNS7EoaiB0qVsa", first.cookie), CREDENTIALS)


@pytest.fixture
def first(seeds_server: Server) -> Raw:
    """The answer to the first request, from somebody who has no session."""
    return send(seeds_server, FIRST)


def test_S3_10_S3_14_S3_15_the_first_request_gets_the_first_sample(first: Raw) -> None:
    assert first.status == 200
    id = first.state["id"]
    link = {"href": f"https://www.example.com:9031/pf-ws/authn/flows/{id}"}
    sample = {
        "id": id,
        "pluginTypeId": "7RmQNDWaOnBoudTufx2sEw",
        "status": "USERNAME_PASSWORD_REQUIRED",
        "showRememberMyUsername": False,
        "showThisIsMyDevice": False,
        "thisIsMyDeviceSelected": False,
        "showCaptcha": False,
        "rememberMyUsernameSelected": False,
        "_links": {"self": link, "checkUsernamePassword": link},
    }
    assert json.dumps(first.state) == json.dumps(sample)


def test_S3_17_the_id_is_one_that_the_widget_takes(first: Raw) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{1,30}", first.state["id"])


def test_S3_20_S3_21_S3_22_S3_23_the_second_request_gets_the_token(
    seeds_server: Server, first: Raw
) -> None:
    second = sign_on(seeds_server, first)
    assert second.status == 200
    assert list(second.state) == [
        "id",
        "pluginTypeId",
        "status",
        "authorizeResponse",
        "_links",
    ]
    assert second.state["id"] == first.state["id"]
    assert second.state["pluginTypeId"] == "7RmQNDWaOnBoudTufx2sEw"
    assert second.state["status"] == "COMPLETED"
    assert second.state["_links"] == {"self": {"href": FLOWS + first.state["id"]}}


def test_S3_19_S3_26_the_token_is_an_opaque_one_and_good(seeds_server: Server, first: Raw) -> None:
    answer = sign_on(seeds_server, first).state["authorizeResponse"]
    assert answer["token_type"] == "Bearer"
    assert re.fullmatch(r"0001[0-9A-Za-z]{31}", answer["access_token"])
    assert introspect(seeds_server, answer["access_token"])["active"] is True


def test_S3_18_with_a_session_the_first_request_gets_the_second_sample(
    seeds_server: Server, first: Raw
) -> None:
    cookie = sign_on(seeds_server, first).cookie
    again = send(seeds_server, f"{FIRST}Cookie: PF={cookie}\r\n")
    assert again.status == 200
    assert again.state["status"] == "COMPLETED"
    assert again.state["pluginTypeId"] == "7RmQNDWaOnBoudTufx2sEw"
    assert again.state["authorizeResponse"]["token_type"] == "Bearer"
    assert list(again.state["_links"]) == ["self"]


def test_S3_24_another_cookie_opens_no_flow(seeds_server: Server, first: Raw) -> None:
    second = SECOND.replace("PyH5g", first.state["id"])
    answer = send(seeds_server, second, CREDENTIALS)
    assert answer.status == 404
    assert answer.state["code"] == "RESOURCE_NOT_FOUND"


def test_S3_28_S3_29_a_sign_on_outlives_the_server_and_the_browser(tmp_path: Path) -> None:
    configuration = load_toml(SEEDS)
    del configuration["server"]["public_url"]
    configuration["environments"]["default"]["sessions"] = {"persistent": True}
    with running_server(tmp_path, configuration) as server:
        before = send(server, FIRST)
        lasting = sign_on(server, before).find_cookie("PF.PERSISTENT")
    with running_server(tmp_path, configuration) as server:
        after = send(server, f"{FIRST}Cookie: PF.PERSISTENT={lasting}\r\n")
    assert after.state["status"] == "COMPLETED"
    assert after.state["pluginTypeId"] == before.state["pluginTypeId"]


def introspect(server: Server, token: str) -> dict[str, Any]:
    """Ask what a token stands for."""
    form = "&".join(f"{name}={value}" for name, value in {**INTROSPECTION, "token": token}.items())
    answer = send(
        server,
        "POST /as/introspect.oauth2 HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n",
        form,
    )
    members = json.loads(answer.body)
    assert isinstance(members, dict)
    return members
