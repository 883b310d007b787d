"""Public documents in JSON: cacheable, the same for everybody."""

from collections.abc import Iterable, Mapping

from ostiary.core.crypto.keys import PUBLICATION_LEAD_SECONDS, SigningKey
from ostiary.http.message import Response, json_response

CACHEABLE = ((b"cache-control", b"public, max-age=%d" % PUBLICATION_LEAD_SECONDS),)
"""A verifier that keeps JWKS this long still knows a new key before its first use."""


def render_document(members: Mapping[str, object]) -> Response:
    """Answer with a metadata document."""
    return json_response(members, headers=CACHEABLE)


def render_jwks(keys: Iterable[SigningKey]) -> Response:
    """Answer with a JWK Set.

    Spec: RFC 7517 §5.
    """
    return json_response({"keys": [key.public_jwk for key in keys]}, headers=CACHEABLE)
