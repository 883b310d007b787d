"""A client certificate reaches the request as it was shown."""

import asyncio
import ssl
from typing import Any

import pytest

from ostiary.core.crypto.certificates import self_signed
from ostiary.core.crypto.keys import generate
from ostiary.http.connection.tls import leaf_certificate, tls_extension


class Connection:
    """What a transport knows of its TLS connection."""

    def __init__(self, der: bytes | None) -> None:
        self.der = der

    def getpeercert(self, *, binary_form: bool) -> bytes | None:
        assert binary_form
        return self.der


def transport_with(**facts: Any) -> asyncio.BaseTransport:
    return asyncio.BaseTransport(extra=facts)


def test_the_leaf_survives_the_way_through_the_scope() -> None:
    der = self_signed(generate("ES256"), "client", now=1_750_000_000)
    extension = tls_extension(transport_with(ssl_object=Connection(der)))
    assert extension is not None
    assert extension["client_cert_chain"] == (ssl.DER_cert_to_PEM_cert(der),)
    assert leaf_certificate(extension) == der


@pytest.mark.parametrize("der", [None, b""])
def test_a_client_without_a_certificate_shows_none(der: bytes | None) -> None:
    extension = tls_extension(transport_with(ssl_object=Connection(der)))
    assert extension is not None
    assert leaf_certificate(extension) is None


def test_a_plain_connection_has_no_tls() -> None:
    assert tls_extension(transport_with()) is None
