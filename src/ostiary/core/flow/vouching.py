"""Which applications vouched for somebody in a flow: those behind the adapters that it passed."""

from collections.abc import Iterator, Sequence

from ostiary.core.flow.tree import SUCCESS, find_node
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import Participation
from ostiary.core.model.policy import Policy, StepNode
from ostiary.core.model.reference_adapter import LogoutMode, ReferenceAdapter
from ostiary.core.model.session import Session
from ostiary.core.model.user import User
from ostiary.core.model.vouchers import find_vouching, voucher_id
from ostiary.core.tokens.participation import TELLING_SECONDS


def find_vouchers(
    env: Environment, policy: Policy, way: Sequence[str], session: Session, user: User
) -> tuple[Participation, ...]:
    """Return those applications that are to be told when the session that begins is over.

    Spec: PingFederate "Reference ID adapter" (logout mode).
    Args: way: through the policy, from its root to its end.
    """
    expires_at = session.used_at + env.sessions.max_seconds + TELLING_SECONDS
    return tuple(
        Participation(session.id, voucher_id(adapter.key), user.username, expires_at)
        for adapter in _passed(env, policy, way)
        if adapter.logout_mode is not LogoutMode.NONE and adapter.logout_endpoint is not None
    )


def _passed(env: Environment, policy: Policy, way: Sequence[str]) -> Iterator[ReferenceAdapter]:
    for length, word in enumerate(way):
        node = find_node(policy, tuple(way[:length]))
        if not isinstance(node, StepNode) or word != SUCCESS:
            continue
        adapter = find_vouching(env, env.steps.get(node.step))
        if adapter is not None:
            yield adapter
