"""The password policy of an environment, with PingOne's names."""

from collections.abc import Mapping

from ostiary.core.base.ids import stable_uuid
from ostiary.core.crypto.passwords import MAX_PASSWORD_BYTES
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import PasswordRule

RULES: Mapping[PasswordRule, str] = {
    PasswordRule.LENGTH: "length",
    PasswordRule.CHARACTERS: "minCharacters",
    PasswordRule.REPEATED: "maxRepeatedCharacters",
    PasswordRule.UNIQUE: "minUniqueCharacters",
    PasswordRule.PROFILE: "excludesProfileData",
    PasswordRule.SIMILAR: "notSimilarToCurrent",
    PasswordRule.COMMON: "excludesCommonlyUsed",
    PasswordRule.HISTORY: "history",
    PasswordRule.DIRECTORY: "directory",
}
"""What a broken rule is called among `unsatisfiedRequirements`: as the policy's member."""
NAME = "Standard"
_DAY_SECONDS = 86_400


def policy_id(env: Environment) -> str:
    """Return the id of the environment's one password policy."""
    return stable_uuid(env.key, "password policy", NAME)


def render_password_policy(env: Environment) -> dict[str, object]:
    """Return the policy that new passwords of the environment are under.

    Clients read `minCharacters` and `maxRepeatedCharacters` unasked, so both are always there.
    Spec: PingOne "Password policies".
    """
    policy, lockout = env.passwords, env.lockout
    members: dict[str, object] = {
        "id": policy_id(env),
        "environment": {"id": env.id},
        "name": NAME,
        "description": "What a new password must be in this environment.",
        "default": True,
        "excludesProfileData": policy.excludes_profile,
        "notSimilarToCurrent": policy.excludes_similar,
        "excludesCommonlyUsed": policy.excludes_common,
        "maxRepeatedCharacters": policy.max_repeated or MAX_PASSWORD_BYTES,
        "minUniqueCharacters": policy.min_unique,
        "minCharacters": dict(policy.min_of),
        "length": {"min": policy.min_characters, "max": MAX_PASSWORD_BYTES},
        "lockout": {
            "failureCount": lockout.failures,
            "durationSeconds": int(lockout.lock_seconds[0]) if lockout.lock_seconds else 0,
        },
    }
    if policy.max_age_seconds is not None:
        members["maxAgeDays"] = int(policy.max_age_seconds // _DAY_SECONDS)
    if policy.history:
        members["history"] = {"count": policy.history}
    return members
