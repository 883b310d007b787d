"""Response types: what an application may ask the authorization endpoint for at once.

Spec: OAuth 2.0 Multiple Response Type Encoding Practices §2.1, §3, §4, §5.
"""

from collections.abc import Collection, Mapping
from itertools import permutations

from ostiary.core.model.authorization_request import ResponseMode

CODE, TOKEN, ID_TOKEN, NONE = "code", "token", "id_token", "none"
PROMPTS = ("none", "login", "consent", "select_account")
SUPPORTED = (
    "code",
    "token",
    "id_token",
    "code token",
    "code id_token",
    "token id_token",
    "code token id_token",
    "none",
)
"""As metadata lists them; the order inside of one means nothing."""
_PARTS: Mapping[str, tuple[str, ...]] = {
    " ".join(parts): tuple(sorted(parts))
    for response_type in SUPPORTED
    for parts in permutations(response_type.split(" "))
}


def parse_response_type(text: str) -> tuple[str, ...] | None:
    """Return the parts of a `response_type`, sorted, or None for one that is not supported."""
    return _PARTS.get(text)


def default_mode(response_types: Collection[str]) -> ResponseMode:
    """Return how an answer goes out where the request does not say: tokens never in a query."""
    carries_tokens = TOKEN in response_types or ID_TOKEN in response_types
    return ResponseMode.FRAGMENT if carries_tokens else ResponseMode.QUERY


def is_deprecated(response_types: Collection[str]) -> bool:
    """Tell whether an access token comes out of the front channel.

    Spec: RFC 9700 §2.1.2.
    """
    return TOKEN in response_types
