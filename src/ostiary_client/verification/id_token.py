"""The claims of an ID token: is it one, is it for this application, and of this login?"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

from ostiary_client.errors import InvalidTokenError
from ostiary_client.verification import refusals
from ostiary_client.verification.reading.claims import read_scopes, read_text, read_texts, read_time
from ostiary_client.verification.reading.unverified import UnverifiedJWT
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.validity import Moment, check_times, require_expiry
from ostiary_client.verification.verified_token import VerifiedToken

_DIGESTS = {"256": "sha256", "384": "sha384", "512": "sha512"}


@dataclass(frozen=True, slots=True)
class Login:
    """What an ID token has to belong to; what is left out is not compared.

    `needs_at_hash` says that the access token came beside it through a browser; `max_age_seconds`
    how long ago the person may have signed on.
    """

    nonce: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)
    needs_at_hash: bool = False
    max_age_seconds: int | None = None


def check_id_token(
    jwt: UnverifiedJWT, issuer: TrustedIssuer, moment: Moment, login: Login
) -> VerifiedToken:
    """Return what an ID token says whose signature has been checked.

    Spec: OpenID Connect Core 1.0 §2, §3.1.3.7, §3.3.2.11.
    Raises: InvalidTokenError.
    """
    if jwt.typ not in {"jwt", None} or "events" in jwt.claims:
        raise InvalidTokenError(refusals.NO_ID_TOKEN, remedy="Its header has another typ")
    audience = _check_application(jwt, issuer.client_id)
    _check_login(jwt, login)
    _check_age(jwt, login, moment)
    subject = read_text(jwt.claims, "sub")
    if not subject or "iat" not in jwt.claims:
        raise refusals.unusable("sub or iat is missing")
    return VerifiedToken(
        issuer=issuer.issuer,
        subject=subject,
        client_id=issuer.client_id,
        audience=audience,
        scopes=read_scopes(jwt.claims),
        expires_at=require_expiry(check_times(jwt.claims, moment)),
        kind="id_token",
        claims=jwt.claims,
        value=jwt.value,
    )


def _check_application(jwt: UnverifiedJWT, client_id: str | None) -> tuple[str, ...]:
    audience = read_texts(jwt.claims, "aud") or ()
    presenter = read_text(jwt.claims, "azp")
    if client_id not in audience or presenter not in {None, client_id}:
        raise InvalidTokenError(refusals.NO_ID_TOKEN, remedy="Its aud or azp names another")
    if len(audience) > 1 and presenter is None:
        raise InvalidTokenError(refusals.NO_ID_TOKEN, remedy="It has several aud, and no azp")
    return audience


def _check_login(jwt: UnverifiedJWT, login: Login) -> None:
    if login.nonce is not None and not _same(login.nonce, read_text(jwt.claims, "nonce")):
        raise InvalidTokenError(refusals.NO_ID_TOKEN, remedy="Its nonce is of another login")
    for name, value in (("at_hash", login.access_token), ("c_hash", login.code)):
        claimed = read_text(jwt.claims, name)
        if value is None:
            continue
        if name == "at_hash" and claimed is None and not login.needs_at_hash:
            continue  # in the code flow the issuer may leave it out
        if not _same(half_hash(value, jwt.algorithm), claimed):
            raise InvalidTokenError(refusals.NO_ID_TOKEN, remedy=f"Its {name} is of another login")


def _check_age(jwt: UnverifiedJWT, login: Login, moment: Moment) -> None:
    """Refuse the token of somebody who signed on longer ago than was asked for."""
    if login.max_age_seconds is None:
        return
    signed_on_at = read_time(jwt.claims, "auth_time")
    if signed_on_at is None:
        raise refusals.unusable("auth_time is missing, although max_age was asked for")
    if signed_on_at + login.max_age_seconds < moment.now - moment.leeway_seconds:
        raise InvalidTokenError(
            refusals.NO_ID_TOKEN, remedy="Its auth_time is longer ago than max_age allows"
        )


def half_hash(value: str, algorithm: str) -> str:
    """Return the left half of a token's or code's hash, as ID tokens carry it.

    Spec: OpenID Connect Core 1.0 §3.1.3.6.
    """
    # Ed25519 hashes with SHA-512 inside, and is taken to mean that here.
    digest = hashlib.new(_DIGESTS.get(algorithm[-3:], "sha512"), value.encode()).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _same(expected: str, claimed: str | None) -> bool:
    return claimed is not None and hmac.compare_digest(expected.encode(), claimed.encode())
