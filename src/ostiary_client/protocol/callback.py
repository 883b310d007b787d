"""The way back from a sign-on: is it of the one that was begun, and did it succeed?"""

import hmac
import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from ostiary_client.errors import (
    AccessDeniedError,
    AccountSelectionRequiredError,
    AuthorizationError,
    CallbackMismatchError,
    ConsentRequiredError,
    InteractionRequiredError,
    LoginRequiredError,
)
from ostiary_client.printable import excerpt, printable
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.signon.authorization_request import AuthorizationRequest

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/?]")
"""How a URL begins, be its scheme a program's own, or a path; a query does not."""
_MOST_CHARACTERS = 64 * 1024
_MOST_PARAMETERS = 100
_KINDS = MappingProxyType(
    {
        "access_denied": AccessDeniedError,
        "login_required": LoginRequiredError,
        "consent_required": ConsentRequiredError,
        "interaction_required": InteractionRequiredError,
        "account_selection_required": AccountSelectionRequiredError,
    }
)
_REMEDIES = MappingProxyType(
    {
        "access_denied": "The person may try again, or somebody has to give them access",
        "login_required": "Begin again without prompt=none",
        "consent_required": "Begin again without prompt=none",
        "interaction_required": "Begin again without prompt=none",
        "account_selection_required": "Begin again without prompt=none",
        "invalid_scope": "Ask for scopes that the client is allowed",
        "unauthorized_client": "Allow the client this response type at the server",
        "temporarily_unavailable": "Try again later",
    }
)


def read_callback(callback: str | Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of the way back: of a URL or of a query, or those of a form.

    Spec: RFC 6749 §4.1.2, §3.1 (no parameter stands twice).
    Raises: CallbackMismatchError for what is none.
    """
    if not isinstance(callback, str):
        return dict(callback)
    if len(callback) > _MOST_CHARACTERS:
        raise CallbackMismatchError("The way back from the sign-on is longer than any is")
    try:
        query = urlsplit(callback).query if _URL.match(callback) else callback
        pairs = parse_qsl(
            query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:
        raise CallbackMismatchError("The way back from the sign-on cannot be read") from None
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise CallbackMismatchError("The way back from the sign-on has a parameter twice")
    return parameters


def check_callback(
    parameters: Mapping[str, str], request: AuthorizationRequest, metadata: Metadata
) -> None:
    """Refuse the way back from another sign-on or another server, and an error.

    Spec: RFC 6749 §4.1.2.1, §10.12; RFC 9207 §2.4; OpenID Connect Core 1.0 §3.1.2.6.
    Raises: CallbackMismatchError; AuthorizationError, by its kind.
    """
    check_state(parameters.get("state"), request)
    _check_issuer(parameters.get("iss"), metadata)
    if parameters.get("error"):
        raise refusal(parameters)


def check_state(state: str | None, request: AuthorizationRequest) -> None:
    """Refuse what is not of the sign-on that was begun.

    Raises: CallbackMismatchError.
    """
    given = (state or "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, request.state.encode()):
        raise CallbackMismatchError(
            "What came back is of another sign-on: its state is wrong",
            remedy="Nothing of it was used. Begin again, in the browser that is to be signed on",
        )


def read_code(parameters: Mapping[str, str]) -> str:
    """Return the code of a way back that succeeded.

    Raises: CallbackMismatchError when there is none.
    """
    code = parameters.get("code")
    if not code:
        raise CallbackMismatchError(
            "What came back holds neither a code nor an error",
            remedy="Give the whole URL that the browser came back to",
        )
    return code


def refusal(parameters: Mapping[str, str]) -> AuthorizationError:
    """Return the error that the server answers a sign-on with.

    Spec: RFC 6749 §4.1.2.1; OpenID Connect Core 1.0 §3.1.2.6.
    """
    code = printable(parameters.get("error", ""), most_characters=80)
    words = excerpt(parameters.get("error_description", "").encode("utf-8", "replace"), ())
    kind: type[AuthorizationError] = _KINDS.get(code, AuthorizationError)
    return kind(
        f"Nobody was signed on: {code}" + (f" ({words.rstrip('.')})" if words else ""),
        remedy=_REMEDIES.get(code, ""),
        error=code,
        error_description=words,
    )


def _check_issuer(issuer: str | None, metadata: Metadata) -> None:
    """Refuse the answer of another server than the one that was asked.

    Spec: RFC 9207 §2.4.
    """
    promised = metadata.document.get("authorization_response_iss_parameter_supported") is True
    if issuer == metadata.issuer or (issuer is None and not promised):
        return
    named = "does not say whose it is" if issuer is None else f"is of {printable(issuer)}"
    raise CallbackMismatchError(
        f"What came back {named}, and not of {metadata.issuer}",
        remedy="Nothing of it was used; another server may have sent it to get at the code",
    )
