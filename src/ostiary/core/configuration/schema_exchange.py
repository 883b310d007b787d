"""What clients may exchange tokens for."""

from pydantic import Field, StrictBool

from ostiary.core.configuration.field_types import Audience, KeyName
from ostiary.core.configuration.schema_secrets import Settings


class TokenExchangeSettings(Settings):
    """What a client may exchange tokens for, and whose (RFC 8693)."""

    clients: tuple[KeyName, ...] = Field(
        default=(), description="Clients whose access tokens it may bring, beside its own."
    )
    issuers: tuple[KeyName, ...] = Field(
        default=(), description="Trusted issuers whose tokens it may bring."
    )
    audiences: tuple[Audience, ...] = Field(
        default=(),
        description="What the new tokens may be for; default: any resource of the environment.",
    )
    impersonation: StrictBool = Field(
        default=False,
        description="Without `actor_token` the new token says nothing of the client in between. "
        "Otherwise its claim `act` names the client: then an API sees who acts for whom.",
    )
