"""What every directory does: finds people, compares passwords, keeps environments apart."""

from dataclasses import replace

import pytest

from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import PasswordPolicy
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.users import UserChangedError, UsernameTakenError
from tests.support.environments import make_environment
from tests.support.users import NOW, make_user


async def test_SEC_147_a_person_is_found_however_the_name_is_written(
    directory: Directory, env: Environment
) -> None:
    await directory.create(env, [make_user(1)])

    for username in ("User.1", "user.1", "USER.1", " user.1\t".strip("\t")):
        assert await directory.find_by_username(env, username) == make_user(1)
    assert await directory.find(env, make_user(1).id) == make_user(1)


@pytest.mark.parametrize("username", ["", "nobody", "user.1\0", "\ud800", "x" * 5000, "*", "%"])
async def test_what_is_nobodys_name_finds_nobody(
    directory: Directory, env: Environment, username: str
) -> None:
    await directory.create(env, [make_user(1)])

    assert await directory.find_by_username(env, username) is None


async def test_the_right_password_is_right_and_another_is_not(
    directory: Directory, env: Environment
) -> None:
    await directory.create(env, [make_user(1)])

    assert await directory.check_password(env, make_user(1), "Password1") == PasswordCheck(
        is_right=True
    )
    assert not (await directory.check_password(env, make_user(1), "password1")).is_right
    assert not (await directory.check_password(env, make_user(1), "")).is_right


@pytest.mark.parametrize("user", [None, make_user(1, password=None)])
async def test_for_nobody_and_without_a_password_nothing_is_right(
    directory: Directory, env: Environment, user: None
) -> None:
    for password in ("", "Password1"):
        assert await directory.check_password(env, user, password) == PasswordCheck(is_right=False)


async def test_a_new_password_takes_the_place_of_the_old_one(
    directory: Directory, env: Environment
) -> None:
    await directory.create(env, [make_user(1)])

    changed = await directory.set_password(
        env, make_user(1), "another one", must_change=True, now=NOW + 5
    )

    assert changed == await directory.find(env, changed.id)
    assert changed.password is not None
    assert changed.password.must_change
    assert (changed.password.changed_at, changed.updated_at) == (NOW + 5, NOW + 5)
    assert (await directory.check_password(env, changed, "another one")).is_right
    assert not (await directory.check_password(env, changed, "Password1")).is_right


async def test_a_password_expires_when_the_environment_says_so(directory: Directory) -> None:
    env = make_environment(passwords=PasswordPolicy(max_age_seconds=60))
    await directory.create(env, [make_user(1)])

    changed = await directory.set_password(env, make_user(1), "x", must_change=False, now=NOW)

    assert changed.password is not None
    assert changed.password.expires_at == NOW + 60


async def test_of_two_new_passwords_for_one_version_the_second_is_refused(
    directory: Directory, env: Environment
) -> None:
    await directory.create(env, [make_user(1)])
    await directory.set_password(env, make_user(1), "first", must_change=False, now=NOW)

    with pytest.raises(UserChangedError):
        await directory.set_password(env, make_user(1), "second", must_change=False, now=NOW)


async def test_SEC_131_each_new_password_makes_another_credential_within_one_tick_too(
    directory: Directory, env: Environment
) -> None:
    user = make_user(1)
    await directory.create(env, [user])

    credentials = [user.credential]
    for password in ("first", "second", "second"):
        user = await directory.set_password(env, user, password, must_change=False, now=NOW)
        found = await directory.find(env, user.id)
        assert found is not None
        credentials.append(found.credential)

    assert len(set(credentials)) == 4
    assert credentials == sorted(credentials)


async def test_what_is_changed_is_found_changed(directory: Directory, env: Environment) -> None:
    await directory.create(env, [make_user(1)])

    saved = await directory.save(env, replace(make_user(1), enabled=False))

    assert await directory.find(env, saved.id) == saved == make_user(1, enabled=False, version=2)
    with pytest.raises(UserChangedError):
        await directory.save(env, make_user(1))


async def test_a_name_belongs_to_one_user(directory: Directory, env: Environment) -> None:
    await directory.create(env, [make_user(1)])

    with pytest.raises(UsernameTakenError):
        await directory.create(env, [make_user(2), make_user(3, username="USER.1")])

    assert await directory.select(env) == (make_user(1),)


async def test_SEC_223_nobody_of_one_environment_is_known_in_another(
    directory: Directory, env: Environment, other_env: Environment
) -> None:
    await directory.create(env, [make_user(1)])

    assert await directory.find(other_env, make_user(1).id) is None
    assert await directory.find_by_username(other_env, "User.1") is None
    assert await directory.select(other_env) == ()
    assert not await directory.delete(other_env, make_user(1).id)
    assert await directory.delete(env, make_user(1).id)


async def test_users_are_searched_and_counted(directory: Directory, env: Environment) -> None:
    users = sorted((make_user(number) for number in range(3)), key=lambda user: user.id)
    await directory.create(env, users)

    page = await directory.search(env, matches=lambda user: user.id != users[0].id, limit=1)

    assert (page.users, page.total, page.is_last) == ((users[1],), 2, False)
    assert await directory.count_by_population(env) == {"staff": 3}
