"""What PingOne's metadata says otherwise than the core computes it."""

from collections.abc import Mapping

from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.oauth.checks.proof_key import PLAIN, S256

FIXED: Mapping[str, object] = {
    "response_modes_supported": [
        str(mode)
        for mode in (
            ResponseMode.PI_FLOW,
            ResponseMode.QUERY,
            ResponseMode.FRAGMENT,
            ResponseMode.FORM_POST,
        )
    ],
    "code_challenge_methods_supported": [PLAIN, S256],
    "claims_parameter_supported": False,
    "userinfo_signing_alg_values_supported": ["none"],
}
"""Clients go by it: `pi.flow` is listed, and both methods, though `plain` is a client's switch.

Spec: PingOne "OpenID Connect discovery".
"""


def as_documented(members: Mapping[str, object]) -> dict[str, object]:
    """Return the computed members with those that PingOne's clients go by."""
    return {**members, **FIXED}
