"""`/users/{userId}/sessions`: where a user is signed on, and the end of it."""

from dataclasses import dataclass

from ostiary.core.admin.user_sessions import UserSessions
from ostiary.core.base.ids import SessionId
from ostiary.core.model.environment import Environment
from ostiary.core.model.permission import Permission
from ostiary.core.model.session import Session
from ostiary.core.model.user import User
from ostiary.dialects.pingone_management.errors import absent
from ostiary.dialects.pingone_management.hal import (
    Members,
    environment_url,
    links,
    moment,
    render_collection,
    render_one,
)
from ostiary.dialects.pingone_management.known_users import Found, KnownUsers
from ostiary.dialects.pingone_management.user_wire import user_url
from ostiary.http.message import NO_STORE, Request, Response, empty_response

SESSION_VARIABLE = "sessionId"


@dataclass(frozen=True, slots=True)
class SessionsEndpoint:
    """The sessions of a user."""

    known: KnownUsers
    sessions: UserSessions

    async def get_all(self, request: Request) -> Response:
        """List sessions, the latest first. Spec: PingOne "Sessions"."""
        found = await self.known.find(request, Permission.READ_SESSIONS)
        env, user = found.env, found.user
        url = f"{user_url(environment_url(env, request), user.id)}/sessions"
        shown = [
            _render(env, user, session, url) for session in await self.sessions.select(env, user)
        ]
        return render_collection(url, "sessions", shown)

    async def get(self, request: Request) -> Response:
        """Show a session. Spec: PingOne "Sessions"."""
        found = await self.known.find(request, Permission.READ_SESSIONS)
        session = await self._find(request, found)
        url = f"{user_url(environment_url(found.env, request), found.user.id)}/sessions"
        return render_one(_render(found.env, found.user, session, url))

    async def delete_all(self, request: Request) -> Response:
        """End every session of a user. Spec: PingOne "Sessions"."""
        found = await self.known.find(request, Permission.END_SESSIONS)
        await self.sessions.end_all(found.env, found.user)
        self.known.access.callers.record(
            found.env, found.caller, "sessions.delete_all", found.user.id
        )
        return empty_response(204, NO_STORE)

    async def delete(self, request: Request) -> Response:
        """End a session. Spec: PingOne "Sessions"."""
        found = await self.known.find(request, Permission.END_SESSIONS)
        session = await self._find(request, found)
        await self.sessions.end(found.env, found.user, session)
        self.known.access.callers.record(found.env, found.caller, "sessions.delete", session.id)
        return empty_response(204, NO_STORE)

    async def _find(self, request: Request, found: Found) -> Session:
        id = SessionId(request.path_values[SESSION_VARIABLE])
        session = await self.sessions.find(found.env, found.user, id)
        if session is None:
            raise absent()
        return session


def _render(env: Environment, user: User, session: Session, url: str) -> Members:
    place, last = session.place, session.authentication
    signed_on: Members = {"at": moment(last.at), "authenticators": list(last.methods)}
    return {
        "_links": links(self=f"{url}/{session.id}", user=url.removesuffix("/sessions")),
        "id": session.id,
        "environment": {"id": env.id},
        "user": {"id": user.id},
        "createdAt": moment(session.created_at),
        "activeAt": moment(session.used_at),
        "idleTimeoutInMinutes": int(env.sessions.idle_seconds // 60),
        "lastSignOn": {**signed_on, **({"remoteIp": place.address} if place.address else {})},
        **({"browser": {"name": place.program}} if place.program else {}),
    }
