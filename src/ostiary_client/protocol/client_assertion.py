"""Authentication by a JWT that the client signs with its private key or its secret."""

import secrets
from dataclasses import dataclass, field

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from ostiary_client.errors import ConfigurationError
from ostiary_client.protocol.client_authentication import Credentials
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.secret import Secret

_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFETIME_SECONDS = 60
_EC_ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}


@dataclass(frozen=True, slots=True)
class SignedAssertion:
    """A client that signs; its assertions name the server's issuer as their only audience.

    Spec: RFC 7523 §2.2, §3; OpenID Connect Core 1.0 §9.
    """

    client_id: str
    key: jwk.Key = field(repr=False)
    algorithm: str
    key_id: str | None = None

    def credentials(self, metadata: Metadata, now: float) -> Credentials:
        """Sign a new assertion, good for one request within a minute."""
        header = {"alg": self.algorithm, "typ": "JWT"}
        if self.key_id is not None:
            header["kid"] = self.key_id
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": metadata.issuer,
            "iat": int(now),
            "exp": int(now) + _LIFETIME_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        assertion = jwt.encode(header, claims, self.key, algorithms=[self.algorithm])
        form = {
            "client_id": self.client_id,
            "client_assertion_type": _TYPE,
            "client_assertion": assertion,
        }
        return Credentials(form=form, secrets=(assertion,))


def private_key_jwt(
    client_id: str, private_key: Secret, *, key_id: str | None = None, algorithm: str | None = None
) -> SignedAssertion:
    """Return the authentication by a private key in PEM form or as a JWK.

    Without an algorithm: RS256, ES256, ES384, ES512 or EdDSA, as the key is.

    Raises: ConfigurationError for what is no private key, or does not fit the algorithm.
    """
    text = private_key.reveal().strip()
    try:
        key = jwk.import_key(text if text.startswith("{") else text.encode())
        if not isinstance(key, jwk.OctKey) and not key.is_private:
            raise ConfigurationError("The key is a public one; signing takes the private one")
        chosen = algorithm or _algorithm_of(key)
        authentication = SignedAssertion(client_id, key, chosen, key_id or key.kid)
        _try_out(authentication)
    except (JoseError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"The private key cannot be used to sign: {type(error).__name__}",
            remedy="Give an unencrypted private key in PEM form (RSA, EC or Ed25519), and an "
            "algorithm that fits it",
        ) from None
    return authentication


def client_secret_jwt(client_id: str, client_secret: Secret) -> SignedAssertion:
    """Return the authentication by an assertion that the client secret signs, with HS256."""
    key = jwk.OctKey.import_key(client_secret.reveal())
    return SignedAssertion(client_id, key, "HS256")


def _algorithm_of(key: jwk.Key) -> str:
    match key:
        case jwk.RSAKey():
            return "RS256"
        case jwk.ECKey():
            return _EC_ALGORITHMS[key.curve_name]
        case jwk.OKPKey():
            return "EdDSA"
        case _:
            raise ConfigurationError("The key is a shared secret; signing takes a private key")


def _try_out(authentication: SignedAssertion) -> None:
    authentication.credentials(Metadata(issuer="https://localhost"), now=0)
