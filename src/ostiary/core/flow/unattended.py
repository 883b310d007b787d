"""A policy gone through at once, with a name and a password and nobody there to be asked.

It is the same tree that browsers and programs with a flow are led through, by the same branches:
whatever it asks beyond a password, for this client and this user, is not passed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from ostiary.core.base.clock import Clock
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.flow.satisfaction import steps_on
from ostiary.core.flow.tree import SUCCESS, Facts, Path, settle
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.policy import End, Node, Policy, StepNode
from ostiary.core.model.session import Authentication, PassedPolicy
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.signon.password import PresentedPassword
from ostiary.core.signon.unattended import NotProved, Proved
from ostiary.core.steps.contract import NeedsPerson, Passed, Step, Unattended, UnattendedStep


class _Way(msgspec.Struct):
    """How far it has gone, and who has been proved on it."""

    path: Path = ()
    user: User | None = None
    credential: float | None = None
    methods: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnattendedWalk:
    """Implements `UnattendedSignOn`.

    Args: steps by their types.
    """

    steps: Mapping[str, Step]
    directory: Directory
    clock: Clock

    async def sign_on(
        self, env: Environment, client: Client, scopes: ScopeSet, presented: PresentedPassword
    ) -> Proved | NotProved:
        policy = env.policies[client.policy or env.default_policy]
        request = _request_of(client, scopes)
        way, node = _Way(), policy.root
        while isinstance(node := _settle(policy, way, request), StepNode):
            # It ends: each step leads further down a finite tree.
            came = await self._pass(env, node.step, way, presented, request)
            if isinstance(came, NeedsPerson):
                return NotProved(came.reason)
            if not await self._go_on(env, way, node.step, came):
                return NotProved("the steps of the policy proved two users")
        if node is not End.DONE:
            return NotProved("the policy ends without success")
        return self._conclude(env, policy, way)

    async def _pass(
        self,
        env: Environment,
        key: str,
        way: _Way,
        presented: PresentedPassword,
        request: AuthorizationRequest,
    ) -> Passed | NeedsPerson:
        instance = env.steps[key]
        step = self.steps.get(instance.type)
        if not isinstance(step, UnattendedStep):
            return NeedsPerson(f"the step {key} needs the person")
        return await step.pass_unattended(env, Unattended(instance, way.user, presented, request))

    async def _go_on(self, env: Environment, way: _Way, key: str, came: Passed) -> bool:
        """Take the way beyond a step, unless that has proved somebody else than one before it."""
        if came.user_id is not None and way.user is None:
            way.user, way.credential = await self.directory.find(env, came.user_id), came.credential
        if came.user_id is not None and (way.user is None or way.user.id != came.user_id):
            return False
        way.path = (*way.path, SUCCESS)
        way.methods = tuple(dict.fromkeys((*way.methods, *came.methods)))
        way.skipped = (*way.skipped, key) if came.is_skipped else way.skipped
        return True

    def _conclude(self, env: Environment, policy: Policy, way: _Way) -> Proved | NotProved:
        user, now = way.user, self.clock.now()
        if user is None:
            return NotProved("the policy ends without showing who is there")
        passed = PassedPolicy(
            policy.key,
            now,
            way.path,
            steps_on(policy, way.path, env.steps),
            way.methods,
            policy.context,
            way.skipped,
        )
        proof = Authentication(
            user.id,
            now,
            way.methods,
            (passed,),
            policy.context,
            credential=way.credential,
            directory=user.directory,
        )
        if not proof.holds_for(user):
            return NotProved("the user was changed meanwhile")
        return Proved(user, proof)


def _settle(policy: Policy, way: _Way, request: AuthorizationRequest) -> Node:
    way.path, node = settle(policy, way.path, Facts(request, way.user))
    return node


def _request_of(client: Client, scopes: ScopeSet) -> AuthorizationRequest:
    """Return what selectors may look at: there is no request that a browser has brought."""
    return AuthorizationRequest(client.client_id, None, ("none",), ResponseMode.QUERY, scopes)
