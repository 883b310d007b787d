"""A passkey made of software: what a browser and its authenticator give back, signed truly."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from ostiary.core.base import b64

PRESENT, VERIFIED, MAY_SYNC, SYNCED, HAS_KEY = 0x01, 0x04, 0x08, 0x10, 0x40
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Algorithm = Literal["ES256", "RS256", "EdDSA"]


def make_key(algorithm: Algorithm) -> Key:
    """Make a key of one of the algorithms that passkeys have."""
    match algorithm:
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "RS256":
            return rsa.generate_private_key(65537, 2048)
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()


@dataclass
class SoftPasskey:
    """One credential, on one page.

    Args:
        origin: of the page that it is used on.
        counts: whether it counts its uses.
    """

    origin: str
    key: Key = field(default_factory=lambda: make_key("ES256"))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    count: int = 0
    is_framed: bool = False
    user_handle: bytes | None = None

    def create(self, options: str, **statement: Any) -> str:
        """Answer `navigator.credentials.create()`.

        Args: statement: `fmt` and `attStmt` of an attestation; none by default.
        """
        given = json.loads(options)
        self.user_handle = b64.decode(given["user"]["id"])
        client_data = self._client_data("webauthn.create", given["challenge"])
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(given["rp"]["id"], HAS_KEY) + attested + cbor2.dumps(self._cose())
        form = {"fmt": "none", "attStmt": {}, **statement, "authData": data}
        return self._answer(
            clientDataJSON=client_data,
            attestationObject=cbor2.dumps(form),
            transports=["internal", "hybrid"],
        )

    def get(self, options: str, **changes: Any) -> str:
        """Answer `navigator.credentials.get()`.

        Args: changes: members of the client data that are other than they should be.
        """
        given = json.loads(options)
        if self.counts:
            self.count += 1
        client_data = self._client_data("webauthn.get", given["challenge"], **changes)
        data = self._data(given["rpId"])
        return self._answer(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=self._sign(data + hashlib.sha256(client_data).digest()),
            userHandle=self.user_handle,
        )

    def _answer(self, **response: object) -> str:
        encoded = {
            name: b64.encode(value) if isinstance(value, bytes) else value
            for name, value in response.items()
        }
        name = b64.encode(self.credential_id)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": encoded,
                "clientExtensionResults": {},
            }
        )

    def _client_data(self, kind: str, challenge: str, **changes: Any) -> bytes:
        data = {
            "type": kind,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": self.is_framed,
        }
        return json.dumps({**data, **changes}).encode()

    def _data(self, rp_id: str, more: int = 0) -> bytes:
        flags = bytes([self.flags | more])
        return hashlib.sha256(rp_id.encode()).digest() + flags + self.count.to_bytes(4, "big")

    def _cose(self) -> Mapping[int, object]:
        match self.key:
            case ec.EllipticCurvePrivateKey():
                point = self.key.public_key().public_numbers()
                x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
                return {1: 2, 3: -7, -1: 1, -2: x, -3: y}
            case rsa.RSAPrivateKey():
                numbers = self.key.public_key().public_numbers()
                modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
                return {1: 3, 3: -257, -1: modulus, -2: numbers.e.to_bytes(3, "big")}
            case ed25519.Ed25519PrivateKey():
                return {1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes_raw()}

    def _sign(self, data: bytes) -> bytes:
        match self.key:
            case ec.EllipticCurvePrivateKey():
                return self.key.sign(data, ec.ECDSA(SHA256()))
            case rsa.RSAPrivateKey():
                return self.key.sign(data, padding.PKCS1v15(), SHA256())
            case ed25519.Ed25519PrivateKey():
                return self.key.sign(data)
