"""The client certificate of a TLS connection, on its way from the transport to a request.

Spec: ASGI TLS extension 0.2 (`scope["extensions"]["tls"]`), so that this module can go when the
server fills it in by itself.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any


def tls_extension(transport: asyncio.BaseTransport) -> dict[str, Any] | None:
    """Describe the client's side of a TLS connection; None for a plain one.

    Python 3.11 shows the leaf alone, so the chain has at most one certificate. It was verified in
    the handshake: an untrusted one never gets a connection.
    """
    connection = transport.get_extra_info("ssl_object")
    if connection is None:
        return None
    leaf = connection.getpeercert(binary_form=True)
    return {
        "server_cert": None,
        "client_cert_chain": (ssl.DER_cert_to_PEM_cert(leaf),) if leaf else (),
        "client_cert_name": None,
        "client_cert_error": None,
        "tls_version": None,
        "cipher_suite": None,
    }


def leaf_certificate(tls: Mapping[str, Any]) -> bytes | None:
    """Return the DER of the certificate that the client showed, or None."""
    chain = tls["client_cert_chain"]
    return ssl.PEM_cert_to_DER_cert(chain[0]) if chain else None
