"""Who has an e-mail address, and how many users are read to know it."""

from collections.abc import Callable, Iterator

import pytest

from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.admin.user_search import UserSearch, Wanted
from ostiary.core.formats.scim_filter import Value, parse_filter
from ostiary.core.model.user import User
from ostiary.core.signon.address_holders import MAX_HOLDERS, find_holders
from tests.support.environments import make_environment
from tests.support.users import make_user

pytestmark = pytest.mark.anyio
ADDRESS = "joe@example.com"


class Reached:
    """A hook that keeps which points of a store were reached."""

    def __init__(self) -> None:
        self.points: list[str] = []

    def __call__(self, point: str) -> None:
        self.points.append(point)


@pytest.fixture
def reached() -> Reached:
    return Reached()


@pytest.fixture
def directory(reached: Reached) -> Iterator[LocalDirectory]:
    hashing = PooledHashing()
    yield LocalDirectory(MemoryStore(reach=reached).users, hashing)
    hashing.close()


def _reader_of(user: User) -> Callable[[str], tuple[Value, ...]]:
    return lambda path: (user.address,) if path == "email" else ()


async def test_who_has_an_address_is_known_without_reading_all_users(
    directory: LocalDirectory, reached: Reached
) -> None:
    env = make_environment()
    joe = make_user(1, attributes={"email": "Joe@example.com"})
    await directory.create(env, [joe, make_user(2)])

    assert await find_holders(directory, env, ADDRESS, who_proved_it=False) == (joe,)
    assert await find_holders(directory, env, "nobody@x.org", who_proved_it=False) == ()
    assert "memory.users.scan" not in reached.points


async def test_who_only_says_to_have_an_address_hides_nobody_who_proved_it(
    directory: LocalDirectory,
) -> None:
    env = make_environment()
    owner = max((make_user(number) for number in range(500)), key=lambda user: user.id)
    proved = {"email": ADDRESS, "email_verified": True}
    await directory.create(
        env,
        [
            make_user(n, attributes=proved if make_user(n) == owner else {"email": ADDRESS})
            for n in range(500)
        ],
    )

    found = await find_holders(directory, env, ADDRESS, who_proved_it=True)
    assert [user.id for user in found] == [owner.id]
    assert len(await find_holders(directory, env, ADDRESS, who_proved_it=False)) == MAX_HOLDERS


async def test_an_attribute_of_the_environments_own_choice_is_looked_at(
    directory: LocalDirectory,
) -> None:
    env = make_environment(claim_attributes={"email": "work_mail"})
    joe = make_user(1, attributes={"email": "other@x.org", "work_mail": ADDRESS})
    await directory.create(env, [joe, make_user(2, attributes={"email": ADDRESS})])

    assert await find_holders(directory, env, ADDRESS, who_proved_it=False) == (joe,)


async def test_a_filter_by_address_reads_its_users_alone(
    directory: LocalDirectory, reached: Reached
) -> None:
    env = make_environment()
    joe = make_user(1, attributes={"email": "Joe@example.com"})
    await directory.create(env, [joe, make_user(2)])

    async def find(text: str) -> tuple[tuple[str, ...], int]:
        wanted = Wanted(parse_filter(text), _reader_of, None)
        page = await UserSearch(directory).find(env, wanted, after=None, limit=10)
        return tuple(user.id for user in page.users), page.total

    assert await find(f'email eq "{ADDRESS}" and type pr') == ((), 0)
    assert await find(f'email eq "{ADDRESS}"') == ((joe.id,), 1)
    assert "memory.users.scan" not in reached.points
    assert await find(f'email eq "{ADDRESS}" or type pr') == ((joe.id,), 1)
