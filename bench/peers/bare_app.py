"""The floor: the same token minted by hand in a raw ASGI callable, and nothing else.

It reads the request but asks nobody for a password, checks no scope, keeps no record and counts
nothing: what is left is HTTP in uvicorn and one signature.
"""

import argparse
import base64
import secrets
import time
from typing import Any

import msgspec
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from bench.work import AUDIENCE, CLIENT_ID, SCOPES

_KEY_ID = "bare"


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class BareApplication:
    """An ASGI application that answers every POST with a token, and GET with its key."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._algorithm = ec.ECDSA(SHA256())
        header = {"typ": "at+jwt", "alg": "ES256", "kid": _KEY_ID}
        self._head = _base64url(msgspec.json.encode(header)) + b"."

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await receive()
        assert scope["type"] == "http"  # noqa: S101 - lifespan is off
        answer = self._tokens() if scope["method"] == "POST" else self._jwks()
        body = msgspec.json.encode(answer)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send(
            {"type": "http.response.start", "status": 200, "headers": headers, "trailers": False}
        )
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _tokens(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": "http://localhost",
            "sub": CLIENT_ID,
            "aud": AUDIENCE,
            "client_id": CLIENT_ID,
            "scope": " ".join(SCOPES),
            "iat": now,
            "exp": now + 7200,
            "jti": secrets.token_urlsafe(16),
        }
        signed = self._head + _base64url(msgspec.json.encode(claims))
        r, s = decode_dss_signature(self._key.sign(signed, self._algorithm))
        signature = _base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return {
            "access_token": (signed + b"." + signature).decode(),
            "token_type": "Bearer",
            "expires_in": 7200,
            "scope": claims["scope"],
        }

    def _jwks(self) -> dict[str, Any]:
        numbers = self._key.public_key().public_numbers()
        point = {
            name: _base64url(value.to_bytes(32, "big")).decode()
            for name, value in (("x", numbers.x), ("y", numbers.y))
        }
        return {"keys": [{"kty": "EC", "crv": "P-256", "kid": _KEY_ID, "alg": "ES256", **point}]}


def main() -> None:
    """Serve on a port of the loopback address."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    uvicorn.run(
        BareApplication(),
        host="127.0.0.1",
        port=parser.parse_args().port,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
