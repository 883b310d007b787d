"""Certificates that a proxy hands on in a header, having seen them in its own handshake."""

import binascii
import ssl
from urllib.parse import unquote_to_bytes

from ostiary.http.errors import HTTPError, bad_request
from ostiary.http.message import Request

_PEM = b"-----BEGIN"


def handed_certificate(request: Request, header: bytes) -> bytes | None:
    """Return the DER of the certificate in a header; None where there is none.

    Spec: RFC 9440 §2.1 (base64 between colons); nginx `$ssl_client_escaped_cert`; HAProxy
        `ssl_c_der,base64`.
    Raises: HTTPError 400 for one that is sent twice or cannot be read.
    """
    value = (request.find_header(header) or b"").strip(b' "')
    if not value:
        return None
    try:
        if value.startswith(_PEM):
            return ssl.PEM_cert_to_DER_cert(unquote_to_bytes(value).decode("ascii"))
        return binascii.a2b_base64(value.strip(b":"), strict_mode=True)
    except ValueError:
        raise _unreadable(header) from None


def _unreadable(header: bytes) -> HTTPError:
    return bad_request(f"The header {header.decode()} holds no certificate.")
