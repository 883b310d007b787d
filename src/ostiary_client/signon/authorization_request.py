"""A sign-on that has begun: the URL to send a person to, and what the way back is held against."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ostiary_client.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A sign-on that has begun; it belongs to one browser, and is good for one way back.

    Send the browser to `url`, keep the rest where only this browser's session leads to, and give
    it to `exchange` when the browser is back. `to_document` and `from_document` turn it into what
    a session can hold, and back.

    Spec: RFC 6749 §4.1.1; RFC 7636 §4.3; OpenID Connect Core 1.0 §3.1.2.1.
    """

    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    redirect_uri: str | None = None
    scopes: tuple[str, ...] = ()
    max_age_seconds: int | None = None
    response_type: str = "code"

    def to_document(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return {**asdict(self), "scopes": list(self.scopes)}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the request that `to_document` turned into this.

        Raises: ConfigurationError for anything else.
        """
        try:
            return cls(**{**document, "scopes": tuple(document["scopes"])})
        except (KeyError, TypeError):
            raise ConfigurationError(
                "This is no sign-on that was begun",
                remedy="Keep what to_document() gives in the browser's session, and nothing else",
            ) from None
