"""What goes back to an application: the members of an answer, and of a refusal."""

from ostiary.core.base.errors import OAuthCode, OAuthError, explanation_url
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import IssuedTokens
from ostiary.core.oauth.authorization_response import (
    AuthorizationResponse,
    RedirectableError,
    UntrustedRequestError,
)
from ostiary.core.oauth.handing_over import refuse_receiver


def answer_with(
    env: Environment,
    client: Client,
    request: AuthorizationRequest,
    members: dict[str, str | int],
) -> AuthorizationResponse:
    """Return an answer: its members, the state that came with the request, and who answers.

    Spec: RFC 6749 §4.1.2, §4.2.2; RFC 9207 §2.
    """
    if request.state is not None:
        members["state"] = request.state
    if client.sends_issuer:
        members["iss"] = env.issuer
    return AuthorizationResponse(request.response_mode, request.redirect_uri, members)


def refuse_with(
    env: Environment, client: Client, request: AuthorizationRequest, code: str, description: str
) -> AuthorizationResponse:
    """Return a refusal. Spec: RFC 6749 §4.1.2.1, §4.2.2.1."""
    members: dict[str, str | int] = {"error": code, "error_description": description}
    if env.errors_url is not None:
        members["error_uri"] = explanation_url(env.errors_url, code)
    if client.receives_at is not None:
        return refuse_receiver(client.receives_at, request, members)
    return answer_with(env, client, request, members)


def as_redirectable(
    env: Environment, client: Client, request: AuthorizationRequest, error: OAuthError
) -> RedirectableError | UntrustedRequestError:
    """Return a refusal as one that the application is told, at the URI of its checked request.

    A receiver that is told nothing leaves it to the person at the browser.
    """
    response = refuse_with(env, client, request, error.oauth_code, error.description)
    if client.receives_at is not None and response.redirect_uri is None:
        return distrust(error, is_redirectless=False)
    return RedirectableError(error.oauth_code, error.description, response, **error.detail)


def as_refused(response: AuthorizationResponse) -> RedirectableError:
    """Return a refusal that an answer holds, where nothing but an error can tell it."""
    code, description = (str(response.members[name]) for name in ("error", "error_description"))
    return RedirectableError(OAuthCode(code), description, response)


def as_told_here(response: AuthorizationResponse) -> UntrustedRequestError:
    """Return a refusal of which only the person at the browser is told, as an error."""
    code, description = (str(response.members[name]) for name in ("error", "error_description"))
    return UntrustedRequestError(OAuthCode(code), description)


def distrust(error: OAuthError, *, is_redirectless: bool) -> UntrustedRequestError:
    """Return a refusal, such as that of a repeated parameter, as one that never redirects."""
    return UntrustedRequestError(
        error.oauth_code, error.description, is_redirectless=is_redirectless, **error.detail
    )


def token_members(tokens: IssuedTokens) -> dict[str, str | int]:
    """Return the members of an access token from the authorization endpoint.

    Spec: RFC 6749 §4.2.2, §3.1 (a parameter without a value counts as absent).
    """
    members: dict[str, str | int] = {
        "access_token": tokens.access_token,
        "token_type": tokens.token_type,
        "expires_in": tokens.expires_in,
    }
    return {**members, "scope": str(tokens.scopes)} if tokens.scopes else members
