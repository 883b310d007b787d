"""The end of a session by an ID token alone, for applications that may: no browser shows a cookie.

Whoever has seen the ID token can do it, so it is a switch of each application.
"""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.ids import ClientId, SessionId
from ostiary.core.base.params import Params
from ostiary.core.model.audit import SignedOff
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.id_token_hint import IdTokenHint, read_id_token_hint
from ostiary.core.ports.events import Events
from ostiary.core.ports.sessions import Sessions
from ostiary.core.tokens.gate import is_client_open


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """Ends the session that an ID token came from."""

    sessions: Sessions
    events: Events
    clock: Clock

    async def end(self, env: Environment, params: Params, *, address: str) -> None:
        """Sign the user of an ID token off; one whose session is over already is no mistake.

        Raises: OAuthError invalid_request for what is no ID token of an application that may do
            this; UnavailableError.
        """
        hint = read_id_token_hint(env, params.get("id_token_hint"))
        if hint is None or hint.session_id is None or not _may_end(env, params, hint):
            raise OAuthError(
                OAuthCode.INVALID_REQUEST,
                "The id_token_hint is no ID token of an application that may sign off by it alone.",
            )
        session_id = SessionId(hint.session_id)
        session = await self.sessions.find_by_id(env, session_id, now=self.clock.now())
        if session is not None and await self.sessions.end(env, session_id):
            user_id = session.authentication.user_id
            self.events.emit(SignedOff(env.id, user_id, session_id, address))


def _may_end(env: Environment, params: Params, hint: IdTokenHint) -> bool:
    client_id = ClientId(params.find("client_id") or hint.audiences[0])
    is_its_own = client_id in hint.audiences and is_client_open(env, client_id)
    return is_its_own and env.clients[client_id].ends_sessions
