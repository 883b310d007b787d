"""`/passwordPolicies`: what new passwords must be."""

from dataclasses import dataclass

from ostiary.core.model.environment import Environment
from ostiary.core.model.permission import Permission
from ostiary.dialects.pingone.password_policy_wire import policy_id, render_password_policy
from ostiary.dialects.pingone_management.access import Access
from ostiary.dialects.pingone_management.errors import absent
from ostiary.dialects.pingone_management.hal import (
    Members,
    environment_url,
    links,
    render_collection,
    render_one,
)
from ostiary.http.message import Request, Response

POLICY_VARIABLE = "passwordPolicyId"


@dataclass(frozen=True, slots=True)
class PasswordPoliciesEndpoint:
    """The password policies of an environment: the one that its configuration has."""

    access: Access

    async def get_all(self, request: Request) -> Response:
        """List the policies. Spec: PingOne "Password policies"."""
        env, _ = await self.access.admit(request, Permission.READ_PASSWORD_POLICIES)
        url = environment_url(env, request)
        return render_collection(f"{url}/passwordPolicies", "passwordPolicies", [_render(env, url)])

    async def get(self, request: Request) -> Response:
        """Show a policy. Spec: PingOne "Password policies"."""
        env, _ = await self.access.admit(request, Permission.READ_PASSWORD_POLICIES)
        if request.path_values[POLICY_VARIABLE] != policy_id(env):
            raise absent()
        return render_one(_render(env, environment_url(env, request)))


def _render(env: Environment, url: str) -> Members:
    own = links(self=f"{url}/passwordPolicies/{policy_id(env)}", environment=url)
    return {"_links": own, **render_password_policy(env)}
