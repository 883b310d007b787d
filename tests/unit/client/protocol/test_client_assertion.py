"""Assertions, verified as a server would; and keys that cannot sign."""

import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc import jwk, jwt

from ostiary_client.errors import ConfigurationError
from ostiary_client.protocol.client_assertion import (
    SignedAssertion,
    client_secret_jwt,
    private_key_jwt,
)
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.secret import Secret

SERVER = Metadata("https://pf.example")
NOW = 1_800_000_000.5
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()
PLAIN = NoEncryption()


def pem(key: "rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey") -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, PLAIN).decode()


def as_jwk(kind: "type[jwk.RSAKey | jwk.ECKey | jwk.OKPKey]", text: str, **members: object) -> str:
    document = kind.import_key(text).as_dict(private=True)
    return json.dumps({**document, **members})


KEYS: dict[str, tuple[str, str]] = {
    "RSA as PEM": (pem(RSA), "RS256"),
    "RSA in the old form": (
        RSA.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, PLAIN).decode(),
        "RS256",
    ),
    "P-256 as PEM": (pem(EC), "ES256"),
    "P-256 in the old form": (
        EC.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, PLAIN).decode(),
        "ES256",
    ),
    "P-384 as PEM": (pem(ec.generate_private_key(ec.SECP384R1())), "ES384"),
    "P-521 as PEM": (pem(ec.generate_private_key(ec.SECP521R1())), "ES512"),
    "Ed25519 as PEM": (pem(ED25519), "EdDSA"),
    "Ed25519 of OpenSSH": (
        ED25519.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, PLAIN).decode(),
        "EdDSA",
    ),
    "RSA as JWK": (as_jwk(jwk.RSAKey, pem(RSA)), "RS256"),
    "RSA as JWK with an algorithm": (as_jwk(jwk.RSAKey, pem(RSA), alg="PS384"), "PS384"),
    "P-256 as JWK": (as_jwk(jwk.ECKey, pem(EC)), "ES256"),
    "Ed25519 as JWK": (as_jwk(jwk.OKPKey, pem(ED25519)), "EdDSA"),
    "Ed25519 by its new name": (as_jwk(jwk.OKPKey, pem(ED25519), alg="Ed25519"), "Ed25519"),
}
CLAIMS = jwt.JWTClaimsRegistry(
    now=lambda: int(NOW),
    leeway=0,
    iss={"essential": True, "value": "my-client"},
    sub={"essential": True, "value": "my-client"},
    aud={"essential": True, "value": "https://pf.example"},
    jti={"essential": True},
    exp={"essential": True},
    iat={"essential": True},
)


def assertion_of(authentication: SignedAssertion) -> str:
    return authentication.credentials(SERVER, NOW).form["client_assertion"]


def public_of(authentication: SignedAssertion) -> jwk.Key:
    document = authentication.key.as_dict(private=False)
    document.pop("alg", None)  # the kind and the test say which
    document.pop("key_ops", None)
    return jwk.import_key(document)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(("text", "algorithm"), KEYS.values(), ids=KEYS)
def test_an_assertion_is_what_the_server_asks_for(text: str, algorithm: str) -> None:
    authentication = private_key_jwt("my-client", Secret(text))
    token = jwt.decode(
        assertion_of(authentication), public_of(authentication), algorithms=[algorithm]
    )

    CLAIMS.validate(token.claims)
    assert token.header == {"alg": algorithm, "typ": "JWT"}
    assert token.claims["exp"] - token.claims["iat"] == 60


@pytest.mark.parametrize(("text", "algorithm"), KEYS.values(), ids=KEYS)
def test_signing_warns_of_nothing(text: str, algorithm: str) -> None:
    assert private_key_jwt("my-client", Secret(f"\n{text}\n")).algorithm == algorithm


def test_the_form_names_the_client_and_the_type_beside_the_assertion() -> None:
    shown = private_key_jwt("my-client", Secret(pem(EC))).credentials(SERVER, NOW)

    assert shown.headers == {}
    assert shown.form.keys() == {"client_id", "client_assertion_type", "client_assertion"}
    assert shown.form["client_id"] == "my-client"
    assert shown.form["client_assertion_type"].endswith(":client-assertion-type:jwt-bearer")


def test_each_assertion_has_an_id_of_its_own() -> None:
    authentication = private_key_jwt("my-client", Secret(pem(EC)))
    public = public_of(authentication)

    ids = {jwt.decode(assertion_of(authentication), public).claims["jti"] for _ in range(50)}
    assert len(ids) == 50
    assert min(map(len, ids)) >= 22


@pytest.mark.parametrize(
    ("text", "given", "kid"),
    [
        (pem(EC), None, None),
        (pem(EC), "k7", "k7"),
        (as_jwk(jwk.ECKey, pem(EC), kid="k1"), None, "k1"),
        (as_jwk(jwk.ECKey, pem(EC), kid="k1"), "k7", "k7"),
    ],
    ids=["none", "given", "the key's", "given instead of the key's"],
)
def test_the_key_is_named_as_it_is_registered(
    text: str, given: str | None, kid: str | None
) -> None:
    authentication = private_key_jwt("c", Secret(text), key_id=given)
    token = jwt.decode(assertion_of(authentication), public_of(authentication))

    assert token.header.get("kid") == kid


def test_an_algorithm_that_fits_the_key_may_be_chosen() -> None:
    assert private_key_jwt("c", Secret(pem(RSA)), algorithm="PS512").algorithm == "PS512"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256", "EdDSA", "RS1", "rs256", "x"])
def test_an_algorithm_that_does_not_fit_the_key_is_refused(algorithm: str) -> None:
    with pytest.raises(ConfigurationError, match="It signs with RS256"):
        private_key_jwt("c", Secret(pem(RSA)), algorithm=algorithm)


def _public() -> str:
    public = RSA.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _encrypted() -> str:
    lock = BestAvailableEncryption(b"password")
    return RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock).decode()


def _of(key: x25519.X25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, PLAIN).decode()


UNUSABLE: dict[str, Callable[[], str]] = {
    "public as PEM": _public,
    "public as JWK": lambda: json.dumps(jwk.RSAKey.import_key(_public()).as_dict()),
    "encrypted": _encrypted,
    "short RSA": lambda: pem(rsa.generate_private_key(65537, 1024)),  # noqa: S505 - refused
    "short RSA as JWK": lambda: '{"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB"}',
    "secp256k1": lambda: pem(ec.generate_private_key(ec.SECP256K1())),
    "Brainpool": lambda: pem(ec.generate_private_key(ec.BrainpoolP256R1())),
    "X25519": lambda: _of(x25519.X25519PrivateKey.generate()),
    "a path": lambda: "/etc/key.pem",
    "words": lambda: "not a key at all",
    "nothing in it": lambda: "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
    "a shared secret": lambda: '{"kty": "oct", "k": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}',
    "a key set": lambda: '{"keys": []}',
    "no kind": lambda: "{}",
    "a kind that does not exist": lambda: '{"kty": "FOO"}',
    "a kind that is no text": lambda: '{"kty": ["RSA"]}',
    "broken JSON": lambda: '{"kty": ',
    "deep JSON": lambda: '{"a":' * 100_000,
    "a point off the curve": lambda: as_jwk(jwk.ECKey, pem(EC), x="AAAA"),
    "for encryption": lambda: as_jwk(jwk.ECKey, pem(EC), use="enc"),
    "for verifying": lambda: as_jwk(jwk.ECKey, pem(EC), key_ops=["verify"]),
    "a kid that is no text": lambda: as_jwk(jwk.ECKey, pem(EC), kid=5),
    "an algorithm of another kind": lambda: as_jwk(jwk.ECKey, pem(EC), alg="RS256"),
    "an algorithm that is no text": lambda: as_jwk(jwk.ECKey, pem(EC), alg=["ES256"]),
}  # fmt: skip


@pytest.mark.parametrize("make", UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_that_cannot_sign_is_refused_before_anything_is_sent(
    make: Callable[[], str],
) -> None:
    text = make()
    with pytest.raises(ConfigurationError) as refused:
        private_key_jwt("c", Secret(text))

    lines = [line for line in text.splitlines() if len(line) > 30 and "KEY-----" not in line]
    assert not any(line in str(refused.value) for line in lines)


def test_a_client_secret_signs_too() -> None:
    secret = "a-secret-of-at-least-32-characters"
    shown = client_secret_jwt("my-client", Secret(secret)).credentials(SERVER, NOW)
    token = jwt.decode(
        shown.form["client_assertion"], jwk.OctKey.import_key(secret), algorithms=["HS256"]
    )

    CLAIMS.validate(token.claims)
    assert "client_secret" not in shown.form


def test_a_secret_that_could_be_guessed_from_its_signature_does_not_sign() -> None:
    with pytest.raises(ConfigurationError, match="too short"):
        client_secret_jwt("c", Secret("hunter2"))


def test_a_public_key_is_no_client_secret() -> None:
    with pytest.raises(ConfigurationError, match="public key"):
        client_secret_jwt("c", Secret(_public()))


def test_a_public_key_is_called_one() -> None:
    public = json.dumps(jwk.RSAKey.import_key(_public()).as_dict())

    with pytest.raises(ConfigurationError, match="is a public one"):
        private_key_jwt("c", Secret(public))
