"""`/applications`: the clients that the configuration has, and their secrets."""

from dataclasses import dataclass
from datetime import datetime

from ostiary.core.admin.callers import Caller
from ostiary.core.admin.client_secrets import ClientSecrets, NoSecretError, ShownSecrets
from ostiary.core.base.ids import ClientId
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.permission import Permission
from ostiary.dialects.pingone_management.access import Access, races_told
from ostiary.dialects.pingone_management.application_wire import GETTERS, render_application
from ostiary.dialects.pingone_management.bodies import JSON, Body, read_body, read_media_type
from ostiary.dialects.pingone_management.errors import absent
from ostiary.dialects.pingone_management.filters import read_filter, select
from ostiary.dialects.pingone_management.hal import (
    Members,
    environment_url,
    links,
    moment,
    render_collection,
    render_one,
)
from ostiary.http.message import Request, Response

APPLICATION_VARIABLE = "applicationId"
MAX_PREVIOUS_SECONDS = 30 * 86_400
_PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class ApplicationsEndpoint:
    """The applications of an environment; they are made and changed by configuration alone."""

    access: Access
    secrets: ClientSecrets

    async def get_all(self, request: Request) -> Response:
        """List applications. Spec: PingOne "Applications"."""
        env, _ = await self.access.admit(request, Permission.READ_CLIENTS)
        wanted = read_filter(request.query_params(), GETTERS)
        in_order = sorted(env.clients.values(), key=lambda c: (c.name.casefold(), c.client_id))
        url = environment_url(env, request)
        found = [render_application(env, c, url) for c in select(wanted, in_order, GETTERS)]
        return render_collection(f"{url}/applications", "applications", found)

    async def get(self, request: Request) -> Response:
        """Show an application. Spec: PingOne "Applications"."""
        env, _, client = await self._find(request, Permission.READ_CLIENTS)
        return render_one(render_application(env, client, environment_url(env, request)))

    async def get_secret(self, request: Request) -> Response:
        """Show an application's secret. Spec: PingOne "Application secret"."""
        env, caller, client = await self._find_lesser(request, Permission.READ_CLIENT_SECRETS)
        try:
            found = await self.secrets.show(env, client)
        except NoSecretError as none:
            raise absent() from none
        self.access.callers.record(env, caller, "applications.read_secret", client.client_id)
        return _answer(request, env, client, found)

    async def post_secret(self, request: Request) -> Response:
        """Give an application a new secret. Spec: PingOne "Application secret"."""
        env, caller, client = await self._find_lesser(request, Permission.ROTATE_CLIENT_SECRETS)
        if request.body:
            read_media_type(request, (JSON,))
        until = self._read_until(read_body(request, may_be_empty=True))
        try:
            with races_told():
                made = await self.secrets.rotate(env, client, previous_expires_at=until)
        except NoSecretError as none:
            raise absent() from none
        self.access.callers.record(env, caller, "applications.rotate_secret", client.client_id)
        return _answer(request, env, client, made)

    async def _find(
        self, request: Request, needed: Permission
    ) -> tuple[Environment, Caller, Client]:
        env, caller = await self.access.admit(request, needed)
        client = env.clients.get(ClientId(request.path_values[APPLICATION_VARIABLE]))
        if client is None:
            raise absent()
        return env, caller, client

    async def _find_lesser(
        self, request: Request, needed: Permission
    ) -> tuple[Environment, Caller, Client]:
        """Return a client that may do nothing that the caller may not.

        Raises: as `_find`; ForbiddenError for any other.
        """
        env, caller, client = await self._find(request, needed)
        if not caller.may_stand_for(client):
            raise self.access.forbid(env, caller)
        return env, caller, client

    def _read_until(self, body: Body) -> float | None:
        """Read until when the secret so far goes on working.

        Raises: DataError.
        """
        body.refuse_unknown({_PREVIOUS})
        previous, now = body.inner(_PREVIOUS), self.secrets.clock.now()
        until: float | None = None
        if previous is not None:
            previous.refuse_unknown({"expiresAt"})
            text = previous.text("expiresAt", is_required=True)
            until = None if text is None else _read_moment(text)
            if text is not None and (
                until is None or not now < until <= now + MAX_PREVIOUS_SECONDS
            ):
                previous.refuse("expiresAt", "Must be a time within the next 30 days.")
        body.check()
        return until


def _read_moment(text: str) -> float | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.timestamp() if found.tzinfo is not None else None


def _answer(request: Request, env: Environment, client: Client, found: ShownSecrets) -> Response:
    url = f"{environment_url(env, request)}/applications/{client.client_id}"
    members: Members = {
        "_links": links(self=f"{url}/secret", application=url),
        "environment": {"id": env.id},
        "secret": found.current.reveal(),
    }
    if found.previous is not None and found.previous_expires_at is not None:
        members[_PREVIOUS] = {
            "secret": found.previous.reveal(),
            "expiresAt": moment(found.previous_expires_at),
        }
    return render_one(members)
