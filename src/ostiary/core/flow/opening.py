"""How a flow begins: its id, and the browser or state that alone opens it from then on."""

import msgspec

from ostiary.core.base.ids import BrowserKey, FlowId, browser_key, mint_alphanumeric
from ostiary.core.flow.browser import Browser, BrowserChange
from ostiary.core.flow.browsers import COOKIE_CHARACTERS, Recognized
from ostiary.core.flow.progress import Progress
from ostiary.core.flow.session_change import renew_cookie
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow, Stage
from ostiary.core.model.session import PassedPolicy, Session

_STATE_CHARACTERS = 22
_UNBOUND = BrowserKey(b"")


def make_flow(env: Environment, request: AuthorizationRequest, policy: str, now: float) -> Flow:
    """Make a flow that nobody can open yet."""
    return Flow(
        id=FlowId(env.traits.mint_id()),
        binding=_UNBOUND,
        request=request,
        policy=policy,
        created_at=now,
        expires_at=now + env.flow_lifetime_seconds,
    )


def approving(flow: Flow, session: Session, passed: PassedPolicy) -> Flow:
    """Return a flow in which nobody has to sign on: the session does, by a policy passed in it."""
    return msgspec.structs.replace(
        flow,
        stage=Stage.APPROVAL,
        user_id=session.authentication.user_id,
        authentication=session.authentication.by(passed),
        session_id=session.id,
    )


def bind_to_browser(env: Environment, flow: Flow, recognized: Recognized, now: float) -> Progress:
    """Bind a flow to the cookie that the browser has; or else it gets one."""
    session = recognized.session
    if session is not None and recognized.is_by_persistent:
        rotated = renew_cookie(env, recognized, session, now)
        bound = msgspec.structs.replace(flow, binding=rotated.session.key)
        return Progress(bound, session=rotated.stored, change=rotated.change)
    cookie = recognized.cookie or mint_alphanumeric(COOKIE_CHARACTERS)
    is_new = recognized.cookie is None
    bound = msgspec.structs.replace(flow, binding=browser_key(cookie), has_new_cookie=is_new)
    return Progress(bound, change=BrowserChange(cookie=cookie if is_new else None))


def bind_to_state(progress: Progress) -> Progress:
    """Bind a flow to a fresh state, which goes out in the answer and comes back with an action."""
    api_state = mint_alphanumeric(_STATE_CHARACTERS)
    bound = msgspec.structs.replace(
        progress.flow, binding=browser_key(api_state), is_cookieless=True
    )
    change = msgspec.structs.replace(progress.change, api_state=api_state)
    return msgspec.structs.replace(progress, flow=bound, change=change)


def shows_state(flow: Flow, browser: Browser) -> bool:
    """Tell whether the state of a flow without cookies is shown."""
    return browser.api_state is not None and browser_key(browser.api_state) == flow.binding
