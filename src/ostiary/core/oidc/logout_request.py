"""A logout request: whose it is, and where the browser may go afterwards.

Spec: OpenID Connect RP-Initiated Logout 1.0 §2, §3.
"""

from dataclasses import dataclass
from urllib.parse import quote

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.id_token_hint import IdTokenHint, read_id_token_hint
from ostiary.core.signon.logout_rounds import RoundEnds
from ostiary.core.tokens.gate import is_client_open

MAX_STATE_BYTES = 2048
NOWHERE = RoundEnds()


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A logout request after every check.

    Args:
        hint: a genuine ID token that came with it.
        ends: where the browser goes afterwards, with the state in it.
    """

    hint: IdTokenHint | None = None
    ends: RoundEnds = NOWHERE


def read_logout_request(env: Environment, params: Params) -> LogoutRequest:
    """Check a logout request.

    An ID token that is not genuine counts as none, and without one the browser goes nowhere: a
    `client_id` proves nothing.
    Raises: OAuthError invalid_request for a client that the ID token is not of, and for a URI that
        is not registered for it.
    """
    presented = params.find("id_token_hint")
    hint = None if presented is None else read_id_token_hint(env, presented)
    if hint is None:
        return LogoutRequest()
    client_id = _find_client(params, hint)
    target = _find_target(env, params, client_id)
    registered = params.find("post_logout_redirect_uri")
    return LogoutRequest(hint, RoundEnds(target, client=client_id, registered=registered))


def _find_client(params: Params, hint: IdTokenHint) -> ClientId:
    named = params.find("client_id") or hint.audiences[0]
    if named not in hint.audiences:
        raise OAuthError(OAuthCode.INVALID_REQUEST, "The id_token_hint is not of this client_id.")
    return ClientId(named)


def _find_target(env: Environment, params: Params, client_id: ClientId) -> str | None:
    """Return where the browser goes: the registered URI, to the byte, and the state."""
    uri, state = params.find("post_logout_redirect_uri"), params.find("state")
    if uri is None:
        return None
    registered = (
        env.clients[client_id].post_logout_redirect_uris if is_client_open(env, client_id) else ()
    )
    if uri not in registered:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST,
            "The post_logout_redirect_uri is not registered for this application.",
        )
    if state is None:
        return uri
    if len(state.encode()) > MAX_STATE_BYTES:
        raise OAuthError(OAuthCode.INVALID_REQUEST, "The parameter state may have 2048 bytes.")
    return f"{uri}{'&' if '?' in uri else '?'}state={quote(state, safe='-._~')}"
