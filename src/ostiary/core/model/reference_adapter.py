"""Reference adapters: where an application and the server hand each other a person's attributes."""

from dataclasses import dataclass
from enum import StrEnum

from ostiary.core.base.ids import ClientId, TokenManagerId
from ostiary.core.crypto.distinguished_names import NamePattern
from ostiary.core.crypto.secret_digests import SecretDigest


class Direction(StrEnum):
    """Who knows the person.

    Spec: PingFederate "Reference ID adapter" (IdP adapter, SP adapter).
    """

    IDP = "idp"
    """An application that does: it hands in attributes."""
    SP = "sp"
    """The server: an application fetches attributes."""


class AttributeFormat(StrEnum):
    """How attributes are written."""

    JSON = "json"
    PROPERTIES = "properties"
    """Lines of `name=value`, as Java reads them; only on the way out."""
    QUERY = "query"
    """Request parameters; only on the way in."""


@dataclass(frozen=True, slots=True)
class CallerRules:
    """Which applications may call an adapter, each way apart from the others.

    Args:
        username, pass_phrase: of callers that send both; the pass phrase as it is kept.
        subject, issuer: names that the certificate of a caller may have; None for any, and with
            neither no certificate will do.
        token_manager: whose access tokens will do; None for none.
        client_ids: clients to which those tokens were issued.
        required_scopes: all of which a token must have.
        takes_user_tokens: tokens for a user's data will do like a program's own.
    """

    username: str | None = None
    pass_phrase: SecretDigest | None = None
    subject: NamePattern | None = None
    issuer: NamePattern | None = None
    token_manager: TokenManagerId | None = None
    client_ids: frozenset[ClientId] = frozenset()
    required_scopes: frozenset[str] = frozenset()
    takes_user_tokens: bool = False


@dataclass(frozen=True, slots=True)
class ReferenceAdapter:
    """One place of the back channel, with its own callers and its own references.

    Spec: PingFederate "Reference ID adapter" (an adapter instance).

    Args:
        key: by which callers name it.
        reference_seconds: how long a reference waits to be used.
        reference_bytes: random bytes of a reference.
        includes_null: attributes without a value are handed out, too.
        takes_dashed_headers: callers may write headers with dashes.
    """

    key: str
    direction: Direction = Direction.IDP
    callers: CallerRules = CallerRules()
    reference_seconds: int = 3
    reference_bytes: int = 30
    outgoing_format: AttributeFormat = AttributeFormat.JSON
    incoming_format: AttributeFormat = AttributeFormat.JSON
    includes_null: bool = False
    takes_dashed_headers: bool = False
