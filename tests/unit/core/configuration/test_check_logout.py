"""Checks of [server.outbound] and of clients that are told of logout."""

import pytest

from tests.support.configurations import (
    PRODUCTION,
    MadeUpSurroundings,
    client_problems,
    problems_in,
)

ENVIRONMENT = "\n[environments.main]\n"
APP = "environments.main.clients.app"
CODE = (
    'redirect_uris = ["https://app.example.com/callback", "http://127.0.0.1/callback"]\n'
    'grant_types = ["authorization_code"]\n'
)
BACK, FRONT = "backchannel_logout_uri", "frontchannel_logout_uri"
CLIENT = f"\n[environments.main.clients.app]\nsecret = {{ generate = true }}\n{CODE}"


def in_production(back: str, outbound: str = "") -> list[str]:
    """Check a client with a logout URI on a production server."""
    server = f"{PRODUCTION}{outbound}"
    return problems_in(f'{server}{ENVIRONMENT}{CLIENT}{BACK} = "{back}"\n')


def test_logout_uris_of_ones_own_have_no_problems() -> None:
    uris = f'{BACK} = "https://logout.example.net/x"\n{FRONT} = "https://app.example.com/bye"'
    assert client_problems(f"{CODE}{uris}") == []


@pytest.mark.parametrize(
    "uri",
    ["javascript:alert(1)", "//app.example.com/", "https://u@app.example.com/", "https://a/#b"],
)
@pytest.mark.parametrize("field", [BACK, FRONT])
def test_SEC_212_SEC_215_what_is_no_plain_https_url_is_refused(field: str, uri: str) -> None:
    (problem,) = client_problems(f'{CODE}{field} = "{uri}"')

    assert problem.startswith(f"{APP}.{field}: must be an https URL with a host")


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("http://app.example.com/logout", "must be https"),
        ("https://169.254.169.254/latest", "must not lead to an internal address"),
        ("https://127.0.0.1/logout", "must not lead to an internal address"),
        ("https://[::ffff:10.0.0.1]/logout", "must not lead to an internal address"),
        ("https://app.example.com:22/", "must have a port that the server may connect to"),
    ],
)
def test_SEC_212_SEC_215_a_place_where_the_server_may_not_go_is_refused(
    uri: str, reason: str
) -> None:
    assert in_production(uri) == [f"{APP}.{BACK}: {reason}; see [server.outbound]"]


@pytest.mark.parametrize(
    ("uri", "outbound"),
    [
        ("https://10.1.2.3/logout", 'outbound.allow = ["10.0.0.0/8"]'),
        ("https://app.example.com:9443/", "outbound.ports = [443, 9443]"),
    ],
)
def test_SEC_212_SEC_215_what_is_listed_is_allowed(uri: str, outbound: str) -> None:
    assert in_production(uri, outbound) == []


def test_SEC_215_dev_mode_lets_this_machine_be_told_in_plain() -> None:
    assert client_problems(f'{CODE}{BACK} = "http://localhost:8080/logout"') == []


@pytest.mark.parametrize(
    "uri",
    [
        "https://other.example.com/bye",
        "https://app.example.com:8443/bye",
        "http://127.0.0.1:8080/bye",
    ],
)
def test_SEC_212_a_frame_is_on_the_origin_of_a_redirect_uri(uri: str) -> None:
    assert client_problems(f'{CODE}{FRONT} = "{uri}"') == [
        f"{APP}.{FRONT}: must have scheme, host and port of one of its redirect_uris"
    ]


def test_a_frame_in_plain_is_for_this_machine() -> None:
    assert client_problems(f'{CODE}{FRONT} = "http://127.0.0.1/bye"') == []
    assert client_problems(f'{CODE}{FRONT} = "http://app.example.com/bye"') == [
        f"{APP}.{FRONT}: must be https; http is for this machine itself"
    ]


@pytest.mark.parametrize("channel", ["backchannel", "frontchannel"])
def test_a_switch_without_its_uri_is_pointed_out(channel: str) -> None:
    (problem,) = client_problems(f"{CODE}{channel}_logout_session_required = true")

    assert problem == (
        f"{APP}.{channel}_logout_session_required: warning: "
        f"has no effect without {channel}_logout_uri"
    )


@pytest.mark.parametrize("place", ["0.0.0.0/0", "::/0"])
def test_SEC_212_allowing_everything_is_pointed_out(place: str) -> None:
    (problem,) = problems_in(f'{PRODUCTION}outbound.allow = ["{place}"]{ENVIRONMENT}')

    assert problem.startswith("server.outbound.allow[0]: warning: lets whoever names a URL")


@pytest.mark.parametrize("place", ["10.0.0.0/33", "https://a.example", "A.example", "*", ""])
def test_what_is_no_place_is_refused(place: str) -> None:
    (problem,) = problems_in(f'{PRODUCTION}outbound.allow = ["{place}"]{ENVIRONMENT}')

    assert problem.startswith('server.outbound.allow[0]: must be a network such as "10.0.0.0/8"')


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "cannot be read"), ("no certificate", "holds no certificates in PEM form")],
)
def test_SEC_219_a_file_of_certificates_must_hold_some(content: str | None, reason: str) -> None:
    files = {} if content is None else {"ca.pem": content}
    (problem,) = problems_in(
        f'{PRODUCTION}outbound.ca_file = "ca.pem"{ENVIRONMENT}', MadeUpSurroundings(files=files)
    )

    assert problem.startswith(f"server.outbound.ca_file: the file ca.pem {reason}")
