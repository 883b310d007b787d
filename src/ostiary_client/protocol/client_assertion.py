"""Authentication by a JWT that the client signs with its private key or its secret."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from ostiary_client.errors import ConfigurationError
from ostiary_client.protocol.client_authentication import Credentials
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.protocol.signing_key import algorithm_for, read_signing_key, unusable
from ostiary_client.secret import Secret

_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFETIME_SECONDS = 60
_LEAST_SECRET_BYTES = 14
"""112 bits, the least that joserfc takes without a warning."""


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
        assertion = jwt.encode(
            header, claims, self.key, registry=_Registry(algorithms=[self.algorithm])
        )
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

    Without an algorithm it is the key's own `alg`, else RS256, ES256, ES384, ES512 or EdDSA, as
    the key is.

    Raises: ConfigurationError for what is no private key, or does not fit the algorithm.
    """
    key = read_signing_key(private_key.reveal().strip())
    chosen = algorithm_for(key, algorithm)
    authentication = SignedAssertion(client_id, key, chosen, key_id or key.kid)
    try:
        authentication.credentials(Metadata(issuer="https://localhost"), now=0)
    except (JoseError, ValueError, TypeError) as error:
        raise unusable(error) from None
    return authentication


def client_secret_jwt(client_id: str, client_secret: Secret) -> SignedAssertion:
    """Return the authentication by an assertion that the client secret signs, with HS256.

    Raises: ConfigurationError for a secret so short that whoever reads the assertion can guess it.
    """
    secret = client_secret.reveal().encode()
    if len(secret) < _LEAST_SECRET_BYTES:
        raise ConfigurationError(
            "The client's secret is too short to sign with",
            remedy=f"Use one of {_LEAST_SECRET_BYTES} bytes or more, better 32; or send it instead "
            "(auth_method='client_secret_basic')",
        )
    try:
        key = jwk.OctKey.import_key(secret)
    except ValueError:
        raise ConfigurationError("The client's secret is a public key, and no secret") from None
    return SignedAssertion(client_id, key, "HS256")


class _Registry(JWSRegistry):
    """Knows EdDSA by its old name without a warning: servers know no other."""

    def get_alg(self, name: str) -> Any:  # noqa: ANN401 - joserfc does not export its type
        """Return the algorithm of that name."""
        return self.algorithms[name] if name == "EdDSA" else super().get_alg(name)
