"""What a request shows of its sender in the header `Authorization`."""

import binascii
from functools import lru_cache

from ostiary.core.clientauth.contract import BasicCredentials, Presented
from ostiary.core.crypto.client_certificates import (
    ClientCertificate,
    UnreadableCertificateError,
    read_certificate,
)
from ostiary.http.message import Request

_CONTROLS = bytes([*range(32), 127])
_REMEMBERED_CERTIFICATES = 256


def present(request: Request, *endpoints: str) -> Presented:
    """Collect what the client-authentication methods look at beside the parameters.

    Spec: RFC 7617 §2; RFC 9110 §11.1 (the scheme's case does not matter).
    Args: endpoints are the paths, below the environment's base URL, that an assertion may name.
    Raises: HTTPError 400 when `Authorization` is sent twice.
    """
    certificate = find_certificate(request)
    header = request.find_header(b"authorization")
    if header is None:
        return Presented(request.address, endpoints, certificate=certificate)
    basic = _parse_basic(header)
    return Presented(request.address, endpoints, basic, basic is None, certificate=certificate)


def find_certificate(request: Request) -> ClientCertificate | None:
    """Return the certificate of a request's connection; one that nobody can read is none."""
    der = request.client_certificate
    return None if der is None else _read_certificate(der)


@lru_cache(_REMEMBERED_CERTIFICATES)
def _read_certificate(der: bytes) -> ClientCertificate | None:
    """Read a certificate; that takes longer than the rest of a request, and it comes with each."""
    try:
        return read_certificate(der)
    except UnreadableCertificateError:
        return None


def _parse_basic(header: bytes) -> BasicCredentials | None:
    """Return user and password, or None for another scheme and what is not strict base64 of UTF-8.

    A bare user without a colon is kept apart from an empty password.
    """
    scheme, _, encoded = header.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    encoded = encoded.strip(b" ")
    try:
        decoded = binascii.a2b_base64(encoded)
        text = decoded.decode()
    except ValueError:
        return None
    # Python's strict mode lets surplus padding through; what we would write ourselves is strict.
    if not decoded or binascii.b2a_base64(decoded, newline=False) != encoded:
        return None
    if not text.isprintable() and len(decoded.translate(None, _CONTROLS)) != len(decoded):
        return None
    user, colon, password = text.partition(":")
    return BasicCredentials(user, password, bool(colon))
