"""Certificates that are over, not yet begun, somebody else's, or nobody's: nothing is sent."""

from pathlib import Path

import pytest

from ostiary_client import CertificateError, TransportError
from tests.client.asking import KINDS, ask_for_token
from tests.support.certificates import Authority, make_authority
from tests.support.odd_server import ACCESS_TOKEN, odd_server

pytestmark = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority") / "ca.pem")


def test_a_good_certificate_is_believed(kind: str, authority: Authority, tmp_path: Path) -> None:
    with odd_server(authority.issue(tmp_path / "server.pem")) as server:
        token = ask_for_token(kind, server.url, verify=authority.path)

    assert token.value == ACCESS_TOKEN


TROUBLES = {
    "has expired": ("localhost", -3),
    "is not valid yet": ("localhost", 1),
    "is for another host": ("other.example", -1),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_SEC_219_a_certificate_that_is_not_the_servers_now_is_refused(
    kind: str, authority: Authority, tmp_path: Path, trouble: str
) -> None:
    host, from_day = TROUBLES[trouble]
    path = authority.issue(tmp_path / "server.pem", host, from_day=from_day)
    with odd_server(path) as server:
        with pytest.raises(CertificateError, match=trouble) as refused:
            ask_for_token(kind, server.url, verify=authority.path)

        assert server.requests == []
        assert not refused.value.was_sent


def test_SEC_219_a_certificate_of_an_unknown_authority_is_refused(
    kind: str, authority: Authority, tmp_path: Path
) -> None:
    other = make_authority(tmp_path / "other.pem")
    with odd_server(other.issue(tmp_path / "server.pem")) as server:
        with pytest.raises(CertificateError, match=r"not trusted .*name its certificate"):
            ask_for_token(kind, server.url, verify=authority.path)

        assert server.requests == []


def test_a_server_without_tls_is_no_https_server(kind: str) -> None:
    with odd_server() as server:
        with pytest.raises(TransportError):
            ask_for_token(kind, server.url.replace("http:", "https:"), timeout_seconds=0.1)

        assert not any(seen.body for seen in server.requests)
