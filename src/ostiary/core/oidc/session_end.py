"""The end of a session by an ID token alone, for applications that may: no browser shows a cookie.

Whoever has seen the ID token can do it, so it is a switch of each application.
"""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.ids import ClientId, SessionId
from ostiary.core.base.params import Params
from ostiary.core.model.audit.sign_on import SignedOff
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.id_token_hint import IdTokenHint, read_id_token_hint
from ostiary.core.ports.events import Events
from ostiary.core.ports.sessions import Sessions
from ostiary.core.tokens.gate import is_client_open


@dataclass(frozen=True, slots=True)
class SessionEndWish:
    """Whose session is to end, and for which application."""

    client_id: ClientId
    session_id: SessionId


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """Ends the session that an ID token came from."""

    sessions: Sessions
    events: Events
    clock: Clock

    async def end(self, env: Environment, wish: SessionEndWish, *, address: str) -> None:
        """Sign the user of a session off; one that is over already is no mistake.

        Raises: UnavailableError.
        """
        session_id = wish.session_id
        session = await self.sessions.find_by_id(env, session_id, now=self.clock.now())
        if session is not None and await self.sessions.end(env, session_id):
            user_id = session.authentication.user_id
            self.events.emit(SignedOff(env.id, user_id, session_id, address))


def read_wish(env: Environment, params: Params) -> SessionEndWish:
    """Return what a request wants that shows an ID token.

    Raises: OAuthError invalid_request for what is no ID token of an application that may do this.
    """
    hint = read_id_token_hint(env, params.get("id_token_hint"))
    if hint is not None and hint.session_id is not None:
        client_id = ClientId(params.find("client_id") or hint.audiences[0])
        if _may_end(env, client_id, hint):
            return SessionEndWish(client_id, SessionId(hint.session_id))
    raise OAuthError(
        OAuthCode.INVALID_REQUEST,
        "The id_token_hint is no ID token of an application that may sign off by it alone.",
    )


def _may_end(env: Environment, client_id: ClientId, hint: IdTokenHint) -> bool:
    is_its_own = client_id in hint.audiences and is_client_open(env, client_id)
    return is_its_own and env.clients[client_id].ends_sessions
