"""Certificates that proxies hand on in a header."""

import base64
from ipaddress import ip_network
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ostiary.http.errors import HTTPError
from ostiary.http.message import Request
from ostiary.http.proxies import TrustedProxies
from tests.support.certificates import make_authority

HEADER = b"x-client-certificate"
PROXY, STRANGER = "10.0.0.1", "192.0.2.7"
PROXIES = TrustedProxies([ip_network("10.0.0.0/8")], HEADER.decode())


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> x509.Certificate:
    return make_authority(tmp_path_factory.mktemp("certificate") / "ca.pem").certificate


def _request(*values: bytes, address: str = PROXY, own: bytes | None = None) -> Request:
    headers = [(HEADER, value) for value in values]
    return Request("POST", "/", headers=headers, address=address, client_certificate=own)


@pytest.mark.parametrize("form", ["nginx", "haproxy", "rfc9440"])
def test_S1_14_a_proxy_hands_on_a_certificate_in_each_of_the_usual_forms(
    shown: x509.Certificate, form: str
) -> None:
    der = shown.public_bytes(Encoding.DER)
    encoded = base64.b64encode(der)
    forms = {
        "nginx": quote(shown.public_bytes(Encoding.PEM).decode(), safe="").encode(),
        "haproxy": encoded,
        "rfc9440": b":" + encoded + b":",
    }
    request = _request(forms[form])
    PROXIES.apply(request)
    assert request.client_certificate == der


def test_SEC_175_nobody_else_hands_on_a_certificate(shown: x509.Certificate) -> None:
    request = _request(base64.b64encode(shown.public_bytes(Encoding.DER)), address=STRANGER)
    PROXIES.apply(request)
    assert request.client_certificate is None


def test_SEC_175_the_header_that_nobody_configured_says_nothing(shown: x509.Certificate) -> None:
    request = _request(base64.b64encode(shown.public_bytes(Encoding.DER)))
    TrustedProxies([ip_network("10.0.0.0/8")]).apply(request)
    assert request.client_certificate is None


def test_SEC_175_two_of_them_are_refused(shown: x509.Certificate) -> None:
    encoded = base64.b64encode(shown.public_bytes(Encoding.DER))
    with pytest.raises(HTTPError, match="more than once"):
        PROXIES.apply(_request(encoded, encoded))


@pytest.mark.parametrize("value", [b"no base64!", b"-----BEGIN CERTIFICATE-----", b"====", b"\xff"])
def test_what_is_no_certificate_is_refused(value: bytes) -> None:
    with pytest.raises(HTTPError, match="holds no certificate"):
        PROXIES.apply(_request(value))


def test_the_proxys_own_certificate_is_not_its_clients() -> None:
    request = _request(own=b"the proxy's")
    PROXIES.apply(request)
    assert request.client_certificate is None
