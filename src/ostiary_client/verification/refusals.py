"""How a token is refused: in words that its sender may read, and the reason for the API's log.

The sender of a forged token learns nothing: there is one text for all that is wrong with it.
Whoever has a real one may know why it does not do.
"""

from ostiary_client.errors import InvalidTokenError

FORGED = "The token is forged or damaged"
UNKNOWN_ISSUER = "The token is of no issuer that is trusted here"
NO_ISSUER = "The token does not name its issuer"
NO_ACCESS_TOKEN = "The token is no access token"  # noqa: S105 - a sentence
NO_ID_TOKEN = "The token is no ID token for this application"  # noqa: S105 - a sentence
NO_LOGOUT_TOKEN = "The token is no logout token for this application"  # noqa: S105 - a sentence
SPENT = "The token was taken before"
TOO_MANY_LOGOUTS = "More logout tokens came than can be remembered; send it again later"
NOT_ACTIVE = "The token has expired or was revoked"
EXPIRED = "The token has expired"
TOO_EARLY = "The token is not valid yet"
OTHER_AUDIENCE = "The token is meant for another audience"
BOUND = "The token is bound to a key, and came as a mere bearer token"
BOUND_TO_OTHER = "The token is bound to another certificate than the one that was shown"
NO_SUCH_KEY = "the issuer has no such key"
"""The reason, for those who may know it, why a token that may be genuine is refused as forged."""
UNUSABLE = "The token lacks a claim that is needed here, or has a wrong one"


def forged(reason: str) -> InvalidTokenError:
    """Return the refusal of what is not a token of the issuer at all."""
    return InvalidTokenError(FORGED, remedy=f"For this log only: {reason}")


def unusable(reason: str) -> InvalidTokenError:
    """Return the refusal of a token that its issuer signed, with claims that say too little."""
    return InvalidTokenError(UNUSABLE, remedy=f"For this log only: {reason}")
