"""The scripts of the SDK guide to their last lines: the backend is the one of `examples/`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.devices import let_in_by_browser
from tests.support.example_service import serve_example
from tests.support.played_issuer import played_issuer
from tests.support.server import Server, ask
from tests.support.web_browser import WebBrowser

SCRIPTS = Path(__file__).with_name("scripts")
LAST_LINES = "# ping_access_token = "
"""Where the second script begins to be a comment."""


@contextmanager
def backend(own: str, partner: str, ca_path: Path, directory: Path) -> Iterator[int]:
    """Run the example: it takes access tokens of the one issuer and ID tokens of the other."""
    environ = {
        "OWN_ISSUER": own,
        "PARTNER_ISSUER": partner,
        "PARTNER_CLIENT_ID": "sdk-client",
        "ORDERS_AUDIENCE": "https://orders.example",
        "CA_FILE": str(ca_path),
        "TOKENS": f"sqlite:///{directory / 'tokens.db'}",
    }
    with serve_example("backend", environ, directory / "log") as port:
        yield port


@pytest.fixture
def backend_port(seeds_server: Server, tmp_path: Path) -> Iterator[int]:
    with (
        played_issuer() as partner,
        backend(seeds_server.base_url, partner.url, seeds_server.ca_path, tmp_path) as port,
    ):
        yield port


def changed(name: str, replacements: dict[str, str]) -> str:
    source = (SCRIPTS / name).read_text()
    for printed, ours in replacements.items():
        assert printed in source
        source = source.replace(printed, ours)
    return source


def whole_script(server: Server, port: int, **replacements: str) -> str:
    """Return the second script with its last lines as code, as it says they would be."""
    client = {"your_sdk_client_id": "orders-client", "your_sdk_client_secret": SECRET}
    source = changed(
        "cli_client_credentials.txt",
        {
            "https://your-pingfederate-instance.com": server.base_url,
            "http://your-fastapi-backend": f"http://localhost:{port}",
            **client,
            **replacements,
        },
    )
    script, call, last_lines = source.partition(LAST_LINES)
    return script + "\n".join(
        line.removeprefix("# ").removeprefix("#") for line in (call + last_lines).splitlines()
    )


SECRET = "orders-client-secret"


def run(server: Server, source: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", source],
        env={**os.environ, "REQUESTS_CA_BUNDLE": str(server.ca_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def orders(port: int, token: str) -> tuple[int, object]:
    headers = {"authorization": f"Bearer {token}"}
    answer = ask("localhost", port, "/orders", headers=headers)
    return answer.status, answer.json()


def test_S0_24_S0_25_S0_26_the_second_script_gets_the_backends_token_which_opens_its_routes(
    seeds_server: Server, backend_port: int
) -> None:
    source = whole_script(seeds_server, backend_port)

    success, obtained, token = run(seeds_server, f"{source}\nprint(custom_secret_token)").split(
        "\n", 2
    )

    assert success == "Successfully obtained access token from PingFederate."
    assert obtained == f"Obtained custom secret token: {token[:20]}..."
    status, document = orders(backend_port, token.strip())
    assert status == 200
    assert document == {"caller": "orders-client", "issuer": seeds_server.base_url}


def test_S0_30_the_second_script_says_that_the_backend_refused_its_token(
    seeds_server: Server, backend_port: int
) -> None:
    # A token for no API in particular, which the backend does not take.
    source = whole_script(seeds_server, backend_port).replace("orders-client", "sdk-client-id", 1)
    source = source.replace(SECRET, "sdk-client-secret")

    _, refused = run(seeds_server, source).splitlines()

    assert refused.startswith("Error communicating with FastAPI backend /user route: 401 ")


def test_S0_30_the_second_script_says_that_the_backends_answer_has_no_token(
    seeds_server: Server, backend_port: int
) -> None:
    source = whole_script(seeds_server, backend_port, secret_token="another_member")

    assert run(seeds_server, source).splitlines()[1] == (
        "Failed to get custom secret token from backend."
    )


def test_S0_3_S0_23_the_device_script_has_its_id_token_exchanged(
    seeds_server: Server, tmp_path: Path
) -> None:
    with (
        played_issuer() as other,
        backend(other.url, seeds_server.base_url, seeds_server.ca_path, tmp_path) as port,
    ):
        source = changed(
            "device_code.txt",
            {
                "from requests_oauthlib": "import requests\nfrom ostiary_client",
                "https://ping.example.com": seeds_server.base_url,
                "https://api.example.com": f"http://localhost:{port}",
                '["token"]': '["secret_token"]',
            },
        )
        environ = {**os.environ, "SSL_CERT_FILE": str(seeds_server.ca_path)}
        with subprocess.Popen(
            [sys.executable, "-u", "-c", f"{source}\nprint(secret_token)"],
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
        ) as script:
            assert script.stdout is not None
            uri = script.stdout.readline().strip().removeprefix("Visit: ")
            code = script.stdout.readline().strip().removeprefix("Enter code: ")
            browser = WebBrowser(seeds_server.ssl_context())
            let_in_by_browser(browser, f"{uri}?user_code={code}")
            browser.close()
            token = script.stdout.read().strip()
            assert script.wait(30) == 0
        status, document = orders(port, token)
    assert status == 200
    assert document["issuer"] == seeds_server.base_url  # type: ignore[index]
