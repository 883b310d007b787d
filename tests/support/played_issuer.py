"""An issuer that a test plays over HTTP: its keys, its tokens, and every answer it could give."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, assert_never

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ostiary.core.crypto.keys import PrivateKey
from tests.support import jose

NOW = 1_800_000_000.0
AUDIENCE = "https://orders.example"
METADATA, KEYS, INTROSPECTION = "/.well-known/openid-configuration", "/keys", "/introspect"
_CURVES: Mapping[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}

_ALGORITHMS = {"P-384": "ES384", "P-521": "ES512"}


@cache
def private_key(name: str, kind: str = "P-256") -> PrivateKey:
    """Return the key of that name; RSA ones are of 2048 bits unless the kind says otherwise."""
    if kind.startswith("RSA"):
        return rsa.generate_private_key(65537, int(kind[3:] or 2048))
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(_CURVES[kind])


def jwk_of(key: PrivateKey, kid: str | None, **members: Any) -> dict[str, Any]:
    """Return the public half as a JWK; `members` come on top."""
    named = {} if kid is None else {"kid": kid}
    match key:
        case rsa.RSAPrivateKey():
            numbers = key.public_key().public_numbers()
            public = {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
        case ec.EllipticCurvePrivateKey():
            size = (key.curve.key_size + 7) // 8
            point = key.public_key().public_numbers()
            curve = next(name for name, curve in _CURVES.items() if curve.name == key.curve.name)
            public = {
                "kty": "EC",
                "crv": curve,
                "x": jose.encode(point.x.to_bytes(size)),
                "y": jose.encode(point.y.to_bytes(size)),
            }
        case ed25519.Ed25519PrivateKey():
            raw = key.public_key().public_bytes_raw()
            public = {"kty": "OKP", "crv": "Ed25519", "x": jose.encode(raw)}
        case _:
            assert_never(key)
    return {**public, **named, **members}


def _number(value: int) -> str:
    return jose.encode(value.to_bytes((value.bit_length() + 7) // 8))


@dataclass
class Clock:
    """A clock that a test sets."""

    at: float = NOW

    def __call__(self) -> float:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What the issuer answers at a path."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class PlayedIssuer:
    """A listener on loopback. `answers` may be changed at any time; None hangs up.

    `requests` are the paths that were asked for, `bodies` what came with them.
    """

    url: str
    answers: dict[str, Answer | None] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None

    def asked_for_keys(self) -> int:
        """Return how often the keys were fetched, or tried to."""
        return self.requests.count(KEYS)

    def publish(self, *jwks: Mapping[str, Any], **headers: str) -> None:
        """Serve a key set; headers as `cache_control=…`."""
        self.serve(KEYS, {"keys": list(jwks)}, **headers)

    def publish_key(self, kid: str = "k1", kind: str = "P-256") -> None:
        """Serve a set of one key, of that name."""
        self.publish(jwk_of(private_key(f"{self.url} {kid}", kind), kid))

    def serve(self, path: str, document: object, **headers: str) -> None:
        """Serve JSON."""
        shown = {name.replace("_", "-"): value for name, value in headers.items()}
        body = json.dumps(document).encode()
        self.answers[path] = Answer(200, body, {"content-type": "application/json", **shown})

    def token(self, kid: str = "k1", kind: str = "P-256", **claims: Any) -> str:
        """Return an access token by a key of its own; a claim of None is left out."""
        return self.sign({"kid": kid}, self.claims(**claims), kid, kind)

    def sign(
        self, header: Mapping[str, Any], claims: Any, kid: str = "k1", kind: str = "P-256"
    ) -> str:
        """Sign whatever it is told to."""
        key = private_key(f"{self.url} {kid}", kind)
        algorithm = _ALGORITHMS.get(kind) or jose.usual_algorithm(key)
        usual = {"alg": algorithm, "typ": "at+jwt"}
        whole = {n: v for n, v in {**usual, **header}.items() if v is not None}
        return jose.compact(whole, claims, key)

    def claims(self, **claims: Any) -> dict[str, Any]:
        """Return the claims of a good access token, changed."""
        usual = {
            "iss": self.url,
            "sub": "joe",
            "aud": AUDIENCE,
            "client_id": "app",
            "scope": "orders:read",
            "iat": NOW - 10,
            "exp": NOW + 3600,
        }
        return {name: value for name, value in {**usual, **claims}.items() if value is not None}


@contextmanager
def played_issuer() -> Iterator[PlayedIssuer]:
    """Listen on loopback for as long as the block lasts; one good key is published at first."""
    server = _Server(("127.0.0.1", 0), _Handler)
    issuer = server.issuer = PlayedIssuer(f"http://127.0.0.1:{server.server_port}")
    issuer.serve(
        METADATA,
        {
            "issuer": issuer.url,
            "jwks_uri": issuer.url + KEYS,
            "introspection_endpoint": issuer.url + INTROSPECTION,
        },
    )
    issuer.publish_key()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    issuer: PlayedIssuer


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        issuer = self.server.issuer
        issuer.requests.append(self.path)
        issuer.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
        issuer.before_answer()
        answer = issuer.answers.get(self.path, Answer(404))
        if answer is None:
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *args: object) -> None:
        """Say nothing."""
