"""What an application gets back from the authorization endpoint, before it is rendered."""

from collections.abc import Mapping

import msgspec

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.model.authorization_request import ResponseMode


class AuthorizationResponse(msgspec.Struct, frozen=True):
    """The members of an answer and where it goes; `redirect_uri` is one that was checked.

    Spec: RFC 6749 §4.1.2, §4.2.2; OAuth 2.0 Multiple Response Type Encoding Practices; RFC 9207.
    Args:
        redirect_uri: None with `pi.flow`, and for a question that is answered to whoever asks.
        members: text, or a number for `expires_in`, in the order in which they are sent.
        reference: to the attributes that a receiver is handed; a dialect names it.
    """

    mode: ResponseMode
    redirect_uri: str | None
    members: Mapping[str, str | int]
    reference: str | None = None

    @property
    def is_error(self) -> bool:
        return "error" in self.members

    @property
    def is_status_alone(self) -> bool:
        """Tell whether whoever asked is answered by a status, and nothing is sent anywhere."""
        return self.redirect_uri is None and self.mode is not ResponseMode.PI_FLOW

    def __repr__(self) -> str:
        return f"AuthorizationResponse({self.mode}, {sorted(self.members)})"


class RedirectableError(OAuthError):
    """A refusal that the application itself is told, at a redirect URI that was checked."""

    def __init__(
        self, code: OAuthCode, description: str, response: AuthorizationResponse, **detail: str
    ) -> None:
        super().__init__(code, description, **detail)
        self.response = response


class UntrustedRequestError(OAuthError):
    """A refusal that only the person at the browser is told: nobody vouches for where it came from.

    Spec: RFC 6749 §4.1.2.1; RFC 9700 §4.11.
    Args: is_redirectless: it asked for `pi.flow`, so the answer is JSON.
    """

    def __init__(
        self, code: OAuthCode, description: str, *, is_redirectless: bool = False, **detail: str
    ) -> None:
        super().__init__(code, description, **detail)
        self.is_redirectless = is_redirectless
