"""A client's private key, as PEM or JWK, and the algorithm that it signs with."""

from typing import Any, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key
from joserfc import jwk
from joserfc.errors import JoseError

from ostiary_client.errors import ConfigurationError
from ostiary_client.protocol.answers import parse_object

SigningKey: TypeAlias = jwk.RSAKey | jwk.ECKey | jwk.OKPKey
_KINDS: dict[str, type[SigningKey]] = {"RSA": jwk.RSAKey, "EC": jwk.ECKey, "OKP": jwk.OKPKey}
_LEAST_RSA_BITS = 2048
_OPENSSH = "-----BEGIN OPENSSH PRIVATE KEY-----"
_EC_ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_RSA_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_UNUSABLE = (JoseError, ValueError, TypeError, KeyError, UnsupportedAlgorithm)


def read_signing_key(text: str) -> SigningKey:
    """Return the private key in a PEM or JWK text.

    Raises: ConfigurationError for everything else, in words that show nothing of it.
    """
    try:
        key = _read_jwk(text) if text.startswith("{") else _read_pem(text)
    except _UNUSABLE as error:
        raise unusable(error) from None
    if not key.is_private:
        raise ConfigurationError("The key is a public one; signing takes the private one")
    return key


def algorithm_for(key: SigningKey, wanted: str | None) -> str:
    """Return the algorithm to sign with: the wanted one, the key's own, or its kind's usual one.

    Spec: RFC 7518 §3.1; RFC 8037 §3.1.
    Raises: ConfigurationError for one that does not fit the key, "none" and HMAC among them.
    """
    fitting = _fitting(key)
    chosen = wanted or key.get("alg") or fitting[0]
    if chosen not in fitting:
        raise ConfigurationError(
            f"The key does not sign with {str(chosen)[:40]!r}",
            remedy=f"It signs with {', '.join(fitting)}",
        )
    return str(chosen)


def unusable(error: Exception) -> ConfigurationError:
    """Return the error for a key that cannot sign, for whatever reason."""
    return ConfigurationError(
        f"The private key cannot be used to sign: {type(error).__name__}",
        remedy="Give an unencrypted private key as PEM or JWK: RSA of 2048 bits or more, EC "
        "(P-256, P-384, P-521) or Ed25519",
    )


def _read_jwk(text: str) -> SigningKey:
    document: Any = parse_object(text.encode())
    kind = document.get("kty")
    if kind == "oct":
        raise ConfigurationError("The key is a shared secret; signing takes a private key")
    if kind == "RSA":
        _check_rsa_bits(len(str(document.get("n", ""))) * 6)
    return _KINDS[kind].import_key(document)


def _read_pem(text: str) -> SigningKey:
    load = load_ssh_private_key if _OPENSSH in text else load_pem_private_key
    loaded = load(text.encode(), password=None)
    match loaded:
        case rsa.RSAPrivateKey():
            _check_rsa_bits(loaded.key_size)
            return jwk.RSAKey.import_key(loaded)
        case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1() | ec.SECP384R1() | ec.SECP521R1()):
            return jwk.ECKey.import_key(loaded)
        case ed25519.Ed25519PrivateKey() | ed448.Ed448PrivateKey():
            return jwk.OKPKey.import_key(loaded)
        case _:
            raise TypeError


def _check_rsa_bits(bits: int) -> None:
    if bits < _LEAST_RSA_BITS:
        raise ValueError


def _fitting(key: SigningKey) -> tuple[str, ...]:
    match key:
        case jwk.RSAKey():
            return _RSA_ALGORITHMS
        case jwk.ECKey() if key.curve_name in _EC_ALGORITHMS:
            return (_EC_ALGORITHMS[key.curve_name],)
        case jwk.OKPKey() if key.curve_name == "Ed25519":
            return ("EdDSA", "Ed25519")
        case jwk.OKPKey() if key.curve_name == "Ed448":
            return ("EdDSA", "Ed448")
        case _:
            raise unusable(ValueError())
