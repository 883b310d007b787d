"""A process that commits as fast as it can and says what was acknowledged.

    python -m tests.support.store_committer URL FIRST COUNT TOKEN_OFFSET

It says "ready" and begins when it is told a line. Commit n spends redemption n and stores token
and grant n + TOKEN_OFFSET. Each acknowledged n is one line of standard output; refused ones are
passed over.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import suppress

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.token import Issuance
from ostiary.core.ports.stores import AlreadyRedeemedError
from tests.support.environments import make_environment
from tests.support.stored_sign_on import make_grant
from tests.support.stores import NOW, make_redemption, make_token, opened

ENV = make_environment("committer")
TASKS = 8


async def _work(store: StoreBackend, numbers: Iterator[int], token_offset: int) -> None:
    for number in numbers:
        token, grant = make_token(number + token_offset), make_grant(number + token_offset)
        wanted = Issuance((make_redemption(number),), (token,), grants=(grant,))
        with suppress(AlreadyRedeemedError):
            await store.commit(ENV, wanted, now=NOW)
            # Unbuffered: what was said before a kill is read after it.
            os.write(1, b"%d\n" % number)


async def _main(url: str, first: int, count: int, token_offset: int) -> None:
    numbers = iter(range(first, first + count))
    async with opened(url) as store:
        os.write(1, b"ready\n")
        await asyncio.to_thread(sys.stdin.readline)
        await asyncio.gather(*(_work(store, numbers, token_offset) for _ in range(TASKS)))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], *map(int, sys.argv[2:])))
