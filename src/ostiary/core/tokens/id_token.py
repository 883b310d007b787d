"""ID tokens: what a client is told about who signed on, and when, and how.

Spec: OpenID Connect Core §2, §3.1.3.6, §3.3.2.11.
"""

import hashlib
from collections.abc import Mapping

from ostiary.core.base import b64
from ostiary.core.crypto.keys import Algorithm, SigningKey
from ostiary.core.model.environment import ENVIRONMENT_KEYS, Environment
from ostiary.core.tokens.occasion import Occasion
from ostiary.core.tokens.user_claims import claims_of_scopes, claims_wished

OPENID = "openid"
DEFAULT_ALGORITHM: Algorithm = "RS256"
_NO_CLAIMS: Mapping[str, object] = {}


def choose_key(env: Environment, algorithm: Algorithm | None, now: float) -> SigningKey:
    """Return the key of the environment that signs with an algorithm, or by default."""
    keys = env.key_sets[ENVIRONMENT_KEYS]
    if algorithm is None:
        known = [key.algorithm for key in keys.keys]
        algorithm = DEFAULT_ALGORITHM if DEFAULT_ALGORITHM in known else known[0]
    return keys.signing_key(algorithm, now)


def write_id_token(occasion: Occasion, *, is_alone: bool = False) -> dict[str, object]:
    """Return the claims of an ID token, but for the hashes of what goes out beside it.

    Args: is_alone: neither a code nor an access token will tell more.
    """
    env, client, person, now = occasion.env, occasion.client, occasion.person, occasion.now
    authentication = person.authentication
    claims: dict[str, object] = {
        "iss": env.issuer,
        "sub": person.subject,
        "aud": client.client_id,
        "exp": int(now) + client.id_token_lifetime_seconds,
        "iat": int(now),
        "auth_time": int(authentication.at),
    }
    if person.nonce is not None:
        claims["nonce"] = person.nonce
    if authentication.context is not None:
        claims["acr"] = authentication.context
    if authentication.methods:
        claims["amr"] = authentication.methods
    if person.session_id is not None:
        claims["sid"] = person.session_id
        for name in env.traits.session_claims:
            claims[name] = person.session_id
    claims |= env.traits.tenant_claims
    for name, value in _user_claims(occasion, is_alone=is_alone).items():
        claims.setdefault(name, value)
    return claims


def half_hash(algorithm: Algorithm, text: str) -> str:
    """Return the hash by which an ID token names an access token or a code (`at_hash`, `c_hash`).

    Ed25519 hashes with SHA-512 itself, so that is its hash here too.
    """
    kind = hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256
    digest = kind(text.encode()).digest()
    return b64.encode(digest[: len(digest) // 2])


def _user_claims(occasion: Occasion, *, is_alone: bool) -> Mapping[str, object]:
    env, client, person = occasion.env, occasion.client, occasion.person
    if not (person.claims.id_token or is_alone or client.puts_claims_in_id_token):
        return _NO_CLAIMS
    found = claims_wished(env, person.user, client, person.claims.id_token)
    if is_alone or client.puts_claims_in_id_token:
        found |= claims_of_scopes(env, person.user, occasion.authorization.scopes)
    return found
