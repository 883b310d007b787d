"""The token endpoint when somebody has signed on: a code exchanged, tokens refreshed."""

from ostiary_client.errors import OAuthError, SignOnRequiredError
from ostiary_client.protocol.answers import is_presentable, text_member
from ostiary_client.protocol.messages import Exchange
from ostiary_client.protocol.token_endpoint import Endpoint, read_token
from ostiary_client.signon.authorization_request import AuthorizationRequest
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.tokens import AccessToken

_REMEDY = "Have the person sign on again"


def exchange_code(
    endpoint: Endpoint, request: AuthorizationRequest, code: str
) -> Exchange[TokenSet]:
    """Exchange a code for tokens, by the verifier of the sign-on that it must be of.

    It is not sent twice: a code is good once, and a second use revokes what the first one gave.
    The ID token is not verified here.

    Spec: RFC 6749 §4.1.3; RFC 7636 §4.5.
    Raises: as `read_token`.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": request.code_verifier,
        **({} if request.redirect_uri is None else {"redirect_uri": request.redirect_uri}),
    }
    asked_at = endpoint.now()
    response, sent = yield from endpoint.post(
        form, is_repeatable=False, secrets=(code, request.code_verifier)
    )
    token = read_token(response, sent, asked_at=asked_at, asked_scopes=request.scopes)
    return as_token_set(token, obtained_at=asked_at)


def refresh_tokens(
    endpoint: Endpoint, tokens: TokenSet, *, scopes: tuple[str, ...] = ()
) -> Exchange[TokenSet]:
    """Get new tokens for a refresh token; its ID token, if any, is not verified here.

    It is not sent twice, since the server may have replaced it already.

    Spec: RFC 6749 §6.
    Args: scopes are fewer than those of the sign-on, or none for all of them.
    Raises: SignOnRequiredError when there is no refresh token, or it is not good any more; as
        `read_token`.
    """
    if not tokens.refresh_token:
        raise SignOnRequiredError(
            "There is no refresh token to get new tokens with", remedy=_REMEDY
        )
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    if scopes:
        form["scope"] = " ".join(scopes)
    asked_at = endpoint.now()
    response, sent = yield from endpoint.post(
        form, is_repeatable=False, secrets=(tokens.refresh_token,)
    )
    try:
        token = read_token(response, sent, asked_at=asked_at, asked_scopes=scopes or tokens.scopes)
    except OAuthError as error:
        if error.error != "invalid_grant":
            raise
        raise SignOnRequiredError(
            "The refresh token is not good any more",
            remedy=_REMEDY,
            status=error.status,
            content=error.content,
            error=error.error,
            error_description=error.error_description,
        ) from None
    return as_token_set(token, obtained_at=asked_at)


def as_token_set(token: AccessToken, *, obtained_at: float) -> TokenSet:
    """Return what came beside an access token, too; the ID token in it is not yet verified."""
    return TokenSet(
        access_token=token.value,
        refresh_token=_token(token, "refresh_token"),
        id_token=_token(token, "id_token"),
        expires_at=token.expires_at,
        scopes=token.scopes,
        token_type=token.token_type,
        obtained_at=obtained_at,
        response=token.response,
    )


def _token(token: AccessToken, name: str) -> str | None:
    value = text_member(token.response, name)
    return value if value is not None and is_presentable(value) else None
