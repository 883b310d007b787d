"""Sign-on at PingOne's addresses in the example configuration, over TLS, as a page of one's own."""

import json
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from ostiary.core.base.ids import is_uuid
from ostiary.core.crypto import otp
from tests.support import jose
from tests.support.browsing import CHALLENGE, VERIFIER
from tests.support.server import Answer, Server

ENVIRONMENT = "00000000-0000-4000-8000-000000000002"
CLIENT, SECRET = "00000000-0000-4000-8000-0000000000a2", "web-secret"
CALLBACK = "https://localhost:8443/callback"
ASKED = {
    "client_id": CLIENT,
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid profile email",
    "state": "s-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@dataclass
class Program:
    """A program that keeps the session's cookie by hand."""

    server: Server
    cookie: dict[str, str] = field(default_factory=dict)

    def ask(self, target: str, method: str = "GET", body: str = "", kind: str = "") -> Answer:
        """Send a request to a path of the environment, or to a URL of the server."""
        path = target.removeprefix(self.server.base_url)
        headers = {**self.cookie, **({"content-type": kind} if kind else {})}
        server = self.server
        connection = HTTPSConnection(
            "localhost", server.ports["tls"], timeout=10.0, context=server.ssl_context()
        )
        with closing(connection):
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("set-cookie") or ():
                if cookie.startswith("ST="):
                    assert f"; Path=/{ENVIRONMENT};" in cookie
                    self.cookie = {"cookie": cookie.partition(";")[0]}
            return Answer(answer.status, dict(answer.getheaders()), answer.read())

    def act(self, url: str, action: str, inputs: Mapping[str, str]) -> Any:
        """Perform an action in a flow."""
        kind = f"application/vnd.pingidentity.{action}+json"
        return self.ask(url, "POST", json.dumps(inputs), kind).json()


@pytest.fixture
def program(seeds_server: Server) -> Program:
    return Program(seeds_server)


def location(answer: Answer) -> str:
    """Return where a redirect leads."""
    assert answer.status == 302, answer.body
    return {name.lower(): value for name, value in answer.headers.items()}["location"]


def sign_on(program: Program) -> tuple[dict[str, Any], dict[str, str]]:
    """Sign joe on, and return the completed flow and what the application gets."""
    sent = location(program.ask(f"/{ENVIRONMENT}/as/authorize?{urlencode(ASKED)}"))
    asked = parse_qs(urlsplit(sent).query)
    assert asked["environmentId"] == [ENVIRONMENT]
    flow_id = asked["flowId"][0]
    assert is_uuid(flow_id)
    flow = program.ask(f"/{ENVIRONMENT}/flows/{flow_id}", kind="application/json").json()
    url = flow["_links"]["usernamePassword.check"]["href"]
    credentials = {"username": "joe", "password": "Password1"}
    done = program.act(url, "usernamePassword.check", credentials)
    assert done["status"] == "COMPLETED"
    back = urlsplit(location(program.ask(done["resumeUrl"])))
    assert f"{back.scheme}://{back.netloc}{back.path}" == CALLBACK
    return done, {name: values[0] for name, values in parse_qs(back.query).items()}


def exchange(program: Program, answer: Mapping[str, str]) -> dict[str, Any]:
    """Exchange the code of an answer, with credentials in the body."""
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": CLIENT,
        "client_secret": SECRET,
    }
    kind = "application/x-www-form-urlencoded"
    tokens = program.ask(f"/{ENVIRONMENT}/as/token", "POST", urlencode(form), kind).json()
    assert isinstance(tokens, dict)
    return tokens


def test_S4_1_S4_4_S4_5_S4_11_S4_13_a_page_of_ones_own_signs_its_user_on(program: Program) -> None:
    done, answer = sign_on(program)
    assert answer["state"] == "s-1"
    issuer = f"{program.server.base_url}/{ENVIRONMENT}/as"
    assert done["resumeUrl"].startswith(f"{issuer}/resume?flowId=")
    assert program.cookie["cookie"].startswith("ST=")


def test_S4_6_S4_21_S4_23_S4_25_the_tokens_of_a_sign_on(program: Program) -> None:
    done, answer = sign_on(program)
    tokens = exchange(program, answer)
    header, claims = jose.parts(tokens["access_token"])
    issuer = f"{program.server.base_url}/{ENVIRONMENT}/as"
    assert (header["alg"], claims["iss"], claims["env"]) == ("RS256", issuer, ENVIRONMENT)
    assert (claims["acr"], claims["sid"]) == ("Single_Factor", done["session"]["id"])
    assert tokens["refresh_token"]
    asked = {"authorization": f"Bearer {tokens['access_token']}"}
    userinfo = program.server.ask(f"/{ENVIRONMENT}/as/userinfo", listener="tls", headers=asked)
    assert userinfo.json()["sub"] == claims["sub"]
    assert userinfo.json()["email"] == "joe@example.com"


def test_S4_10_signing_off_ends_the_session(program: Program) -> None:
    tokens = exchange(program, sign_on(program)[1])
    wish = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": "https://localhost:8443/",
    }
    bye = program.ask(f"/{ENVIRONMENT}/as/signoff?{urlencode(wish)}")
    assert location(bye) == "https://localhost:8443/"
    silent = program.ask(f"/{ENVIRONMENT}/as/authorize?{urlencode({**ASKED, 'prompt': 'none'})}")
    assert "error=login_required" in location(silent)


def test_S4_14_a_stale_cookie_shows_nobody(program: Program) -> None:
    sign_on(program)
    stale = program.cookie
    sign_on(Program(program.server))
    again = urlencode({**ASKED, "prompt": "login"})
    sent = location(program.ask(f"/{ENVIRONMENT}/as/authorize?{again}"))
    url = f"/{ENVIRONMENT}/flows/{parse_qs(urlsplit(sent).query)['flowId'][0]}"
    program.act(url, "usernamePassword.check", {"username": "joe", "password": "Password1"})
    assert program.cookie != stale
    program.cookie = stale
    silent = program.ask(f"/{ENVIRONMENT}/as/authorize?{urlencode({**ASKED, 'prompt': 'none'})}")
    assert "error=login_required" in location(silent)


def test_S4_30_S4_31_what_an_application_may_not_ask_for_is_refused(program: Program) -> None:
    for response_type in ("token", "id_token"):
        asked = urlencode({**ASKED, "response_type": response_type, "nonce": "n-1"})
        back = location(program.ask(f"/{ENVIRONMENT}/as/authorize?{asked}"))
        assert "error=unauthorized_client" in back


def test_the_policy_with_a_second_factor_is_there_and_whoever_has_no_second_factor_sets_one_up(
    program: Program,
) -> None:
    asked = {**ASKED, "acr_values": "Multi_Factor", "prompt": "login"}
    key, flow = "", {}
    for _ in range(2):
        sent = location(program.ask(f"/{ENVIRONMENT}/as/authorize?{urlencode(asked)}"))
        flow_id = parse_qs(urlsplit(sent).query)["flowId"][0]
        url = f"{program.server.base_url}/{ENVIRONMENT}/flows/{flow_id}"
        credentials = {"username": "joe", "password": "Password1"}
        flow = program.act(url, "usernamePassword.check", credentials)
        if flow["status"] == "DEVICE_PAIRING_METHOD_REQUIRED":
            chosen = {"devicePairingMethod": "TOTP"}
            key = program.act(url, "devicePairingMethod.select", chosen)["pairingKey"]
            flow = program.act(url, "totpDevice.activate", {"otp": code_now(key)})
        else:
            assert flow["status"] == "OTP_REQUIRED"
            flow = program.act(url, "otp.check", {"otp": code_now(key, steps=1)})
        assert flow["status"] == "COMPLETED"
    back = urlsplit(location(program.ask(flow["resumeUrl"])))
    answer = {name: values[0] for name, values in parse_qs(back.query).items()}
    _, claims = jose.parts(exchange(program, answer)["id_token"])
    assert claims["acr"] == "Multi_Factor"
    assert claims["amr"] == ["pwd", "otp", "mfa"]


def code_now(key: str, *, steps: int = 0) -> str:
    """Return what an application shows now, or so many steps later."""
    return otp.code_at(otp.seed_of(key), time.time() + steps * otp.STEP_SECONDS)
