"""The checks of how the user is to be signed on: what binds the server, and what are hints."""

import re

from msgspec.structs import replace

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.oauth.checks.asked import Asked
from ostiary.core.oauth.id_token_hint import read_id_token_hint
from ostiary.core.oauth.response_types import PROMPTS

MAX_AGE_SECONDS = 315_360_000
"""Ten years: more is no wish, but a mistake."""
MAX_HINT_CHARACTERS = 256
MAX_WORDS = 16
_SECONDS = re.compile(r"[0-9]{1,9}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")


def check_prompt(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle what the user is to be asked whatever is known already; `none` excludes the rest.

    Spec: OpenID Connect Core §3.1.2.1.
    """
    text = asked.params.find("prompt")
    if text is None:
        return request
    prompts = _words(text)
    if not set(prompts) <= set(PROMPTS):
        raise OAuthError(OAuthCode.INVALID_REQUEST, "This prompt is not supported.")
    if "none" in prompts and len(prompts) > 1:
        raise OAuthError(OAuthCode.INVALID_REQUEST, "prompt=none excludes every other prompt.")
    return replace(request, prompts=prompts)


def check_max_age(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle how long ago the user may have signed on.

    Spec: OpenID Connect Core §3.1.2.1.
    """
    text = asked.params.find("max_age")
    if text is None:
        return request
    if not _SECONDS.fullmatch(text) or int(text) > MAX_AGE_SECONDS:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "max_age must be a whole number of seconds, up to ten years."
        )
    return replace(request, max_age=int(text))


def check_id_token_hint(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle whom the application expects: the user of an ID token that it was given.

    Spec: OpenID Connect Core §3.1.2.1.
    """
    presented = asked.params.find("id_token_hint")
    if presented is None:
        return request
    hint = read_id_token_hint(asked.env, presented)
    if hint is None or asked.client.client_id not in hint.audiences:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST,
            "The id_token_hint is no ID token that this application was given here.",
        )
    return replace(request, hinted_subject=hint.subject)


def check_step(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle which step is to be asked; there are no partners to send anybody to.

    Spec: PingFederate "Authorization endpoint".
    """
    if asked.extensions.names_partner:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "There is no such identity provider; leave idp out."
        )
    step = asked.extensions.step
    if step is not None and step not in asked.env.steps:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "There is no such adapter; leave pfidpadapterid out."
        )
    return request if step is None else replace(request, step=step)


def take_hints(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Take what never fails a request: whatever of it makes no sense is passed over.

    Spec: OpenID Connect Core §3.1.2.1 (`login_hint`, `ui_locales`, `acr_values`).
    """
    find = asked.params.find
    login_hint, contexts, languages = find("login_hint"), find("acr_values"), find("ui_locales")
    if login_hint is None and contexts is None and languages is None:
        return request
    if login_hint is not None and len(login_hint) > MAX_HINT_CHARACTERS:
        login_hint = None
    return replace(
        request,
        login_hint=login_hint,
        acr_values=tuple(word for word in _words(contexts) if len(word) <= MAX_HINT_CHARACTERS)[
            :MAX_WORDS
        ],
        ui_locales=tuple(word for word in _words(languages) if _LANGUAGE.fullmatch(word))[
            :MAX_WORDS
        ],
    )


def _words(text: str | None) -> tuple[str, ...]:
    """Return the words of a list that spaces separate, each once."""
    return tuple(dict.fromkeys(word for word in (text or "").split(" ") if word))
