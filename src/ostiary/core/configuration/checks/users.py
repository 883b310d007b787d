"""Users: told apart, with passwords that are there and hard to guess."""

from collections.abc import Iterator

from ostiary.core.base.usernames import username_key
from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.secrets import PlacedSecret, fetch
from ostiary.core.configuration.checks.subject import (
    Subject,
    Uniqueness,
    environments,
    refuse_repeated,
    users,
)
from ostiary.core.configuration.problems import Path, Problem, error, warning
from ostiary.core.crypto.passwords import MAX_PASSWORD_BYTES, encode
from ostiary.core.model.password_policy import PasswordPolicy
from ostiary.core.signon.new_passwords import Owner, find_unmet


def check_names(subject: Subject) -> Iterator[Problem]:
    """Refuse a name or an id that two users of an environment have."""
    for path, key, environment in environments(subject):
        names, ids = Uniqueness(), Uniqueness()
        for username, user in environment.users.items():
            here: Path = (*path, "users", username)
            yield from refuse_repeated(
                names, username_key(username), here, "is the same name as that of"
            )
            found = implied.user_id(key, username, user)
            yield from refuse_repeated(ids, found, (*here, "id"), "is the id of another user:")


def check_passwords(subject: Subject) -> Iterator[Problem]:
    """Refuse passwords that are not there; point out those that others may read or guess."""
    for placed in users(subject):
        source = placed.user.password
        if source is None:
            continue
        path: Path = (*placed.path, "password")
        if placed.user.password_hash is not None:
            yield error(path, "cannot stand beside password_hash", "give one of the two")
        if source.generate or source.stored:
            yield error(
                path,
                "must be a password that is there",
                "leave it out and use `ostiary user passwd`",
            )
        if source.value is not None:
            hint = 'refer to it: { env = "NAME" } or { file = "PATH" }, or give a password_hash'
            yield subject.plain_secret(path, "stands here in plain text", hint)
        password = yield from fetch(subject, PlacedSecret(path, source))
        if password is not None:
            policy = PasswordPolicy(
                placed.environment.password_policy.min_characters,
                excludes_common=placed.environment.password_policy.excludes_common,
            )
            yield from _check_strength(path, policy, placed.username, password.reveal())


def _check_strength(
    path: Path, policy: PasswordPolicy, username: str, password: str
) -> Iterator[Problem]:
    if encode(password) is None:
        yield error(path, f"must have 1 to {MAX_PASSWORD_BYTES} bytes")
        return
    if unmet := find_unmet(policy, Owner(username), password):
        yield warning(path, " and ".join(each.reason for each in unmet))


def check_lockout(subject: Subject) -> Iterator[Problem]:
    """Refuse a ceiling that is reached before the first lock."""
    for path, _, environment in environments(subject):
        lockout = environment.lockout
        if lockout.ceiling < lockout.failures:
            yield error((*path, "lockout", "ceiling"), "must not be less than failures")
