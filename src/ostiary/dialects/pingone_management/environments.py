"""`/environments`: the environment that a token is of."""

from dataclasses import dataclass

from ostiary.core.model.environment import Environment
from ostiary.core.model.permission import Permission
from ostiary.dialects.pingone_management.access import Access
from ostiary.dialects.pingone_management.filters import Getters, read_filter, select
from ostiary.dialects.pingone_management.hal import (
    Members,
    base_of,
    environment_url,
    links,
    render_collection,
    render_one,
)
from ostiary.http.message import Request, Response

_GETTERS: Getters[Environment] = {
    "id": lambda env: env.id,
    "name": lambda env: env.name,
    "organization.id": lambda env: env.organization_id,
}


@dataclass(frozen=True, slots=True)
class EnvironmentsEndpoint:
    """Environments; a token is good for its own one alone, so nobody sees another."""

    access: Access

    async def get_all(self, request: Request) -> Response:
        """List the environments that the caller may see. Spec: PingOne "Environments"."""
        env, _ = await self.access.admit_anywhere(request, Permission.READ_ENVIRONMENT)
        found = select(read_filter(request.query_params(), _GETTERS), [env], _GETTERS)
        shown = [_render(each, environment_url(each, request)) for each in found]
        return render_collection(f"{base_of(env, request)}/v1/environments", "environments", shown)

    async def get(self, request: Request) -> Response:
        """Show an environment. Spec: PingOne "Environments"."""
        env, _ = await self.access.admit(request, Permission.READ_ENVIRONMENT)
        return render_one(_render(env, environment_url(env, request)))


def _render(env: Environment, url: str) -> Members:
    return {
        "_links": links(
            self=url,
            populations=f"{url}/populations",
            users=f"{url}/users",
            applications=f"{url}/applications",
            passwordPolicies=f"{url}/passwordPolicies",
        ),
        "id": env.id,
        "name": env.name,
        "organization": {"id": env.organization_id},
        "type": "PRODUCTION",
        "status": "ACTIVE",
    }
