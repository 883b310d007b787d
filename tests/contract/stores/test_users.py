"""Users in a store: found by id and name, created once, changed by one of many."""

import asyncio
from dataclasses import replace

import pytest

from ostiary.adapters.directories.user_search import count_by_population, search
from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.base.ids import UserId
from ostiary.core.base.usernames import username_key
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.users import UserChangedError, UsernameTakenError
from tests.support.stores import opened
from tests.support.users import make_attempt, make_user


async def test_a_user_is_found_by_id_and_by_any_spelling_of_its_name(
    store: StoreBackend, env: Environment
) -> None:
    await store.users.create(env, [make_user(1), make_user(2)])

    assert await store.users.find(env, make_user(1).id) == make_user(1)
    assert await store.users.find_by_name(env, username_key(" uSER.1 ")) == make_user(1)
    assert await store.users.find(env, make_user(3).id) is None
    assert await store.users.find_by_name(env, username_key("user.3")) is None


async def test_a_user_of_one_environment_is_none_of_another(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    user = make_user(1)
    await store.users.create(env, [user])

    assert await store.users.find(other_env, user.id) is None
    assert await store.users.find_by_name(other_env, username_key(user.username)) is None
    assert await store.users.select(other_env) == ()
    assert not await store.users.delete(other_env, user.id)
    with pytest.raises(UserChangedError):
        await store.users.save(other_env, user, expected_version=1)
    await store.users.create(other_env, [replace(user, population="guests")])
    assert await store.users.find(env, user.id) == user


@pytest.mark.parametrize("taken", ["USER.1 ", "u\u017fer.1"])
async def test_a_name_that_is_taken_in_another_spelling_is_refused(
    store: StoreBackend, env: Environment, taken: str
) -> None:
    await store.users.create(env, [make_user(1)])

    with pytest.raises(UsernameTakenError):
        await store.users.create(env, [make_user(2, username=taken)])

    assert await store.users.find(env, make_user(2).id) is None


async def test_an_id_that_is_taken_is_refused(store: StoreBackend, env: Environment) -> None:
    await store.users.create(env, [make_user(1)])

    with pytest.raises(UsernameTakenError):
        await store.users.create(env, [make_user(2, id=make_user(1).id)])

    assert await store.users.find(env, make_user(1).id) == make_user(1)


async def test_of_many_users_all_or_none_are_created(store: StoreBackend, env: Environment) -> None:
    await store.users.create(env, [make_user(5)])

    with pytest.raises(UsernameTakenError) as refused:
        await store.users.create(env, [make_user(number) for number in range(1, 9)])

    assert refused.value.username == "User.5"
    assert await store.users.select(env) == (make_user(5),)


async def test_of_16_creations_of_one_name_exactly_one_wins(
    store: StoreBackend, env: Environment
) -> None:
    users = [make_user(number, username="joe") for number in range(16)]

    results = await asyncio.gather(
        *(store.users.create(env, [user]) for user in users), return_exceptions=True
    )

    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, UsernameTakenError) for result in results) == 15
    assert await store.users.select(env) == (users[results.index(None)],)


async def test_of_16_changes_of_one_version_exactly_one_wins(
    store: StoreBackend, env: Environment
) -> None:
    user = make_user(1)
    await store.users.create(env, [user])
    changes = [replace(user, population=f"p{number}") for number in range(16)]

    results = await asyncio.gather(
        *(store.users.save(env, change, expected_version=1) for change in changes),
        return_exceptions=True,
    )

    (winner,) = [result for result in results if not isinstance(result, BaseException)]
    assert winner.version == 2
    assert sum(isinstance(result, UserChangedError) for result in results) == 15
    assert await store.users.find(env, user.id) == winner


async def test_a_changed_name_is_found_and_the_old_one_is_free(
    store: StoreBackend, env: Environment
) -> None:
    await store.users.create(env, [make_user(1)])

    renamed = await store.users.save(env, make_user(1, username="Jörg"), expected_version=1)

    assert await store.users.find_by_name(env, username_key("JO\u0308RG")) == renamed
    assert await store.users.find_by_name(env, username_key("User.1")) is None
    await store.users.create(env, [make_user(2, username="user.1")])


async def test_a_change_to_a_name_that_is_taken_is_refused(
    store: StoreBackend, env: Environment
) -> None:
    await store.users.create(env, [make_user(1), make_user(2)])

    with pytest.raises(UsernameTakenError):
        await store.users.save(env, make_user(1, username="USER.2"), expected_version=1)

    assert await store.users.find(env, make_user(1).id) == make_user(1)


async def test_a_user_that_is_gone_cannot_be_changed(store: StoreBackend, env: Environment) -> None:
    await store.users.create(env, [make_user(1)])

    assert await store.users.delete(env, make_user(1).id)

    assert not await store.users.delete(env, make_user(1).id)
    with pytest.raises(UserChangedError):
        await store.users.save(env, make_user(1), expected_version=1)
    await store.users.create(env, [make_user(2, username=make_user(1).username)])


async def test_users_are_listed_page_by_page_in_the_order_of_their_names(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    names = ["zoe", "Åsa", "anna", "Bob", "émile"]
    users = {name: make_user(number, username=name) for number, name in enumerate(names)}
    await store.users.create(env, list(users.values()))
    await store.users.create(other_env, [make_user(9)])

    listed, after = [], None
    while page := await store.users.select(env, after=after, limit=2):
        assert len(page) <= 2
        listed += [user.username for user in page]
        after = username_key(page[-1].username)

    assert listed == ["anna", "Bob", "zoe", "Åsa", "émile"]


async def test_users_outlive_the_process(durable_url: str, env: Environment) -> None:
    async with opened(durable_url) as store:
        await store.users.create(env, [make_user(1)])

    async with opened(durable_url) as store:
        assert await store.users.find(env, UserId(make_user(1).id)) == make_user(1)


async def test_users_are_searched_page_by_page_and_counted(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    users = sorted((make_user(number) for number in range(7)), key=lambda user: user.id)
    await store.users.create(env, users)
    await store.users.create(other_env, [make_user(9)])

    first = await search(store.users, env, None, limit=3)
    second = await search(store.users, env, None, after=first.users[-1].id, limit=3)
    third = await search(store.users, env, None, after=second.users[-1].id, limit=3)

    assert [*first.users, *second.users, *third.users] == users
    assert [page.total for page in (first, second, third)] == [7, 7, 7]
    assert [page.is_last for page in (first, second, third)] == [False, False, True]


async def test_a_search_finds_and_counts_what_matches_however_many_others_there_are(
    store: StoreBackend, env: Environment
) -> None:
    others = [make_user(number, population="others") for number in range(450)]
    wanted = [make_user(number, population="wanted") for number in range(450, 455)]
    await store.users.create(env, [*others, *wanted])
    in_order = sorted(wanted, key=lambda user: user.id)

    def is_wanted(user: User) -> bool:
        return user.population == "wanted"

    first = await search(store.users, env, is_wanted, limit=3)
    second = await search(store.users, env, is_wanted, after=first.users[-1].id, limit=3)

    assert [*first.users, *second.users] == in_order
    assert (first.total, first.is_last, second.total, second.is_last) == (5, False, 5, True)


async def test_users_are_counted_by_population(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await store.users.create(env, [make_user(n, population=f"p{n % 2}") for n in range(5)])
    await store.users.create(other_env, [make_user(9)])

    assert await count_by_population(store.users, env) == {"p0": 3, "p1": 2}


async def test_the_users_of_an_address_are_found_in_any_case_and_page_by_page(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    users = sorted(
        (make_user(number, attributes={"email": "Joe@Example.com"}) for number in range(5)),
        key=lambda user: user.id,
    )
    await store.users.create(env, [*users, make_user(6), make_user(7, attributes={})])
    await store.users.create(other_env, [make_user(8, attributes={"email": "joe@example.com"})])

    first = await store.users.select_by_address(env, "JOE@example.COM", limit=3)
    second = await store.users.select_by_address(
        env, "joe@example.com", after=first[-1].id, limit=3
    )

    assert [*first, *second] == users
    assert await store.users.select_by_address(env, "user6@example.com") == (make_user(6),)
    assert await store.users.select_by_address(env, "user8@example.com") == ()


@pytest.mark.parametrize(
    ("attributes", "address"),
    [
        ({"email": "a@x.org", "mail": "b@x.org"}, "a@x.org"),
        ({"email": "no address", "mail": "b@x.org"}, "b@x.org"),
        ({"email": ["a@x.org"], "mail": "b@x.org"}, "b@x.org"),
        ({"mail": "no address"}, None),
    ],
)
async def test_the_address_of_a_user_is_the_first_usable_one(
    store: StoreBackend, env: Environment, attributes: dict[str, object], address: str | None
) -> None:
    user = make_user(1, attributes=attributes)
    await store.users.create(env, [user])

    for sought in ("a@x.org", "b@x.org", "no address"):
        found = await store.users.select_by_address(env, sought)
        assert found == ((user,) if sought == address else ())


async def test_a_user_is_found_by_a_new_address_and_no_longer_by_the_old_one(
    store: StoreBackend, env: Environment
) -> None:
    one, other = (make_user(number, attributes={"email": "old@x.org"}) for number in (1, 2))
    await store.users.create(env, [one, other])

    moved = replace(one, attributes={"email": "New@x.org"})
    changed = await store.users.save(env, moved, expected_version=1)
    assert await store.users.select_by_address(env, "new@x.org") == (changed,)
    assert await store.users.select_by_address(env, "old@x.org") == (other,)
    await store.users.delete(env, other.id)
    assert await store.users.select_by_address(env, "old@x.org") == ()
    await store.users.save(env, replace(moved, attributes={}), expected_version=2)
    assert await store.users.select_by_address(env, "new@x.org") == ()


async def test_a_stronger_hash_leaves_a_user_with_its_address(
    store: StoreBackend, env: Environment
) -> None:
    await store.users.create(env, [make_user(1)])

    await store.attempts.clear(env, make_attempt(1), replaces=make_user(1))

    (found,) = await store.users.select_by_address(env, "user1@example.com")
    assert found == replace(make_user(1), version=2)


async def test_a_search_within_an_address_counts_what_matches_of_its_users(
    store: StoreBackend, env: Environment
) -> None:
    users = [make_user(n, attributes={"mail": "a@x.org"}, population=f"p{n % 2}") for n in range(5)]
    await store.users.create(env, [*users, make_user(6, population="p0")])

    def is_wanted(user: User) -> bool:
        return user.population == "p0"

    some = await search(store.users, env, is_wanted, address="A@x.org", limit=2)
    every = await search(store.users, env, None, address="a@x.org", limit=9)

    assert (len(some.users), some.total, some.is_last) == (2, 3, False)
    assert {user.id for user in every.users} == {user.id for user in users}
