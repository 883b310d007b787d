"""JWT bearer grants: assertions of a partner, each of which is good once."""

import json
import time
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from bench.errors import BenchError
from bench.load.requests import ChainedRequests
from bench.servers.contract import Launch, MeasuredServer
from bench.signon.ostiary_user import usernames
from bench.verify import check_user_token, exchange
from bench.work import JWT_BEARER_GRANT, SCOPES, Endpoint, PostRequest, Work

_ISSUER, _AUDIENCE = "https://partner.example.com", "urn:bench:server"
_SECRET_NUMBER = 0x6F7374696172792D62656E6368  # of a partner that lives minutes
_LIFETIME_SECONDS = 1800


def trusted_issuer() -> dict[str, Any]:
    """Return the configuration by which the partner is believed."""
    public = _key().as_dict(private=False)
    return {
        "issuer": _ISSUER,
        "jwks": {"keys": [{**public, "kid": "partner", "use": "sig", "alg": "ES256"}]},
        "algorithms": ["ES256"],
        "audiences": [_AUDIENCE],
        "scopes": list(SCOPES),
    }


def make_assertions(endpoint: Endpoint, count: int) -> ChainedRequests:
    """Sign assertions about all users in turn; nothing of it is timed."""
    first = _request(endpoint, "")
    return ChainedRequests("chain.lua", first.path, first.body, first.marker, sign(count))


def sign(count: int) -> list[str]:
    """Return so many assertions, none of which was there before."""
    key, names, now = _key(), usernames(), int(time.time())
    header = {"alg": "ES256", "kid": "partner"}
    usual = {"iss": _ISSUER, "aud": _AUDIENCE, "iat": now, "exp": now + _LIFETIME_SECONDS}
    started = time.time_ns()
    return [
        jwt.encode(
            header, {**usual, "sub": names[number % len(names)], "jti": f"{started}-{number}"}, key
        )
        for number in range(count)
    ]


def verify_assertion(server: MeasuredServer, launch: Launch) -> int:
    """Bring an assertion, check everything, and return the size of the answer's JSON in bytes.

    Raises: BenchError with what is wrong.
    """
    (assertion,) = sign(1)
    request = _request(server.endpoint(Work.JWT_BEARER), assertion)
    answer = exchange(launch.url, request)
    check_user_token(server, launch, Work.JWT_BEARER, answer)
    try:
        exchange(launch.url, request)
    except BenchError:
        return len(json.dumps(answer, separators=(",", ":")))
    raise BenchError(f"{server.title} takes an assertion twice")


def _request(endpoint: Endpoint, assertion: str) -> PostRequest:
    form = {
        "grant_type": JWT_BEARER_GRANT,
        "scope": " ".join(SCOPES),
        **endpoint.parameters,
        "assertion": assertion,
    }
    return PostRequest(endpoint.path, urlencode(form), '"access_token"')


def _key() -> ECKey:
    """Return the partner's key: the same where it is configured and where it signs."""
    private = ec.derive_private_key(_SECRET_NUMBER, ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return ECKey.import_key(pem)
