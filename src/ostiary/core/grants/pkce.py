"""PKCE: whether who redeems a code is who asked for it.

Spec: RFC 7636 §4.1, §4.6; RFC 9700 §2.1.1, §4.8.
"""

import hashlib
import hmac
import re

from ostiary.core.base import b64
from ostiary.core.grants.refusals import invalid_grant
from ostiary.core.model.user_grant import AuthorizationCode

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def check_verifier(code: AuthorizationCode, verifier: str | None) -> None:
    """Refuse a verifier that is missing, malformed, wrong, or not called for.

    One that was not called for means that somebody took the challenge out of the request.
    Raises: OAuthError invalid_grant.
    """
    if code.code_challenge is None:
        if verifier is not None:
            raise invalid_grant("a verifier without a challenge")
        return
    if verifier is None:
        raise invalid_grant("a challenge without a verifier")
    if not _VERIFIER.fullmatch(verifier):
        raise invalid_grant("a malformed verifier")
    challenge = verifier
    if code.code_challenge_method == "S256":
        challenge = b64.encode(hashlib.sha256(verifier.encode()).digest())
    if not hmac.compare_digest(challenge.encode(), code.code_challenge.encode()):
        raise invalid_grant("a wrong verifier")
