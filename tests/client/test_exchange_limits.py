"""A backend's own tokens: how many there are, for how long, and what is over for good."""

import asyncio
import math
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from ostiary_client.errors import ConfigurationError, InvalidTokenError
from ostiary_client.exchange import KeptTokens, SecretToken, SQLTokens, Tokens, UserExchange
from ostiary_client.exchange.tokens import PRUNED_AT_ONCE
from ostiary_client.fastapi import Bearer
from tests.client.exchanging import (
    DATABASES,
    KINDS,
    LIFETIME,
    Backend,
    error_of,
    open_tokens,
    store_url,
    verified,
)
from tests.support.played_issuer import AUDIENCE, NOW, Clock, PlayedIssuer, played_issuer
from tests.support.postgres import PrivatePostgres

MOST = 3
ISSUER = "https://issuer.example"
UNFIT_NAMES = ("joe\x00", "joe\n", "\ud800", "", "j" * 1025, "é" * 513)


@pytest.fixture
def issuer() -> Iterator[PlayedIssuer]:
    with played_issuer() as issuer:
        yield issuer


@pytest.fixture(params=KINDS)
def tokens(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tokens]:
    with open_tokens(store_url(request.param, request, tmp_path)) as kept:
        yield kept


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    made = store_url(request.param, request, tmp_path)
    assert made is not None
    return made


@pytest.fixture
def backend(tokens: Tokens) -> Backend:
    return backend_with(tokens)


def backend_with(tokens: Tokens, issuer: str = ISSUER, **options: Any) -> Backend:
    bearer = Bearer(issuer, audience=AUDIENCE, now=Clock())
    return Backend(bearer, tokens, most_per_user=MOST, **options)


def opens(backend: Backend, value: str) -> bool:
    return backend.ask("GET", "/orders", value).status_code == 200


async def test_the_token_that_ends_first_makes_room_for_a_further_one(backend: Backend) -> None:
    given = []
    for _ in range(MOST + 1):
        given.append(await backend.exchange.exchange(verified()))
        backend.clock.pass_by(1)
    assert [opens(backend, each) for each in given] == [False, True, True, True]


async def test_nobody_takes_room_from_another_user(backend: Backend) -> None:
    others = [
        await backend.exchange.exchange(verified("ann")),
        await backend.exchange.exchange(verified("joe", issuer="https://partner.example")),
        await backend.exchange.exchange(verified(None, client_id="report")),
        await backend.exchange.exchange(verified(None, client_id="joe")),
    ]
    for subject, client_id in (("joe", "app"), (None, "app")):
        for _ in range(MOST + 2):
            await backend.exchange.exchange(verified(subject, client_id=client_id))
    assert all(opens(backend, each) for each in others)


async def test_a_client_without_a_user_has_its_limit_too(backend: Backend) -> None:
    given = []
    for _ in range(MOST + 1):
        given.append(await backend.exchange.exchange(verified(None)))
        backend.clock.pass_by(1)
    assert [opens(backend, each) for each in given] == [False, True, True, True]


async def test_tokens_that_are_over_take_no_room(backend: Backend) -> None:
    for _ in range(MOST):
        await backend.exchange.exchange(verified())
    backend.clock.pass_by(LIFETIME)
    given = [await backend.exchange.exchange(verified()) for _ in range(MOST)]
    assert all(opens(backend, each) for each in given)


async def test_the_limit_holds_for_two_processes_and_many_requests(url: str) -> None:
    with open_tokens(url) as one, open_tokens(url) as two:
        backends = [backend_with(one), backend_with(two)]
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(backends[number % 2].exchange.exchange(verified()))
                for number in range(24)
            ]
        given = [task.result() for task in asked]
        assert sum(opens(backends[0], each) for each in given) == MOST
    assert count(url) == MOST


async def test_what_is_over_is_forgotten_as_tokens_are_given(url: str) -> None:
    with open_tokens(url) as tokens:
        backend = backend_with(tokens)
        for number in range(PRUNED_AT_ONCE + 5):
            await backend.exchange.exchange(verified(f"user{number}"))
        backend.clock.pass_by(LIFETIME)
        for _ in range(2):
            await backend.exchange.exchange(verified("ann"))
    assert count(url) == 2


async def test_all_that_is_over_may_be_forgotten_at_once(url: str) -> None:
    with open_tokens(url) as tokens:
        assert isinstance(tokens, SQLTokens)
        for number in range(PRUNED_AT_ONCE * 2 + 1):
            token = SecretToken("i", f"user{number}", None, frozenset(), expires_at=10)
            await tokens.save(number.to_bytes(32), token, now=1, most=MOST)
        last = SecretToken("i", "joe", None, frozenset(), expires_at=11)
        await tokens.save(b"last", last, now=1, most=MOST)
        assert await tokens.prune(now=10) == PRUNED_AT_ONCE * 2 + 1
        assert await tokens.find(b"last", now=10) == last


def count(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT count(*) FROM secret_tokens"))
    engine.dispose()
    return int(found or 0)


async def test_memory_holds_so_many_tokens_and_no_more() -> None:
    kept = KeptTokens(capacity=2)
    for number in range(3):
        token = SecretToken("i", f"user{number}", None, frozenset(), NOW)
        await kept.save(bytes([number]), token, now=0, most=MOST)
    assert await kept.find(bytes([0]), now=0) is None
    assert await kept.find(bytes([1]), now=0) is not None
    assert await kept.find(bytes([2]), now=0) is not None


async def test_in_memory_a_token_that_is_over_makes_room_before_one_that_is_good() -> None:
    kept = KeptTokens(capacity=2)
    for number, expires_at in enumerate((20.0, 10.0, 20.0)):
        token = SecretToken("i", f"user{number}", None, frozenset(), expires_at)
        await kept.save(bytes([number]), token, now=number * 5, most=MOST)
    assert await kept.find(bytes([0]), now=10) is not None
    assert await kept.find(bytes([1]), now=10) is None


async def test_what_was_revoked_stays_so_whatever_comes_after(backend: Backend) -> None:
    first, second = [await backend.exchange.exchange(verified()) for _ in range(2)]
    await backend.exchange.revoke(first)
    assert await backend.exchange.revoke_user(ISSUER, "joe") == 1
    await backend.exchange.readmit_user(ISSUER, "joe")
    for _ in range(MOST):
        await backend.exchange.exchange(verified())
    assert [opens(backend, each) for each in (first, second)] == [False, False]


def test_what_the_issuer_gave_before_a_users_tokens_were_revoked_is_exchanged_no_more(
    tokens: Tokens, issuer: PlayedIssuer
) -> None:
    backend = backend_with(tokens, issuer.url)
    old = issuer.token()
    given = backend.give(old)
    asyncio.run(backend.exchange.revoke_user(issuer.url, "joe"))
    refused = backend.ask("POST", "/user", old)
    assert error_of(refused) == (401, "invalid_token")
    assert "revoked" in refused.json()["error_description"]
    assert not opens(backend, given)
    assert opens(backend, backend.give(issuer.token(iat=NOW)))
    assert opens(backend, backend.give(issuer.token(sub="ann")))


async def test_a_user_stays_out_until_a_time_that_is_named(backend: Backend) -> None:
    await backend.exchange.revoke_user(ISSUER, "joe", not_before=NOW + 60)
    await backend.exchange.revoke_user(ISSUER, "joe")
    with pytest.raises(InvalidTokenError, match="revoked"):
        await backend.exchange.exchange(verified(iat=NOW + 59))
    assert await backend.exchange.exchange(verified(iat=NOW + 60))


async def test_a_user_may_be_kept_out_until_readmitted(backend: Backend) -> None:
    await backend.exchange.revoke_user(ISSUER, "joe", not_before=math.inf)
    with pytest.raises(InvalidTokenError):
        await backend.exchange.exchange(verified(iat=NOW + 1e6))
    await backend.exchange.readmit_user(ISSUER, "joe")
    assert opens(backend, await backend.exchange.exchange(verified()))


@pytest.mark.parametrize("iat", [None, "soon", True], ids=repr)
async def test_a_token_that_does_not_say_how_old_it_is_counts_as_too_old(
    backend: Backend, iat: object
) -> None:
    assert await backend.exchange.exchange(verified(iat=iat))
    await backend.exchange.revoke_user(ISSUER, "joe")
    with pytest.raises(InvalidTokenError):
        await backend.exchange.exchange(verified(iat=iat))


async def test_the_tokens_of_another_issuers_user_of_that_name_are_taken(backend: Backend) -> None:
    await backend.exchange.revoke_user("https://partner.example", "joe", not_before=math.inf)
    assert await backend.exchange.exchange(verified())


async def test_nothing_that_is_exchanged_meanwhile_outlives_a_revocation(url: str) -> None:
    """Many exchanges and a revocation at the same time: no order of them leaves a token."""
    with open_tokens(url) as one, open_tokens(url) as two:
        backends = [backend_with(one), backend_with(two)]

        async def exchange(number: int) -> str | None:
            try:
                return await backends[number % 2].exchange.exchange(verified())
            except InvalidTokenError:
                return None

        async with asyncio.TaskGroup() as group:
            before = [group.create_task(exchange(number)) for number in range(8)]
            group.create_task(backends[0].exchange.revoke_user(ISSUER, "joe"))
            after = [group.create_task(exchange(number)) for number in range(8)]
        given = [task.result() for task in (*before, *after)]
        assert not any(opens(backends[1], each) for each in given if each is not None)
    assert count(url) == 0


async def test_a_token_too_old_pushes_none_out_that_is_good(backend: Backend) -> None:
    await backend.exchange.revoke_user(ISSUER, "joe")
    good = [await backend.exchange.exchange(verified(iat=NOW)) for _ in range(MOST)]
    for _ in range(MOST):
        with pytest.raises(InvalidTokenError):
            await backend.exchange.exchange(verified())
    assert all(opens(backend, each) for each in good)


async def test_two_revocations_at_once_leave_the_later_moment(url: str) -> None:
    with open_tokens(url) as one, open_tokens(url) as two:
        async with asyncio.TaskGroup() as group:
            for number in range(10):
                each = (one, two)[number % 2]
                group.create_task(each.refuse_before(ISSUER, "joe", float(number)))
        assert await one.refused_before(ISSUER, "joe") == 9.0


@pytest.mark.parametrize(
    "name", ["joe\x00", "joe\n", "\ud800", "", "j" * 1025, "é" * 513], ids=ascii
)
@pytest.mark.parametrize("claim", ["subject", "client_id"])
async def test_a_name_that_no_database_keeps_as_it_is_gets_no_token(
    backend: Backend, name: str, claim: str
) -> None:
    token = verified(name) if claim == "subject" else verified(client_id=name)
    with pytest.raises(InvalidTokenError, match="kept"):
        await backend.exchange.exchange(token)


async def test_the_longest_name_is_kept(backend: Backend) -> None:
    # Of characters at random: what repeats itself would be packed before an index measures it.
    name = "".join(chr(secrets.choice(range(0x20000, 0x2A000))) for _ in range(256))
    assert opens(backend, await backend.exchange.exchange(verified(name, client_id=name)))


def test_after_a_restart_of_the_database_nobody_is_refused(
    private_postgres: PrivatePostgres,
) -> None:
    url = private_postgres.url.replace("postgresql://", "postgresql+psycopg://")
    with open_tokens(url) as tokens:
        backend = backend_with(tokens)
        given = asyncio.run(backend.exchange.exchange(verified()))
        private_postgres.stop()
        with pytest.raises(DBAPIError) as failed:
            opens(backend, given)
        assert given not in str(failed.value)
        with pytest.raises(DBAPIError) as failed:
            asyncio.run(backend.exchange.exchange(verified("the-name-of-joe")))
        assert "the-name-of-joe" not in str(failed.value)
        private_postgres.start()
        assert opens(backend, given)


async def test_a_scope_with_a_space_becomes_no_two_scopes(backend: Backend) -> None:
    scopes = frozenset({"bills:read x", "a\tbills:read", "a\u2003bills:read", "a\x1fbills:read"})
    given = await backend.exchange.exchange(verified(scopes=scopes))
    assert error_of(backend.ask("GET", "/bills", given)) == (403, "insufficient_scope")


async def test_more_scopes_than_can_be_kept_get_no_token(backend: Backend) -> None:
    scopes = frozenset(f"scope-number-{number}" for number in range(600))
    with pytest.raises(InvalidTokenError, match="scopes"):
        await backend.exchange.exchange(verified(scopes=scopes))


def test_processes_that_start_together_make_the_tables_once(url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [pool.submit(SQLTokens, url) for _ in range(8)]
    for each in made:
        each.result().close()
    assert count(url) == 0


@pytest.mark.parametrize(
    "options",
    [
        {"most_per_user": 0},
        {"lifetime_seconds": 0},
        {"lifetime_seconds": math.inf},
        {"lifetime_seconds": math.nan},
    ],
    ids=repr,
)
def test_limits_without_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        UserExchange(Bearer(ISSUER, audience=AUDIENCE), KeptTokens(), **options)


def test_memory_without_room_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="room"):
        KeptTokens(capacity=0)


async def test_a_moment_that_is_none_is_refused(backend: Backend) -> None:
    with pytest.raises(ConfigurationError, match="time"):
        await backend.exchange.revoke_user(ISSUER, "joe", not_before=math.nan)
