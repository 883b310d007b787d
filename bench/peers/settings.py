"""What the peers are told: one client, its scopes, and how a request names a kind of token."""

import json

from bench.work import (
    AUDIENCE,
    CLIENT_ID,
    CLIENT_SECRET,
    CODE_CHALLENGE,
    REDIRECT_URI,
    SCOPES,
)

RESOURCE_PREFIX = "urn:bench:"


def settings_json() -> str:
    """Return the settings as the JavaScript peer reads them."""
    return json.dumps(
        {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scopes": SCOPES,
            "audience": AUDIENCE,
            "resource_prefix": RESOURCE_PREFIX,
            "redirect_uri": REDIRECT_URI,
            "code_challenge": CODE_CHALLENGE,
        }
    )
