"""What a client says to its server to sign people on; sends nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ostiary_client.caching.token_request import token_request
from ostiary_client.conversations import Conversations
from ostiary_client.errors import InvalidTokenError
from ostiary_client.protocol.authorization import authorization_request, with_query
from ostiary_client.protocol.callback import check_callback, read_callback, read_code
from ostiary_client.protocol.messages import Exchange
from ostiary_client.protocol.metadata import trusted_endpoint
from ostiary_client.protocol.sign_on_tokens import exchange_code, refresh_tokens
from ostiary_client.protocol.userinfo import ask_userinfo, check_subject
from ostiary_client.signon.authorization_request import AuthorizationRequest
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.tokens import AccessToken

if TYPE_CHECKING:
    from ostiary_client.verification.relying_party import RelyingParty

_OPENID = ("openid",)


@dataclass(slots=True)
class SignOnConversations:
    """The sign-on of one client; keeps the issuer's keys once it has them."""

    base: Conversations
    _party: "RelyingParty | None" = field(default=None, repr=False)

    def authorization_request(
        self,
        scopes: str | tuple[str, ...] | None,
        redirect_uri: str | None,
        parameters: Mapping[str, str | int | None],
        response_type: str = "code",
    ) -> Exchange[AuthorizationRequest]:
        """Begin a sign-on."""
        identity = self.base.who()
        metadata = yield from self.base.metadata()
        return authorization_request(
            metadata,
            identity.client_id,
            scopes=self._scopes(scopes),
            redirect_uri=redirect_uri,
            response_type=response_type,
            parameters=parameters,
        )

    def exchange(
        self, request: AuthorizationRequest, callback: str | Mapping[str, str]
    ) -> Exchange[TokenSet]:
        """End a sign-on by what the browser brought back."""
        metadata = yield from self.base.metadata()
        parameters = read_callback(callback)
        check_callback(parameters, request, metadata)
        return (yield from self.redeem(request, read_code(parameters)))

    def redeem(self, request: AuthorizationRequest, code: str) -> Exchange[TokenSet]:
        """Exchange a code whose way back has been checked, and verify what comes."""
        endpoint = yield from self.base.endpoint("token_endpoint")
        tokens = yield from exchange_code(endpoint, request, code)
        return (yield from self.verified(tokens, request))

    def verified(
        self, tokens: TokenSet, request: AuthorizationRequest, *, by_browser: bool = False
    ) -> Exchange[TokenSet]:
        """Return tokens with the claims of their ID token, which must be of this sign-on.

        Spec: OpenID Connect Core 1.0 §3.1.3.3, §3.1.3.7, §3.2.2.11.
        Raises: InvalidTokenError, also when there is none although `openid` was asked for.
        """
        from ostiary_client.signon.verifying import verified_sign_on  # noqa: PLC0415 - cryptography

        if tokens.id_token is None:
            wants_one = not by_browser or "id_token" in request.response_type.split()
            if "openid" in tokens.scopes and wants_one:
                raise InvalidTokenError("The server sent no ID token, although openid was asked")
            return tokens
        party = yield from self._relying_party()
        return (yield from verified_sign_on(party, tokens, request, by_browser=by_browser))

    def verified_without_request(self, tokens: TokenSet) -> Exchange[TokenSet]:
        """Return tokens that no browser was sent for, with the claims of their ID token, if any.

        Spec: OpenID Connect Core 1.0 §3.1.3.7.
        Raises: InvalidTokenError; KeysUnavailableError.
        """
        from ostiary_client.signon.verifying import verified_refresh  # noqa: PLC0415 - cryptography

        if tokens.id_token is None:
            return tokens
        party = yield from self._relying_party()
        return (yield from verified_refresh(party, tokens, tokens))

    def refresh(
        self, tokens: TokenSet, scopes: str | tuple[str, ...] | None = None
    ) -> Exchange[TokenSet]:
        """Get new tokens for those that somebody got when they signed on."""
        from ostiary_client.signon.verifying import verified_refresh  # noqa: PLC0415 - cryptography

        endpoint = yield from self.base.endpoint("token_endpoint")
        asked = token_request(scopes).scopes
        new = yield from refresh_tokens(endpoint, tokens, scopes=asked)
        if new.id_token is not None:
            party = yield from self._relying_party()
            new = yield from verified_refresh(party, new, tokens)
        return tokens.renewed(new)

    def userinfo(
        self, token: TokenSet | AccessToken | str, subject: str | None
    ) -> Exchange[Mapping[str, Any]]:
        """Ask who somebody is."""
        metadata = yield from self.base.metadata()
        url = trusted_endpoint(metadata, "userinfo_endpoint", self.trusted_urls)
        authorization = f"Bearer {token}" if isinstance(token, str) else token.authorization
        value = authorization.partition(" ")[2]
        said = yield from ask_userinfo(
            url, authorization, policy=self.base.retries, secrets=(value,)
        )
        if isinstance(said, str):
            party = yield from self._relying_party()
            said = yield from party.userinfo(said)
        known = token.subject if isinstance(token, TokenSet) else None
        check_subject(said, subject or known)
        return said

    def logout_url(
        self,
        id_token_hint: TokenSet | str | None,
        post_logout_redirect_uri: str | None,
        state: str | None,
    ) -> Exchange[str]:
        """Return where to send a browser to sign its person off.

        Spec: OpenID Connect RP-Initiated Logout 1.0 §2.
        """
        metadata = yield from self.base.metadata()
        hint = id_token_hint.id_token if isinstance(id_token_hint, TokenSet) else id_token_hint
        asked = {
            "client_id": None if self.base.identity is None else self.base.identity.client_id,
            "id_token_hint": hint,
            "post_logout_redirect_uri": post_logout_redirect_uri,
            "state": state,
        }
        given = {name: value for name, value in asked.items() if value}
        return with_query(metadata.endpoint("end_session_endpoint"), given)

    @property
    def trusted_urls(self) -> tuple[str, ...]:
        """Whose hosts may be shown a person's password or token, beside the issuer's."""
        return (self.base.base_url, *self.base.trusted_origins)

    def _scopes(self, scopes: str | tuple[str, ...] | None) -> tuple[str, ...]:
        """Return what is asked for: this, or what the client was set up with, or `openid`."""
        usual = self.base.usual.scopes or _OPENID
        return usual if scopes is None else token_request(scopes).scopes

    def _relying_party(self) -> "Exchange[RelyingParty]":
        from ostiary_client.verification.relying_party import (  # noqa: PLC0415 - cryptography
            relying_party,
        )

        if self._party is None:
            metadata = yield from self.base.metadata()
            self._party = relying_party(
                metadata,
                self.base.who().client_id,
                self.base.now,
                insecure_http=self.base.insecure_http,
            )
        return self._party
