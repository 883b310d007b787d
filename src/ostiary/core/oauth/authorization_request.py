"""The checks of an authorization request, in their order.

Whatever fails before the redirect URI is known is told to the person at the browser alone. What
fails afterwards is told to the application, there.
"""

from msgspec.structs import replace

from ostiary.core.base.errors import OAuthError
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.answers import as_redirectable, distrust
from ostiary.core.oauth.checks.access import check_nonce, check_scopes, check_target
from ostiary.core.oauth.checks.asked import NO_EXTENSIONS, Asked, Check, RequestExtensions
from ostiary.core.oauth.checks.claims import check_claims
from ostiary.core.oauth.checks.proof_key import check_proof_key
from ostiary.core.oauth.checks.response import (
    check_not_by_object,
    check_response_mode,
    check_response_type,
    mode_of_refusal,
)
from ostiary.core.oauth.checks.trust import check_redirect_uri, check_sizes, find_client
from ostiary.core.oauth.checks.wishes import (
    check_id_token_hint,
    check_max_age,
    check_prompt,
    check_step,
    take_hints,
)

BEFORE_TRUST: tuple[Check, ...] = (
    check_redirect_uri,
    check_sizes,
)
AFTER_TRUST: tuple[Check, ...] = (
    take_hints,
    check_response_type,
    check_response_mode,
    check_not_by_object,
    check_scopes,
    check_nonce,
    check_proof_key,
    check_prompt,
    check_max_age,
    check_id_token_hint,
    check_claims,
    check_target,
    check_step,
)


def check_request(
    env: Environment, params: Params, extensions: RequestExtensions = NO_EXTENSIONS
) -> AuthorizationRequest:
    """Return what an application asks, checked and settled; unknown parameters are passed over.

    Spec: RFC 6749 §4.1.1, §4.2.1; OpenID Connect Core §3.1.2.1, §3.1.2.2.
    Raises: UntrustedRequestError, RedirectableError.
    """
    try:
        client = find_client(env, params)
        asked = Asked(env, params, extensions, client)
        request = AuthorizationRequest(
            client_id=client.client_id,
            redirect_uri=None,
            response_types=(),
            response_mode=ResponseMode.QUERY,
            scopes=ScopeSet(),
            state=params.find("state"),
        )
        for check in BEFORE_TRUST:
            request = check(asked, request)
    except OAuthError as error:
        raise distrust(error, is_redirectless=is_redirectless(params)) from error
    try:
        for check in AFTER_TRUST:
            request = check(asked, request)
    except OAuthError as error:
        # From here on a refusal goes the way that an answer would have gone.
        refused = replace(request, response_mode=mode_of_refusal(asked, request))
        raise as_redirectable(env, client, refused, error) from error
    return request


def is_redirectless(params: Params) -> bool:
    """Tell whether the answer to a request, even to one that makes no sense, is to be JSON."""
    return params.find("response_mode") == ResponseMode.PI_FLOW
