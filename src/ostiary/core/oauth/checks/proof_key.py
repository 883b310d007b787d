"""The check of the proof key (PKCE): what binds a code to whoever asked for it."""

import re

from msgspec.structs import replace

from ostiary.core.base import b64
from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.client import PKCE
from ostiary.core.oauth.checks.asked import Asked
from ostiary.core.oauth.response_types import CODE

S256, PLAIN = "S256", "plain"
_SHA256_BYTES = 32
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def check_proof_key(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle the challenge that the exchange of the code will have to meet.

    Spec: RFC 7636 §4.2, §4.3, §4.4.1; RFC 9700 §2.1.1 (S256; plain by a client's own switch).
    """
    if CODE not in request.response_types:
        return request
    challenge = asked.params.find("code_challenge")
    method = asked.params.find("code_challenge_method")
    if challenge is None:
        if method is not None or asked.client.pkce is PKCE.REQUIRED:
            raise OAuthError(
                OAuthCode.INVALID_REQUEST, "The parameter code_challenge is missing (PKCE, S256)."
            )
        return request
    method = PLAIN if method is None else method
    _check_method(asked.client.pkce, method)
    if not (_is_digest(challenge) if method == S256 else _VERIFIER.fullmatch(challenge)):
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "The code_challenge is not what its method makes of a key."
        )
    return replace(request, code_challenge=challenge, code_challenge_method=method)


def _check_method(pkce: PKCE, method: str) -> None:
    allowed = {S256, PLAIN} if pkce is PKCE.PLAIN else {S256}
    if method not in allowed:
        raise OAuthError(OAuthCode.INVALID_REQUEST, "The code_challenge_method must be S256.")


def _is_digest(challenge: str) -> bool:
    try:
        return len(b64.decode(challenge)) == _SHA256_BYTES
    except ValueError:
        return False
