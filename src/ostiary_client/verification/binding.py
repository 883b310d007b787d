"""Tokens that are good with one certificate: held against what the caller showed."""

import hashlib
import hmac
import ssl
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, TypeAlias

from ostiary_client.errors import InvalidTokenError
from ostiary_client.verification import refusals

Certificate: TypeAlias = bytes | str
"""What a caller showed in the TLS handshake: DER, or a text in PEM form."""
_THUMBPRINT = "x5t#S256"


def check_binding(claims: Mapping[str, Any], certificate: Certificate | None) -> None:
    """Refuse a token that counts only with a proof that was not given here.

    Another key than a certificate's is never proved here (DPoP), and so no such token is good.

    Spec: RFC 8705 §3; RFC 9449 §7.1; RFC 7800 §3.1.
    Raises: InvalidTokenError.
    """
    is_dpop = str(claims.get("token_type", "")).lower() == "dpop"
    if "cnf" not in claims and not is_dpop:
        return
    confirmation = claims.get("cnf")
    if is_dpop or certificate is None or not isinstance(confirmation, Mapping):
        raise InvalidTokenError(refusals.BOUND)
    expected = confirmation.get(_THUMBPRINT)
    if confirmation.keys() != {_THUMBPRINT} or not isinstance(expected, str):
        raise InvalidTokenError(refusals.BOUND)
    if not hmac.compare_digest(expected.encode(), _thumbprint(certificate).encode()):
        raise InvalidTokenError(refusals.BOUND_TO_OTHER)


def _thumbprint(certificate: Certificate) -> str:
    """Return what stands for a certificate.

    Spec: RFC 8705 §3.1.
    Raises: InvalidTokenError for a text that is no certificate, whoever has sent it.
    """
    if isinstance(certificate, str):
        try:
            certificate = ssl.PEM_cert_to_DER_cert(certificate)
        except ValueError:
            raise InvalidTokenError(refusals.BOUND) from None
    return urlsafe_b64encode(hashlib.sha256(certificate).digest()).rstrip(b"=").decode()
