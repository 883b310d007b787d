"""What a store in memory begins with: everything that was prepared for it, users too."""

from dataclasses import replace

from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.usernames import username_key
from ostiary.main.worker.preparation import fill, pack
from tests.support.administration import ES256, Installation
from tests.support.users import make_user


async def test_a_store_in_memory_begins_with_the_documents_and_users_of_its_preparation() -> None:
    prepared, fresh = MemoryStore(), MemoryStore()
    site = Installation(prepared)
    await site.apply(ES256.format("main") + ES256.format("other"))
    main, other = await site.environment("main"), await site.environment("other")
    users = [make_user(number) for number in range(3)]
    await prepared.users.create(main, users)
    await prepared.users.create(other, [replace(users[0], username="else")])

    await fill(fresh, await pack(prepared, site.sealer), site.sealer)

    assert (await fresh.load()).documents == (await prepared.load()).documents
    assert await fresh.users.select(main) == tuple(users)
    found = await fresh.users.find_by_name(other, username_key("ELSE"))
    assert found is not None
    assert found.username == "else"
