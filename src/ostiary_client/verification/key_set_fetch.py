"""Fetching an issuer's keys."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from ostiary_client.errors import UnreadableResponseError
from ostiary_client.protocol.answers import read_object, refuse_redirect, refuse_trouble
from ostiary_client.protocol.discovery import discover
from ostiary_client.protocol.messages import Exchange, Request, Response
from ostiary_client.protocol.retry import RetryPolicy, send
from ostiary_client.verification.key_set import KeySet, KeySetError, parse_key_set
from ostiary_client.verification.trusted_issuer import TrustedIssuer

USUAL_SECONDS, SHORTEST_SECONDS, LONGEST_SECONDS = 600.0, 60.0, 86_400.0
MAX_BYTES = 512 * 1024
_POLICY = RetryPolicy(attempts=2, longest_pause_seconds=1.0)
"""A request waits for the keys, so that there is no time for more than one more attempt."""
_MAX_AGE = re.compile(r"max-age=\"?([0-9]{1,9})\b")
_ACCEPT = {"accept": "application/jwk-set+json, application/json"}


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """Keys, where they came from, and for how long they are as good as fetched."""

    keys: KeySet
    jwks_uris: tuple[str, ...]
    fresh_seconds: float


def fetch_keys(issuer: TrustedIssuer, jwks_uris: tuple[str, ...]) -> Exchange[PublishedKeys]:
    """Fetch an issuer's keys from all of these addresses, or from the one in its metadata.

    Spec: OpenID Connect Discovery 1.0 §3; RFC 7517 §5.
    Raises: DiscoveryError, IssuerMismatchError among them; ResponseError; TransportError.
    """
    if not jwks_uris:
        metadata = yield from discover(
            issuer.base_url or issuer.issuer,
            policy=_POLICY,
            issuer=issuer.issuer,
            trusted_origins=issuer.trusted_origins,
            insecure_http=issuer.insecure_http,
        )
        jwks_uris = (metadata.endpoint("jwks_uri"),)
    keys, fresh_seconds = KeySet({}), LONGEST_SECONDS
    for jwks_uri in jwks_uris:
        request = Request("GET", jwks_uri, _ACCEPT, is_repeatable=True)
        response = yield from send(lambda request=request: request, _POLICY)  # type: ignore[misc]
        keys = keys.joined_with(_read(response, jwks_uri))
        fresh_seconds = min(fresh_seconds, _fresh_seconds(response))
    return PublishedKeys(keys, jwks_uris, fresh_seconds)


def _read(response: Response, jwks_uri: str) -> KeySet:
    what = f"The key set of {jwks_uri}"
    refuse_redirect(response, what=what)
    refuse_trouble(response, what=what)
    if response.status != HTTPStatus.OK or len(response.body) > MAX_BYTES:
        raise UnreadableResponseError(
            f"{what} is HTTP {response.status} with {len(response.body)} bytes",
            remedy="Check the address; the issuer's administrator knows it",
            status=response.status,
        )
    try:
        return parse_key_set(read_object(response, what=what))
    except KeySetError as error:
        raise UnreadableResponseError(
            f"{what} is no JWK Set: {error}",
            remedy="Check the address; the issuer's administrator knows it",
            status=response.status,
        ) from None


def _fresh_seconds(response: Response) -> float:
    """Return how long the answer may be kept, within bounds.

    Spec: RFC 9111 §5.2.2.
    """
    control = response.headers.get("cache-control", "").lower()
    if "no-store" in control or "no-cache" in control:
        return SHORTEST_SECONDS
    found = _MAX_AGE.search(control)
    seconds = float(found[1]) if found else USUAL_SECONDS
    return min(max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS)
