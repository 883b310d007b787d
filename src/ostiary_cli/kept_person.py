"""Whoever signed on with `ostiary login`, and their tokens, which nobody else can read."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ostiary_cli.token_file import TokenFile
from ostiary_client.errors import ConfigurationError, InvalidTokenError, SignOnRequiredError
from ostiary_client.profiles import Profile
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.tokens import AccessToken
from ostiary_client.verification.reading.unverified import parse

Refresh = Callable[[TokenSet], TokenSet]
_REMEDY = "Run   ostiary login"


@dataclass(frozen=True, slots=True)
class KeptPerson:
    """The one person who is signed on with a client, as this user of the machine."""

    file: TokenFile

    @classmethod
    def of(cls, profile: Profile, environ: Mapping[str, str] = os.environ) -> "KeptPerson":
        """Return whoever signed on with a profile's client.

        Raises: ConfigurationError when the folder is not the user's own.
        """
        return cls(TokenFile.of_person(profile, environ))

    def find(self) -> TokenSet | None:
        """Return their tokens, good or not, or None when nobody is signed on."""
        held = self.file.held()
        if held is None:
            return None
        token, obtained_at = held
        response = token.response
        id_token = _text(response, "id_token")
        return TokenSet(
            token.value,
            _text(response, "refresh_token"),
            id_token,
            token.expires_at,
            token.scopes,
            token.token_type,
            _claims(id_token),
            obtained_at,
        )

    def get(self) -> TokenSet:
        """Return their tokens, good or not.

        Raises: SignOnRequiredError when nobody is signed on.
        """
        tokens = self.find()
        if tokens is None:
            raise SignOnRequiredError("Nobody is signed on", remedy=_REMEDY)
        return tokens

    def access_token(self, refresh: Refresh) -> AccessToken:
        """Return their access token, a new one when that is due; one process asks for all.

        Raises: SignOnRequiredError; whatever refresh raises.
        """
        self.get()
        return self.file.get(lambda: self._refreshed(refresh))

    def keep(self, tokens: TokenSet) -> None:
        """Keep somebody's tokens, in the place of whoever was signed on before.

        Raises: ConfigurationError when that cannot be done.
        """
        obtained_at = self.file.now() if tokens.obtained_at is None else tokens.obtained_at
        # A refresh that is under way must not put the tokens of before in their place.
        with self.file.exclusively():
            self.file.write(_whole(tokens), obtained_at)
            kept = self.file.held()
        if kept is None or kept[0].value != tokens.access_token:
            raise ConfigurationError("Somebody signed on, and their tokens could not be kept")

    def take(self) -> TokenSet | None:
        """Remove their tokens and return them, or None when nobody is signed on."""
        with self.file.exclusively():
            tokens = self.find()
            self.file.remove()
        return tokens

    def _refreshed(self, refresh: Refresh) -> AccessToken:
        # Read again: another process may have refreshed them while this one waited.
        tokens = self.get()
        try:
            return _whole(refresh(tokens))
        except SignOnRequiredError as error:
            now = self.find()
            if now is not None and now.refresh_token == tokens.refresh_token:
                self.file.remove()
            error.remedy = _REMEDY
            raise


def _whole(tokens: TokenSet) -> AccessToken:
    """Return tokens as one access token, whose response holds the others."""
    others = {"refresh_token": tokens.refresh_token, "id_token": tokens.id_token}
    kept = {name: value for name, value in others.items() if value}
    token = tokens.as_access_token()
    return replace(token, response={**token.response, **kept})


def _text(response: Mapping[str, Any], name: str) -> str | None:
    value = response.get(name)
    return value if isinstance(value, str) and value else None


def _claims(id_token: str | None) -> Mapping[str, Any]:
    """Return the claims of an ID token that was verified before it was kept."""
    try:
        return {} if id_token is None else parse(id_token).claims
    except InvalidTokenError:
        return {}
