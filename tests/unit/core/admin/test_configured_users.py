"""Users of a configuration: made when they are absent, left alone when they are there."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.admin.configured_users import ConfiguredUsers, describe_absent
from ostiary.core.base.ids import UserId
from ostiary.core.base.usernames import username_key
from ostiary.core.crypto.passwords import check_password
from ostiary.core.model.audit.accounts import UserAdded
from ostiary.core.model.user import User
from tests.support.administration import ES256, Installation, desire
from tests.support.users import HASH

MAIN = ES256.format("main")
JOE = MAIN + (
    '[environments.main.users.joe]\npassword = "Password1"\npopulation = "staff"\n'
    'attributes = { mail = "joe@example.com", levels = [1, 2] }\n'
)


class Site:
    """An installation whose configuration names users."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.installation = Installation(self.store)
        self.hashing = PooledHashing()
        self.users = ConfiguredUsers(self.store.users, self.hashing, self.installation.clock)

    async def apply(self, text: str) -> tuple[UserAdded, ...]:
        desired = desire(text)
        await self.installation.editor.apply(desired)
        snapshot = await self.installation.snapshot()
        return await self.users.add(snapshot, await self.users.find_absent(snapshot, desired.users))

    async def find(self, username: str) -> User | None:
        env = await self.installation.environment("main")
        return await self.store.users.find_by_name(env, username_key(username))

    async def get(self, username: str) -> User:
        user = await self.find(username)
        assert user is not None
        return user


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.hashing.close()


async def test_an_absent_user_is_made_as_the_file_says(site: Site) -> None:
    (added,) = await site.apply(JOE)

    joe = await site.get("joe")
    assert (joe.username, joe.population, joe.enabled, joe.version) == ("joe", "staff", True, 1)
    assert joe.attributes == {"mail": "joe@example.com", "levels": [1, 2]}
    assert joe.password is not None
    assert check_password(joe.password.hash, "Password1").is_right
    assert joe.created_at == joe.password.changed_at == site.installation.clock.now()
    env = await site.installation.environment("main")
    assert added == UserAdded(env.id, joe.id, "configuration")


async def test_a_user_that_is_there_is_left_alone(site: Site) -> None:
    await site.apply(JOE)
    env, joe = await site.installation.environment("main"), await site.get("joe")
    changed = await site.store.users.save(
        env, replace(joe, enabled=False, username="JOE"), expected_version=1
    )

    assert await site.apply(JOE.replace("Password1", "another one")) == ()
    assert await site.get("joe") == changed


async def test_a_user_that_was_renamed_is_not_made_a_second_time(site: Site) -> None:
    await site.apply(JOE)
    env, joe = await site.installation.environment("main"), await site.get("joe")
    await site.store.users.save(env, replace(joe, username="joseph"), expected_version=1)

    assert await site.apply(JOE) == ()
    assert await site.find("joe") is None


async def test_a_user_that_is_not_mentioned_any_more_stays(site: Site) -> None:
    await site.apply(JOE)

    await site.apply(MAIN)

    assert await site.find("joe") is not None


async def test_two_nodes_that_apply_one_file_at_once_make_one_user(site: Site) -> None:
    await site.apply(MAIN)

    added = await asyncio.gather(site.apply(JOE), site.apply(JOE))

    assert sum(map(len, added)) == 1


async def test_a_plan_names_the_users_that_would_be_made(site: Site) -> None:
    await site.apply(JOE)
    wanted = desire(JOE + '[environments.main.users."ann@example.com"]').users

    absent = await site.users.find_absent(await site.installation.snapshot(), wanted)

    assert describe_absent(absent) == ('+ environments.main.users."ann@example.com"',)


async def test_hash_and_id_are_taken_as_given_and_a_password_may_expire(site: Site) -> None:
    id = "11111111-1111-4111-8111-111111111111"
    await site.apply(
        f"{MAIN}[environments.main.password_policy]\nmax_age_days = 1\n"
        f'[environments.main.users.joe]\nid = "{id}"\npassword_hash = "{HASH}"\n'
        "must_change_password = true\nenabled = false"
    )

    joe = await site.get("joe")
    assert joe.id == UserId(id)
    assert not joe.enabled
    assert joe.password is not None
    assert (joe.password.hash, joe.password.must_change) == (HASH, True)
    assert joe.password.expires_at == site.installation.clock.now() + 86_400


async def test_a_user_without_a_password_has_none(site: Site) -> None:
    await site.apply(MAIN + "[environments.main.users.joe]")

    assert (await site.get("joe")).password is None


async def test_policies_of_the_file_become_the_environments(site: Site) -> None:
    await site.apply(
        f"{MAIN}[environments.main.lockout]\nfailures = 3\nlock_minutes = [2]\nceiling = 9\n"
        "forget_hours = 1\nspray_users = 0\nspray_minutes = 7\n"
        "[environments.main.password_policy]\nmin_characters = 8\nmax_age_days = 2"
    )

    env = await site.installation.environment("main")
    assert (env.lockout.failures, env.lockout.lock_seconds) == (3, (120.0,))
    assert (env.lockout.ceiling, env.lockout.forget_seconds) == (9, 3600.0)
    assert (env.lockout.spray_users, env.lockout.spray_seconds) == (0, 420.0)
    assert (env.passwords.min_characters, env.passwords.max_age_seconds) == (8, 172_800.0)
