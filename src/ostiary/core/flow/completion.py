"""The moment in which a policy is satisfied: who is there is known, and a session begins."""

from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.flow.browser import BrowserChange
from ostiary.core.flow.browsers import NOBODY, BrowserSessions, Recognized
from ostiary.core.flow.progress import Progress, Visit
from ostiary.core.flow.satisfaction import steps_on
from ostiary.core.flow.session_change import Rotated, sign_on
from ostiary.core.flow.transition import NOT_COMPLETED, finish
from ostiary.core.flow.vouching import find_vouchers
from ostiary.core.model.audit.sign_on import SignedOn
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.policy import Policy
from ostiary.core.model.session import Authentication, PassedPolicy
from ostiary.core.model.user import User


@dataclass(frozen=True, slots=True)
class Completion:
    """Makes sessions of what policies came to; storing them is the engine's."""

    browsers: BrowserSessions
    clock: Clock

    async def complete(
        self, env: Environment, visit: Visit, progress: Progress, policy: Policy, user: User | None
    ) -> Progress:
        """Sign a user on in the browser that has gone through the policy.

        Args: user as the directory has it now; a policy may have taken a while.
        """
        flow = progress.flow
        if user is None or not user.may_sign_on or flow.credential != user.credential:
            return replace(progress, flow=finish(flow, NOT_COMPLETED))
        now = self.clock.now()
        passed = PassedPolicy(
            policy.key,
            now,
            flow.path,
            steps_on(policy, flow.path, env.steps),
            flow.methods,
            policy.context,
            flow.skipped,
        )
        proof = Authentication(
            user.id,
            now,
            flow.methods,
            (passed,),
            policy.context,
            credential=flow.credential,
            directory=user.directory,
        )
        recognized = await self._recognize(env, visit, flow)
        client_id = visit.client.client_id
        rotated = sign_on(env, recognized, proof, flow.binding, visit.browser, client_id)
        if env.reference_adapters:
            told = find_vouchers(env, policy, flow.path, rotated.session, user)
            progress = replace(progress, participations=told)
        signed_on = SignedOn(
            env.id,
            user.id,
            rotated.session.id,
            client_id,
            " ".join(flow.methods),
            visit.browser.address,
        )
        return _with_session(replace(progress, user=user), rotated, signed_on)

    async def _recognize(self, env: Environment, visit: Visit, flow: Flow) -> Recognized:
        """Return who has signed on before in the browser, in whose place somebody does now.

        A session always gets a cookie of its own: under that of a flow none is stored.
        """
        if flow.is_cookieless:
            return NOBODY
        blank = flow.binding if flow.has_new_cookie else None
        return await self.browsers.recognize(env, visit.browser, blank=blank)


def _with_session(progress: Progress, rotated: Rotated, signed_on: SignedOn) -> Progress:
    flow, session = progress.flow, rotated.session
    # Without cookies nobody learns the session's key: it is there for what ends with it.
    is_bare = flow.is_cookieless
    moved = replace(
        flow,
        authentication=session.authentication,
        session_id=session.id,
        binding=flow.binding if is_bare else session.key,
        has_new_cookie=False,
    )
    return replace(
        progress,
        flow=moved,
        session=rotated.stored,
        change=progress.change if is_bare else _merged(progress.change, rotated.change),
        events=(*progress.events, signed_on),
    )


def _merged(change: BrowserChange, rotated: BrowserChange) -> BrowserChange:
    return replace(change, cookie=rotated.cookie, persistent_cookie=rotated.persistent_cookie)
