"""A real server tells an application of logout, which believes it by the SDK alone."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from ostiary_client.errors import InvalidTokenError
from ostiary_client.verification.logout_token import LogoutToken
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.verifier import TokenVerifier
from tests.support.grant_server import one_worker, sign_on, wait_until_ready
from tests.support.server import OSTIARY, running_server, wait_for

PATIENCE_SECONDS = 30.0


class Application(HTTPServer):
    """Listens on loopback; answers 200 to a logout token that it believes, else 400."""

    verifier: TokenVerifier

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Listener)
        self.values: list[str] = []
        self.over: list[LogoutToken] = []

    def hear(self, value: str) -> int:
        """Judge a token, and return the status of the answer."""
        self.values.append(value)
        try:
            self.over.append(self.verifier.verify_logout_token(value))
        except InvalidTokenError:
            return 400
        return 200


class Listener(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Application)
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        self.send_response(self.server.hear(form["logout_token"][0]))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[Application]:
    with Application() as application:
        thread = threading.Thread(target=application.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield application
        finally:
            application.shutdown()
            thread.join()


def test_SEC_134_application_believes_the_logout_token_of_a_real_server_once(
    tmp_path: Path,
) -> None:
    with listening() as application:
        made = one_worker()
        told = f"http://127.0.0.1:{application.server_port}/told"
        environment = made["environments"]["default"]
        app = {**environment["clients"]["app"], "backchannel_logout_uri": told}
        environment = {**environment, "clients": {**environment["clients"], "app": app}}
        with running_server(tmp_path, {"environments": {"default": environment}}) as server:
            wait_until_ready(server, 1)
            issuer = TrustedIssuer(server.base_url, audience=None, client_id="app")
            application.verifier = TokenVerifier(issuer, verify=server.ca_path)
            sign_on(server, "joe")
            disable = ["user", "disable", "joe", "--config", str(server.configuration_path)]
            subprocess.run([*OSTIARY, *disable], cwd=tmp_path, check=True, capture_output=True)
            wait_for(lambda: bool(server.events("logout_notice_sent")), PATIENCE_SECONDS)

            (sent,) = server.events("logout_notice_sent")
            (logout,) = application.over
            assert (sent["outcome"], sent["session"]) == ("accepted", logout.session_id)
            assert (logout.subject, logout.client_id) == ("joe", "app")
            (value,) = application.values
            with pytest.raises(InvalidTokenError, match="taken before"):
                application.verifier.verify_logout_token(value)
            for verify in (application.verifier.verify, application.verifier.verify_id_token):
                with pytest.raises(InvalidTokenError):
                    verify(value)
