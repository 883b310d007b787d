"""Secrets of authenticators: sealed for one of them alone, opened where they are compared."""

from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.environment import Environment


def seal(env: Environment, authenticator: Authenticator, secret: bytes) -> str:
    """Seal a secret for one authenticator of one user in one environment."""
    return env.secrets.seal(secret, context=_context(env, authenticator))


def reveal(env: Environment, authenticator: Authenticator) -> bytes:
    """Open the secret of an authenticator.

    Raises: SealBrokenError for what was moved here from another one; ValueError when it has none.
    """
    if authenticator.secret is None:
        raise ValueError("this authenticator has no secret")
    return env.secrets.open(authenticator.secret, context=_context(env, authenticator))


def _context(env: Environment, authenticator: Authenticator) -> str:
    owner, one = authenticator.user_id, authenticator.id
    return f"authenticator {env.id} {len(owner)} {owner} {one} {authenticator.kind}"
